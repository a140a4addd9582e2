// Always-on assertions for invariants: a broken one ends the process before wrong money can move.
#pragma once

namespace tributary {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}

#define TRIBUTARY_ASSERT(expression) \
    (static_cast<bool>(expression) ? void(0) : ::tributary::assertion_failed(#expression, __FILE__, __LINE__))
