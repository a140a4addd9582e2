// The dispatcher's round: what may leave now, and what may begin.
#include <algorithm>

#include "core/base/log.hpp"
#include "core/directory/directory.hpp"
#include "core/money/money.hpp"
#include "core/payout/engine.hpp"

namespace tributary::payout {
namespace {

constexpr size_t begun_per_tick_max = 256;
constexpr int64_t again_ms = 1'000;

host::PayoutJob job_of(store::Tx& tx, const Desk& desk, const PayoutRow& row) {
    host::PayoutJob job;
    job.attempt = static_cast<uint32_t>(std::min<int64_t>(row.attempt + 1, UINT32_MAX));
    job.payout_id = payout_text(row.id);
    job.step = row.step;
    job.key = key_of(tx, row);
    job.state = row.step_state;
    job.recipient_state =
        tx.one_text("SELECT state FROM recipient_state WHERE connector = ? AND party = ?", row.connector, row.recipient)
            .value_or("");
    job.amount = {row.money, row.currency, static_cast<uint32_t>(exponent_of(row.currency))};
    job.product = row.product;
    job.recipient_id = directory::party_code(tx, row.recipient);
    if (const auto contact = directory::contact_of(tx, row.recipient, date_of_ms(desk.clock.now_ms()))) {
        job.recipient_name = contact->name, job.recipient_email = contact->email, job.recipient_phone = contact->phone;
        job.recipient_country = contact->country, job.recipient_language = contact->language;
    }
    const PayoutRoute* route = desk.route_of(row.connector);
    job.memo = route != nullptr && !route->title.empty() ? route->title + " " + job.payout_id : job.payout_id;
    return job;
}

// Null when there is nothing to do any more.
OperationPtr open_operation(store::Tx& tx, const Desk& desk, const Due& due, int64_t webhook_mark) {
    auto row = load_payout(tx, due.payout);
    if (!row || is_final(row->state) || row->state == State::sending) return nullptr;
    auto op = std::make_shared<Operation>();
    op->due = due;
    op->connector = desk.connector_of(row->connector);
    op->can = desk.capabilities_of(row->connector);
    op->action = next_action(row->state, op->can);
    op->is_lookup = op->action == Action::look_up;
    op->webhook_mark = webhook_mark;
    op->job = job_of(tx, desk, *row);
    const PayoutRoute* route = desk.route_of(row->connector);
    op->timeout_ms = route == nullptr ? PayoutRoute{}.timeout_ms : route->timeout_ms;
    if (row->state == State::unknown) {
        const Facts facts = facts_of(tx, *row, 0);
        const int64_t age = desk.clock.now_ms() - facts.first_send_at;
        op->is_key_stale = facts.is_doubtful && age > desk.limits_of(row->connector).key_window_ms;
    }
    op->row = *std::move(row);
    return op;
}

}  // namespace

int64_t Engine::tick() {
    std::deque<OperationPtr> unapplied;
    bool must_reload = false;
    {
        const std::lock_guard lock(mutex_);
        unapplied.swap(unapplied_);
        must_reload = schedule_.has_dropped() && schedule_.size() < scheduled_max / 2;
    }
    for (const OperationPtr& op : unapplied) conclude(op);
    if (must_reload) {
        if (const auto loaded = load(); !loaded) log_error("payout.load_failed", {{"reason", loaded.error().message}});
    }
    send_ready();
    std::vector<Due> dues;
    {
        const std::lock_guard lock(mutex_);
        dues = take_due();
    }
    if (!dues.empty()) begin_all(dues);
    const std::lock_guard lock(mutex_);
    return next_wake_ms();
}

void Engine::send_ready() {
    std::vector<OperationPtr> leaving;
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_) return;
        for (auto& [name, lane] : lanes_) {
            while (!lane.ready.empty() && lane.pacer.take(clock_.monotonic_ms())) {
                leaving.push_back(lane.ready.front());
                lane.ready.pop_front();
                leaving.back()->is_unsent = false;
                --lane.unsent;
            }
        }
    }
    for (const OperationPtr& op : leaving) send(op);
}

// Every payout connector keeps some places for itself, so that a slow one cannot take them all.
bool Engine::has_slot(const std::string& connector) const {
    const size_t all = options_->in_flight_max;
    const size_t kept = std::max<size_t>(1, all / (2 * std::max<size_t>(1, lanes_.size())));
    size_t kept_for_others = 0;
    for (const auto& [name, lane] : lanes_) {
        if (name == connector && lane.under_way < kept) return under_way_ < all;
        if (name != connector && lane.under_way < kept) kept_for_others += kept - lane.under_way;
    }
    return under_way_ + kept_for_others < all;
}

// Round robin over the connectors, one payout each, from another one first every time.
std::vector<Due> Engine::take_due() {
    std::vector<Due> dues;
    if (is_stopping_) return dues;
    const int64_t now = clock_.monotonic_ms();
    std::vector<std::string> names = schedule_.connectors();
    if (names.empty()) return dues;
    std::rotate(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(turn_++ % names.size()), names.end());
    for (bool has_progress = true; has_progress && dues.size() < begun_per_tick_max;) {
        has_progress = false;
        for (const std::string& name : names) {
            Lane& lane = lanes_[name];
            if (!has_slot(name) || lane.pacer.room(now, lane.under_way) <= lane.unsent) continue;
            auto due = schedule_.take(name, now);
            if (!due) continue;
            ++lane.under_way, ++lane.unsent, ++under_way_, ++moving_;
            dues.push_back(*std::move(due));
            has_progress = true;
        }
    }
    return dues;
}

void Engine::begin_all(const std::vector<Due>& dues) {
    const Desk desk = this->desk();
    std::vector<OperationPtr> operations(dues.size());
    const auto read = store_.read([&](store::Tx& tx) {
        const int64_t mark = tx.one_integer("SELECT MAX(id) FROM webhook").value_or(0);
        for (size_t i = 0; i < dues.size(); ++i) operations[i] = open_operation(tx, desk, dues[i], mark);
    });
    for (size_t i = 0; i < dues.size(); ++i) {
        OperationPtr op = operations[i];
        const bool is_gone = read && op == nullptr;
        if (op != nullptr && op->connector != nullptr && read) {
            begin(op);
            continue;
        }
        if (op == nullptr) op = std::make_shared<Operation>();
        op->due = dues[i];
        if (!is_gone) {  // not readable now, or its connector is not configured: it waits
            const std::lock_guard lock(mutex_);
            Due later = dues[i];
            later.at = clock_.monotonic_ms() + (read ? missing_connector_delay_ms : again_ms);
            schedule_.put(std::move(later));
        }
        finish(op, nullptr);
    }
}

int64_t Engine::next_wake_ms() {
    const int64_t now = clock_.monotonic_ms();
    int64_t next = now + wait_max_ms;
    for (auto& [name, lane] : lanes_) {
        if (!lane.ready.empty()) next = std::min(next, lane.pacer.room_at(now));
        const auto due = schedule_.next_at(name);
        if (!due || !has_slot(name)) continue;
        const size_t room = lane.pacer.room(now, lane.under_way);
        if (room > 0 && room <= lane.unsent) continue;                     // ready() wakes
        if (lane.pacer.is_tripped() && lane.under_way > 0) continue;       // finish() wakes
        next = std::min(next, room > 0 ? *due : std::max(*due, lane.pacer.room_at(now)));
    }
    return std::clamp<int64_t>(next - now, 0, wait_max_ms);
}

}  // namespace tributary::payout
