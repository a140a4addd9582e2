// Pacer: how fast one connector may be called. The provider's rate in any one-second window, pauses that the provider
// asked for (Retry-After), and a breaker: when it cannot be reached, one try at a time, further and further apart.
// Time is the monotonic clock. Plain value, not thread safe.
#pragma once
#include <cstddef>
#include <cstdint>

#include "core/base/sliding_rate.hpp"

namespace tributary::payout {

class Pacer {
public:
    static constexpr unsigned failures_to_trip = 5;
    static constexpr int64_t pause_max_ms = 3'600'000;     // of a Retry-After
    static constexpr int64_t probe_max_ms = 60'000;        // between tries at a provider that is out of reach

    void set_rate(uint32_t per_second) { rate_.set_rate(per_second); }
    // How many more requests may be begun when `under_way` are.
    size_t room(int64_t monotonic_ms, size_t under_way);
    bool take(int64_t monotonic_ms);                       // one request leaves now; false: not yet
    void pause(int64_t monotonic_ms, int64_t for_ms);
    void reached();                                        // the provider answered
    void unreachable(int64_t monotonic_ms);                // nothing could be sent
    int64_t room_at(int64_t monotonic_ms);                 // when to try again
    bool is_tripped() const { return failures_ >= failures_to_trip; }

private:
    void set_probe(int64_t monotonic_ms);

    SlidingRate rate_;
    int64_t paused_until_ = INT64_MIN;
    int64_t probe_at_ = INT64_MIN;
    unsigned failures_ = 0;
};

}  // namespace tributary::payout
