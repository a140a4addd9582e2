#include "core/ops/watchdog.hpp"

#include <chrono>

#include "core/base/log.hpp"

namespace tributary::ops {

bool Progress::is_stuck(int64_t monotonic_ms) {
    const Sight sight = look_();
    if (!sight.is_busy || since_ms_ < 0 || sight.mark != mark_) {
        mark_ = sight.mark;
        since_ms_ = monotonic_ms;
        return false;
    }
    return monotonic_ms - since_ms_ > patience_ms_;
}

Watchdog::Watchdog(const Notifier& notifier, Clock& clock, int64_t interval_ms, std::vector<Part> parts)
    : notifier_(notifier), clock_(clock), interval_ms_(interval_ms), parts_(std::move(parts)) {
    if (interval_ms_ > 0) thread_ = std::thread([this] { run(); });
}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Watchdog::run() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
        lock.unlock();
        beat();
        lock.lock();
        wake_.wait_for(lock, std::chrono::milliseconds(interval_ms_ / 2), [this] { return is_stopping_; });
    }
}

void Watchdog::beat() {
    bool is_stuck = false;
    for (Part& part : parts_) {
        if (!part.progress.is_stuck(clock_.monotonic_ms())) continue;
        log_error("watchdog.stuck", {{"part", part.name}, {"hint", "no progress; systemd will restart the daemon"}});
        is_stuck = true;
    }
    if (!is_stuck) notifier_.watchdog();
}

}  // namespace tributary::ops
