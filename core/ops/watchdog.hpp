// Feeds systemd's watchdog from a thread of its own, at half the interval, and only while the daemon gets on: each
// probe must say that its part is idle or has moved since it was last asked. A daemon that hangs is then restarted.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/clock.hpp"
#include "core/ops/notify.hpp"

namespace tributary::ops {

// A part is stuck when it has work and shows the same mark for longer than patience_ms.
class Progress {
public:
    struct Sight {
        bool is_busy = false;
        std::string mark;  // differs when work was done
    };
    Progress(std::function<Sight()> look, int64_t patience_ms) : look_(std::move(look)), patience_ms_(patience_ms) {}
    bool is_stuck(int64_t monotonic_ms);

private:
    std::function<Sight()> look_;
    int64_t patience_ms_;
    std::string mark_;
    int64_t since_ms_ = -1;
};

class Watchdog {
public:
    struct Part {
        std::string name;
        Progress progress;
    };
    Watchdog(const Notifier& notifier, Clock& clock, int64_t interval_ms, std::vector<Part> parts);
    ~Watchdog();

private:
    void run();
    void beat();

    const Notifier& notifier_;
    Clock& clock_;
    int64_t interval_ms_;
    std::vector<Part> parts_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool is_stopping_ = false;
    std::thread thread_;
};

}  // namespace tributary::ops
