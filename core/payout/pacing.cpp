#include "core/payout/pacing.hpp"

#include <algorithm>

#include "core/payout/outcome.hpp"

namespace tributary::payout {

size_t Pacer::room(int64_t monotonic_ms, size_t under_way) {
    if (monotonic_ms < paused_until_) return 0;
    if (is_tripped()) return under_way == 0 && monotonic_ms >= probe_at_ ? 1 : 0;
    return rate_.room(monotonic_ms);
}

bool Pacer::take(int64_t monotonic_ms) {
    if (monotonic_ms < paused_until_ || rate_.room(monotonic_ms) == 0) return false;
    if (is_tripped()) {
        if (monotonic_ms < probe_at_) return false;
        set_probe(monotonic_ms);
    }
    rate_.take(monotonic_ms);
    return true;
}

void Pacer::pause(int64_t monotonic_ms, int64_t for_ms) {
    paused_until_ = std::max(paused_until_, monotonic_ms + std::clamp<int64_t>(for_ms, 0, pause_max_ms));
}

void Pacer::reached() { failures_ = 0; }

void Pacer::unreachable(int64_t monotonic_ms) {
    if (failures_ < 1'000) ++failures_;
    if (is_tripped()) set_probe(monotonic_ms);
}

void Pacer::set_probe(int64_t monotonic_ms) {
    probe_at_ = monotonic_ms + backoff_ms(retry_first_ms, probe_max_ms, failures_ - failures_to_trip + 1);
}

int64_t Pacer::room_at(int64_t monotonic_ms) {
    const int64_t at = std::max(paused_until_, is_tripped() ? probe_at_ : monotonic_ms);
    return std::max(at, rate_.room_at(monotonic_ms));
}

}  // namespace tributary::payout
