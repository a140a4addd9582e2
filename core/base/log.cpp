#include "core/base/log.hpp"

#include <atomic>
#include <mutex>

#include <unistd.h>

#include "core/base/clock.hpp"
#include "core/base/encoding.hpp"
#include "core/base/json.hpp"

namespace tributary {
namespace {

constexpr size_t value_size_max = 2048;

struct Settings {
    std::atomic<LogLevel> level{LogLevel::info};
    std::atomic<LogFormat> format{LogFormat::text};
    std::mutex mutex;
    std::function<void(const std::string&)> writer;
};

Settings& settings() {
    static Settings instance;
    return instance;
}

std::string as_json(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    json::object line;
    line["at"] = iso_instant(system_clock().now_ms());
    line["level"] = level == LogLevel::error     ? "error"
                    : level == LogLevel::warning ? "warning"
                    : level == LogLevel::info    ? "info"
                                                 : "debug";
    line["event"] = printable(event, value_size_max);
    for (const LogField& field : fields) line[field.key] = printable(field.value, value_size_max);
    return to_text(line);
}

std::string as_text(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    std::string line = fmt::format("<{}>{}", static_cast<int>(level), printable(event, value_size_max));
    for (const LogField& field : fields) {
        const std::string value = printable(field.value, value_size_max);
        const bool plain = !value.empty() && value.find_first_of(" \"=") == std::string::npos;
        line += plain ? fmt::format(" {}={}", field.key, value)
                      : fmt::format(" {}={}", field.key, to_text(json::value(value)));
    }
    return line;
}

}  // namespace

void set_log(LogLevel level_min, LogFormat format) {
    settings().level = level_min;
    settings().format = format;
}

void set_log_writer(std::function<void(const std::string&)> writer) {
    const std::lock_guard lock(settings().mutex);
    settings().writer = std::move(writer);
}

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (level > settings().level.load()) return;
    std::string line =
        settings().format.load() == LogFormat::json ? as_json(level, event, fields) : as_text(level, event, fields);
    const std::lock_guard lock(settings().mutex);
    if (settings().writer) return settings().writer(line);
    line += '\n';
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace tributary
