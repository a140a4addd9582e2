#include "plugins/host/host_log.hpp"

#include "core/base/clock.hpp"
#include "core/base/encoding.hpp"
#include "core/base/log.hpp"
#include "plugins/host/checks.hpp"

namespace tributary::host {
namespace {

constexpr size_t line_size_max = 1024;
constexpr uint32_t lines_per_minute_max = 240;

LogLevel level_of(int32_t level) {
    if (level >= TRIBUTARY_LOG_ERROR) return LogLevel::error;
    if (level == TRIBUTARY_LOG_WARNING) return LogLevel::warning;
    return level == TRIBUTARY_LOG_INFO ? LogLevel::info : LogLevel::debug;
}

void write_to(void* context, int32_t level, tributary_span text) noexcept {
    if (context == nullptr || (text.data == nullptr && text.size != 0)) return;
    try {
        static_cast<HostLog*>(context)->write(level, view(text));
    } catch (...) {
        return;  // out of memory: the line is lost, the connector must not see why
    }
}

}  // namespace

void HostLog::hide(ResolvedOptions options) {
    const std::lock_guard lock(mutex_);
    options_ = std::move(options);
}

// Called with the mutex held.
bool HostLog::may_write() {
    const int64_t now_ms = system_clock().monotonic_ms();
    if (window_count_ == 0 || now_ms - window_start_ms_ >= 60'000) window_start_ms_ = now_ms, window_count_ = 0;
    return ++window_count_ <= lines_per_minute_max;
}

void HostLog::write(int32_t level, std::string_view text) {
    const std::lock_guard lock(mutex_);
    std::string line = printable(text, line_size_max);
    line = without_secrets(std::move(line), options_);
    if (level >= TRIBUTARY_LOG_ERROR) last_error_ = line;
    if (may_write()) log(level_of(level), "connector_says", {{"connector", name_}, {"text", line}});
}

std::string HostLog::last_error() const {
    const std::lock_guard lock(mutex_);
    return last_error_;
}

tributary_host HostLog::abi() {
    return {sizeof(tributary_host), TRIBUTARY_ABI_MINOR, this, &write_to};
}

}  // namespace tributary::host
