#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "core/daemon/ctl.hpp"

namespace tributary::ctl {

int Session::fail(const Error& error) const {
    fmt::print(stderr, "tributaryctl: {}\n", error.message);
    return exit_code_of(error.code);
}

int Session::show(const json::value& value, const std::string& text) const {
    fmt::print("{}", is_json ? to_pretty_text(value) + "\n" : text);
    return 0;
}

void Session::progress(const std::string& text) const {
    if (!is_json && ::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "{}\n", text);
}

}  // namespace tributary::ctl
