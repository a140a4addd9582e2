// A mistake in a file that a person wrote: where, what, why, what to do. Collected, never stopped at the first.
#pragma once
#include <string>
#include <vector>

#include <fmt/format.h>

namespace tributary {

struct SourceError {
    std::string file;
    size_t line = 0;    // 1-based; 0 = the file as a whole
    size_t column = 0;  // 1-based
    std::string message;
};

using SourceErrors = std::vector<SourceError>;

inline std::string to_text(const SourceError& error) {
    if (error.line == 0) return fmt::format("{}: {}", error.file, error.message);
    return fmt::format("{}:{}:{}: {}", error.file, error.line, error.column, error.message);
}

}  // namespace tributary
