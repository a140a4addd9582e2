#include "core/payout/engine.hpp"

#include <algorithm>

#include "core/base/log.hpp"
#include "core/payout/guarded.hpp"

namespace tributary::payout {

std::unique_ptr<Payouts> Payouts::create(store::Store& store, store::Ledger& ledger, net::HttpClient& client,
                                         Clock& clock, Random& random, PayoutOptions options) {
    return std::make_unique<Engine>(store, ledger, client, clock, random, std::move(options));
}

Engine::Engine(store::Store& store, store::Ledger& ledger, net::HttpClient& client, Clock& clock, Random& random,
               PayoutOptions options)
    : store_(store), ledger_(ledger), client_(client), clock_(clock), random_(random) {
    replace_options(std::move(options));
}

Engine::~Engine() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    gate_->close();
}

void Engine::replace_options(PayoutOptions options) {
    options.in_flight_max = std::max(options.in_flight_max, 1u);
    const std::lock_guard lock(mutex_);
    options_ = std::make_shared<const PayoutOptions>(std::move(options));
    for (const auto& [name, connector] : options_->connectors) {
        if (connector->as_payout() == nullptr) continue;
        const auto route = options_->routes.find(name);
        const uint32_t own = route == options_->routes.end() ? 0 : route->second.rate_per_second;
        lanes_[name].pacer.set_rate(own != 0 ? own : connector->manifest().rate_per_second);
    }
    is_woken_ = true;
    changed_.notify_all();
}

Desk Engine::desk() const {
    const std::lock_guard lock(mutex_);
    return Desk{ledger_, clock_, random_, options_};
}

Result<void> Engine::recover() {
    const Desk desk = this->desk();
    int64_t count = 0;
    TRIBUTARY_CHECK(store_.write([&](store::Tx& tx) {
        std::vector<PayoutId> interrupted;
        {
            auto rows = tx.query(
                "SELECT payout FROM payout_state WHERE state IN ('reserved', 'sending', 'pending', 'unknown')"
                " AND state = 'sending' AND next_at = 0");
            while (rows.next()) interrupted.push_back(PayoutId{rows.integer(0)});
        }
        for (const PayoutId id : interrupted) {
            auto row = load_payout(tx, id);
            if (!row) return;
            const bool may_have_left =
                tx.one_integer(
                      "SELECT 1 FROM payout_request WHERE payout = ? AND key = ? AND kind = 'send' AND attempt = ?", id,
                      key_of(tx, *row), row->attempt)
                    .has_value();
            row->state = may_have_left ? State::unknown : State::reserved;
            row->code = "interrupted";
            row->message = "The daemon stopped while the request was under way.";
            row->next_at = row->changed_at = desk.clock.now_ms();
            save_state(tx, *row);
        }
        count = static_cast<int64_t>(interrupted.size());
    }));
    if (count > 0) log_warning("payout.recovered", {{"unknown", count}});
    return load();
}

// What is on its way, by due time, as far as the schedule takes it.
Result<void> Engine::load() {
    std::vector<PayoutRow> found;
    TRIBUTARY_CHECK(store_.read([&](store::Tx& tx) {
        auto rows = tx.query(
            "SELECT s.payout, p.connector, p.recipient, s.state, s.step_no, s.next_at FROM payout_state s"
            " JOIN payout p ON p.seq = s.payout"
            " WHERE s.state IN ('reserved', 'sending', 'pending', 'unknown') AND s.next_at > 0"
            " ORDER BY s.next_at LIMIT ?",
            scheduled_max + 1);
        while (rows.next()) {
            PayoutRow row;
            row.id = PayoutId{rows.integer(0)}, row.connector = rows.string(1),
            row.recipient = PartyId{rows.integer(2)};
            row.state = parse_state(rows.text(3)).value_or(State::operator_);
            row.step_no = rows.integer(4), row.next_at = rows.integer(5);
            found.push_back(std::move(row));
        }
    }));
    const std::lock_guard lock(mutex_);
    schedule_.reload_begins();
    for (const PayoutRow& row : found) {
        if (!schedule_.is_busy(row.id) && !schedule_.is_waiting(row.id)) schedule_row(row);
    }
    is_loaded_ = true;
    return {};
}

