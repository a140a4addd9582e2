// SlidingRate: at most `rate` takes in any window of one second, wherever the window starts (a token bucket would allow
// twice that at a window's edge). Time is the caller's monotonic clock. Plain value, not thread safe.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace tributary {

class SlidingRate {
public:
    // A little more than a second, so that a request that travels faster than the one before stays within the limit.
    static constexpr int64_t window_ms = 1'050;
    static constexpr uint32_t rate_max = 10'000;

    void set_rate(uint32_t per_second) { rate_ = std::min(per_second, rate_max); }  // 0 = not limited

    size_t room(int64_t monotonic_ms) {
        if (rate_ == 0) return SIZE_MAX;
        while (!taken_.empty() && taken_.front() <= monotonic_ms - window_ms) taken_.pop_front();
        return taken_.size() >= rate_ ? 0 : rate_ - taken_.size();
    }
    void take(int64_t monotonic_ms) {
        if (rate_ == 0) return;
        taken_.push_back(monotonic_ms);
        while (taken_.size() > rate_) taken_.pop_front();
    }
    // When there is room again; not later than asked when there is room now.
    int64_t room_at(int64_t monotonic_ms) {
        return room(monotonic_ms) > 0 ? monotonic_ms : taken_[taken_.size() - rate_] + window_ms;
    }

private:
    uint32_t rate_ = 0;
    std::deque<int64_t> taken_;
};

}  // namespace tributary
