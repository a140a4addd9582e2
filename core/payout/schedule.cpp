#include "core/payout/schedule.hpp"

namespace tributary::payout {

void Schedule::put(Due due) {
    const PayoutId payout = due.payout;
    const Pair pair{due.connector, due.recipient};
    drop(payout);
    if (entries_.size() >= entries_max_) {
        has_dropped_ = true;
        return;
    }
    if (due.is_mid_flow) holders_.try_emplace(pair, payout);
    queues_[due.connector].emplace(due.at, payout);
    entries_.emplace(payout, std::move(due));
}

void Schedule::drop(PayoutId payout) {
    const auto entry = entries_.find(payout);
    Pair pair;
    if (entry != entries_.end()) {
        pair = {entry->second.connector, entry->second.recipient};
        queues_[pair.first].erase({entry->second.at, payout});
        if (auto waiting = blocked_.find(pair); waiting != blocked_.end()) {
            std::erase(waiting->second, payout);
            if (waiting->second.empty()) blocked_.erase(waiting);
        }
        entries_.erase(entry);
        const auto holder = holders_.find(pair);
        if (holder != holders_.end() && holder->second == payout) {
            holders_.erase(holder);
            release(pair);
        }
    }
}

bool Schedule::may_start(const Due& due) const {
    const Pair pair{due.connector, due.recipient};
    if (busy_.contains(pair) || busy_payouts_.contains(due.payout)) return false;
    const auto holder = holders_.find(pair);
    return !due.is_send || holder == holders_.end() || holder->second == due.payout;
}

std::optional<Due> Schedule::take(const std::string& connector, int64_t monotonic_ms) {
    const auto queue = queues_.find(connector);
    if (queue == queues_.end()) return std::nullopt;
    auto& waiting = queue->second;
    while (!waiting.empty() && waiting.begin()->first <= monotonic_ms) {
        const PayoutId payout = waiting.begin()->second;
        waiting.erase(waiting.begin());
        const Due& due = entries_.at(payout);
        const Pair pair{due.connector, due.recipient};
        if (!may_start(due)) {
            blocked_[pair].push_back(payout);
            continue;
        }
        busy_.insert(pair);
        busy_payouts_.insert(payout);
        Due taken = due;
        entries_.erase(payout);  // a holder stays one until done()
        return taken;
    }
    return std::nullopt;
}

void Schedule::done(const Due& due) {
    const Pair pair{due.connector, due.recipient};
    busy_.erase(pair);
    busy_payouts_.erase(due.payout);
    const auto holder = holders_.find(pair);
    const auto entry = entries_.find(due.payout);
    const bool goes_on = entry != entries_.end() && entry->second.is_mid_flow;
    if (holder != holders_.end() && holder->second == due.payout && !goes_on) holders_.erase(holder);
    release(pair);
}

void Schedule::release(const Pair& pair) {
    const auto waiting = blocked_.find(pair);
    if (waiting == blocked_.end()) return;
    const std::vector<PayoutId> payouts = std::move(waiting->second);
    blocked_.erase(waiting);
    for (const PayoutId payout : payouts) {
        const auto entry = entries_.find(payout);
        if (entry != entries_.end()) queues_[pair.first].emplace(entry->second.at, payout);
    }
}

std::vector<std::string> Schedule::connectors() const {
    std::vector<std::string> names;
    for (const auto& [name, queue] : queues_) {
        if (!queue.empty()) names.push_back(name);
    }
    return names;
}

std::optional<int64_t> Schedule::next_at(const std::string& connector) const {
    const auto queue = queues_.find(connector);
    if (queue == queues_.end() || queue->second.empty()) return std::nullopt;
    return queue->second.begin()->first;
}

}  // namespace tributary::payout