void Engine::schedule_row(const PayoutRow& row) {
    const bool is_due =
        row.next_at > 0 && !is_final(row.state) && row.state != State::operator_ && row.state != State::sending;
    if (!is_due) return schedule_.drop(row.id);
    const auto connector = options_->connectors.find(row.connector);
    Capabilities can;
    if (connector != options_->connectors.end()) {
        const host::Manifest& manifest = connector->second->manifest();
        can = {manifest.has_key(), manifest.has_lookup(), manifest.has_webhook()};
    }
    const int64_t wait = std::clamp<int64_t>(row.next_at - clock_.now_ms(), 0, delay_max_ms);
    const bool is_mid_flow = row.step_no > 0 && (row.state == State::reserved || row.state == State::unknown);
    schedule_.put({row.id, row.connector, row.recipient, clock_.monotonic_ms() + wait,
                   next_action(row.state, can) == Action::send, is_mid_flow});
}

void Engine::start() {
    if (!is_loaded_) {
        if (const auto loaded = load(); !loaded) log_error("payout.load_failed", {{"reason", loaded.error().message}});
    }
    thread_ = std::thread([this] { run(); });
}

void Engine::run() {
    for (;;) {
        const int64_t wait_ms = tick();
        std::unique_lock lock(mutex_);
        if (is_stopping_) return;
        if (!is_woken_)
            changed_.wait_for(lock, std::chrono::milliseconds(wait_ms), [&] { return is_woken_ || is_stopping_; });
        is_woken_ = false;
        if (is_stopping_) return;
    }
}

void Engine::stop(int64_t timeout_ms) {
    std::vector<OperationPtr> unsent;
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        for (auto& [name, lane] : lanes_) {
            unsent.insert(unsent.end(), lane.ready.begin(), lane.ready.end());
            lane.ready.clear();
        }
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    for (const OperationPtr& op : unsent) answered(op, {net::Delivery::not_sent, {}, false, "the daemon stops", 0});
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until, [&] { return under_way_ == 0; });
    if (under_way_ > 0) log_warning("payout.stopped_under_way", {{"count", under_way_}});
}

size_t Engine::in_flight() const {
    const std::lock_guard lock(mutex_);
    return under_way_;
}

bool Engine::wait_until_still(int64_t timeout_ms) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return moving_ == 0; });
}

PayoutCounters Engine::counters() const {
    const std::lock_guard lock(mutex_);
    return counters_;
}

void Engine::set_on_notice_enqueued(std::function<void()> callback) {
    const std::lock_guard lock(mutex_);
    on_notice_ = std::move(callback);
}

// Counters, schedule, log and notice of a change that is durable.
void Engine::note(const Applied& applied) {
    const PayoutRow& row = applied.row;
    std::function<void()> on_notice;
    {
        const std::lock_guard lock(mutex_);
        if (applied.before != row.state) ++counters_.transitions[{row.connector, name_of(row.state)}];
        if (applied.is_contradiction) ++counters_.contradictions;
        if (applied.pause_ms > 0) lanes_[row.connector].pacer.pause(clock_.monotonic_ms(), applied.pause_ms);
        schedule_row(row);
        if (applied.has_notice) on_notice = on_notice_;
        is_woken_ = true;
        changed_.notify_all();
    }
    if (on_notice) on_notice();
    const std::string id = payout_text(row.id);
    if (applied.is_contradiction) {
        log_error("payout.contradiction", {{"payout", id}, {"state", name_of(row.state)},
                                           {"told", host::name_of(applied.outcome)}, {"trace", row.trace_id}});
    } else if (applied.before != row.state) {
        const bool needs_eyes = row.state == State::unknown || row.state == State::operator_;
        log(needs_eyes ? LogLevel::warning : LogLevel::info, "payout.state",
            {{"payout", id}, {"state", name_of(row.state)}, {"connector", row.connector}, {"code", row.code},
             {"attempt", row.attempt}, {"trace", row.trace_id}});
    }
}

}  // namespace tributary::payout
