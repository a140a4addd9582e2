// Schedule: which payout is due when, per connector; an index in memory of payout_state.next_at, so that a run of ten
// thousand payouts at a slow provider never stands before one at another. Due times are monotonic: a jump of the wall
// clock moves nothing. It also keeps recipients apart: one request of a recipient at a connector at a time, and no
// other payout's send between the steps of one. Plain value, not thread safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/strong_id.hpp"

namespace tributary::payout {

struct Due {
    PayoutId payout;
    std::string connector;
    PartyId recipient;
    int64_t at = 0;             // monotonic
    bool is_send = true;        // false: a look-up, which may pass between another payout's steps
    bool is_mid_flow = false;   // a later step of its payout, or an unclear one: others' sends wait
};

class Schedule {
public:
    explicit Schedule(size_t entries_max) : entries_max_(entries_max) {}

    void put(Due due);          // replaces what is known of the payout; dropped when full (see has_dropped)
    void drop(PayoutId payout); // it is no longer due by itself
    // The connector's next payout that may start now; it counts as busy until done().
    std::optional<Due> take(const std::string& connector, int64_t monotonic_ms);
    void done(const Due& due);  // its request is over; put() it again before when it goes on
    std::vector<std::string> connectors() const;
    std::optional<int64_t> next_at(const std::string& connector) const;
    size_t size() const { return entries_.size(); }
    bool is_busy(PayoutId payout) const { return busy_payouts_.contains(payout); }
    bool is_waiting(PayoutId payout) const { return entries_.contains(payout); }
    bool has_dropped() const { return has_dropped_; }
    void reload_begins() { has_dropped_ = false; }

private:
    using Pair = std::pair<std::string, PartyId>;  // connector and recipient
    bool may_start(const Due& due) const;
    void release(const Pair& pair);

    size_t entries_max_;
    bool has_dropped_ = false;
    std::unordered_map<PayoutId, Due> entries_;
    std::map<std::string, std::set<std::pair<int64_t, PayoutId>>> queues_;
    std::map<Pair, std::vector<PayoutId>> blocked_;   // in entries_, not in queues_
    std::map<Pair, PayoutId> holders_;                // whose steps are under way
    std::set<Pair> busy_;
    std::set<PayoutId> busy_payouts_;
};

}  // namespace tributary::payout
