#include "core/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

#include "core/base/result.hpp"

namespace tributary {

void assertion_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "tributary: invariant broken: %s (%s:%d)\n", expression, file, line);
    std::abort();
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
    std::fprintf(stderr, "tributary: unchecked error: %s (%s:%u)\n", error.message.c_str(), where.file_name(),
                 static_cast<unsigned>(where.line()));
    std::abort();
}

const char* name_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
            return "invalid";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::conflict:
            return "conflict";
        case ErrorCode::forbidden:
            return "forbidden";
        case ErrorCode::too_large:
            return "too_large";
        case ErrorCode::unavailable:
            return "unavailable";
        case ErrorCode::timeout:
            return "timeout";
        case ErrorCode::io:
            return "io";
        case ErrorCode::corrupt:
            return "corrupt";
        case ErrorCode::config:
            return "config";
        case ErrorCode::internal:
            return "internal";
    }
    return "internal";
}

int exit_code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
            return 65;
        case ErrorCode::not_found:
            return 66;
        case ErrorCode::conflict:
            return 65;
        case ErrorCode::forbidden:
            return 77;
        case ErrorCode::too_large:
            return 65;
        case ErrorCode::unavailable:
            return 69;
        case ErrorCode::timeout:
            return 75;
        case ErrorCode::io:
            return 74;
        case ErrorCode::corrupt:
            return 70;
        case ErrorCode::config:
            return 78;
        case ErrorCode::internal:
            return 70;
    }
    return 70;
}

}  // namespace tributary
