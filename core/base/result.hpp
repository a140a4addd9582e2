// Result<T>: a value or an operating failure. Only the std::expected subset is used: construct, test, *, ->, .error().
// A domain refusal is an enum of its module, not an Error; a broken invariant is TRIBUTARY_ASSERT.
#pragma once
#include <string>
#include <utility>

#include <boost/system/result.hpp>

namespace tributary {

// What went wrong, sorted by what the caller can do about it. Doubles as the process exit code table (sysexits).
enum class ErrorCode {
    invalid,      // the input breaks a rule: tell its sender
    not_found,    //
    conflict,     // it exists already, or another state forbids it
    forbidden,    // the caller may not
    too_large,    // past a limit
    unavailable,  // try again later
    timeout,      //
    io,           // the disk or the system refused
    corrupt,      // stored data contradicts itself
    config,       // the configuration is wrong
    internal,     // a bug
};

struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;  // one sentence: where, what, why, what to do
};

const char* name_of(ErrorCode code);
int exit_code_of(ErrorCode code);  // sysexits.h

template <class T>
using Result = boost::system::result<T, Error>;

inline Error fail(ErrorCode code, std::string message) { return Error{code, std::move(message)}; }

// Required by boost::system::result when value() is called on an error: we never do.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace tributary

// Returns the error of a Result from the enclosing function, else binds the value.
#define TRIBUTARY_CONCAT_(a, b) a##b
#define TRIBUTARY_CONCAT(a, b) TRIBUTARY_CONCAT_(a, b)
#define TRIBUTARY_TRY_(tmp, decl, expr)          \
    auto tmp = (expr);                           \
    if (!tmp) return std::move(tmp).error();     \
    decl = std::move(*tmp)
#define TRIBUTARY_TRY(decl, expr) TRIBUTARY_TRY_(TRIBUTARY_CONCAT(try_result_, __LINE__), decl, expr)
#define TRIBUTARY_CHECK(expr)                                                            \
    do {                                                                                 \
        if (auto checked_result_ = (expr); !checked_result_) return checked_result_.error(); \
    } while (0)
