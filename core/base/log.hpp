// Structured log: one event, one line, JSON or journald-prefixed text. Thread safe. Values are escaped; a secret never
// gets here because secrets live in Secret, which does not format.
#pragma once
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace tributary {

enum class LogLevel { debug = 7, info = 6, warning = 4, error = 3 };  // syslog priorities
enum class LogFormat { text, json };

struct LogField {
    std::string_view key;
    std::string value;
    LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
    LogField(std::string_view k, const char* v) : key(k), value(v) {}
    template <class T>
    requires std::is_arithmetic_v<T> LogField(std::string_view k, T v) : key(k), value(fmt::to_string(v)) {}
};

void set_log(LogLevel level_min, LogFormat format);
void set_log_writer(std::function<void(const std::string& line)> writer);  // tests; null = standard error
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

inline void log_info(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::info, event, fields);
}
inline void log_warning(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::warning, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::error, event, fields);
}
inline void log_debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::debug, event, fields);
}

}  // namespace tributary
