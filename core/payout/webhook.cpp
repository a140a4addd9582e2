// Webhooks: believed when the connector has verified the raw bytes, counted once per provider's event id, durable
// before they are answered. They never create a payout and never change a final one.
#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/base/log.hpp"
#include "core/money/unit.hpp"
#include "core/payout/engine.hpp"
#include "core/payout/guarded.hpp"

namespace tributary::payout {
namespace {

using host::WebhookVerdict;

constexpr size_t payouts_per_reference_max = 100;

struct Received {
    std::string connector;
    std::string body;
    host::WebhookResult result;
};

// True when the provider's event id is new; else it is counted only.
bool store_delivery(store::Tx& tx, const Received& webhook, int64_t now_ms) {
    const auto seen = tx.one_integer("SELECT id FROM webhook WHERE connector = ? AND event_id = ?", webhook.connector,
                                     webhook.result.event_id);
    if (seen) {
        tx.run("UPDATE webhook SET deliveries = deliveries + 1 WHERE id = ?", *seen);
        return false;
    }
    tx.run("INSERT INTO webhook(connector, event_id, kind, reference, verdict, body_sha256, received_at)"
           " VALUES (?, ?, ?, ?, ?, ?, ?)",
           webhook.connector, webhook.result.event_id, webhook.result.event_kind, webhook.result.reference,
           webhook.result.verdict, sha256(webhook.body), now_ms);
    return true;
}

// The payouts that carry the reference: the provider's, our step's key, or our payout id.
std::vector<PayoutRow> payouts_with(store::Tx& tx, const std::string& connector, const std::string& reference) {
    std::vector<PayoutId> ids;
    {
        auto rows = tx.query("SELECT payout FROM payout_reference WHERE connector = ? AND reference = ? LIMIT ?",
                             connector, reference, payouts_per_reference_max);
        while (rows.next()) ids.push_back(PayoutId{rows.integer(0)});
    }
    if (const auto own = parse_payout_id(reference); own && ids.empty()) ids.push_back(*own);
    std::vector<PayoutRow> found;
    for (const PayoutId id : ids) {
        auto row = load_payout(tx, id);
        if (row && row->connector == connector) found.push_back(*std::move(row));
    }
    return found;
}

bool was_sent(const PayoutRow& row) {
    return row.attempt > 0 || row.state == State::pending || row.state == State::operator_;
}

// Asks the provider as soon as possible, where that can tell something.
Applied look_up_soon(store::Tx& tx, const Desk& desk, PayoutRow row) {
    Applied applied;
    applied.before = row.state;
    const bool can_ask = !is_final(row.state) && row.state != State::sending && row.state != State::operator_ &&
                         was_sent(row) && desk.capabilities_of(row.connector).has_lookup;
    if (can_ask) {
        if (row.state == State::reserved)
            row.state = State::unknown;  // the provider knows of what we thought had no effect
        row.next_at = row.changed_at = desk.clock.now_ms();
        save_state(tx, row);
    }
    applied.row = std::move(row);
    return applied;
}

}  // namespace

struct WebhookOutcome {
    bool is_new = false, must_repeat = false;
    std::vector<Applied> applied;
    std::vector<PayoutRow> to_ask;  // operator states: asked, but only the answer may move them
};

namespace {

// A result that cannot be applied now becomes a look-up; where there is none, the provider must repeat it.
void take_result(store::Tx& tx, const Desk& desk, const Received& webhook, PayoutRow row, WebhookOutcome& outcome) {
    const bool has_lookup = desk.capabilities_of(row.connector).has_lookup;
    const bool can_apply =
        is_final(row.state) || (was_sent(row) && row.state != State::sending && row.state != State::reserved);
    if (!can_apply) {
        outcome.must_repeat = !has_lookup && row.state == State::sending;
        if (has_lookup) outcome.applied.push_back(look_up_soon(tx, desk, std::move(row)));
        return;
    }
    Evidence evidence;
    evidence.source = Source::webhook;
    evidence.told_by = "webhook";
    evidence.bytes = webhook.body;
    evidence.result = webhook.result.result;
    Applied applied = apply(tx, desk, std::move(row), evidence);
    const State state = applied.row.state;
    if (applied.outcome == host::Outcome::unknown && (state == State::pending || state == State::unknown)) {
        const State before = applied.before;
        applied = look_up_soon(tx, desk, std::move(applied.row));
        applied.before = before;
    }
    outcome.applied.push_back(std::move(applied));
}

void take_news(store::Tx& tx, const Desk& desk, const Received& webhook, WebhookOutcome& outcome) {
    std::vector<PayoutRow> found = payouts_with(tx, webhook.connector, webhook.result.reference);
    const bool is_result = webhook.result.verdict == WebhookVerdict::result;
    if (is_result && found.empty() && !desk.capabilities_of(webhook.connector).has_lookup) {
        // It may be about a send whose answer is not stored yet: the provider repeats it.
        outcome.must_repeat = tx.one_integer(
                                    "SELECT 1 FROM payout_state s JOIN payout p ON p.seq = s.payout WHERE"
                                    " s.state IN ('reserved', 'sending', 'pending', 'unknown') AND s.state = 'sending'"
                                    " AND s.next_at = 0 AND p.connector = ? LIMIT 1",
                                    webhook.connector)
                                  .has_value();
        return;
    }
    for (PayoutRow& row : found) {
        if (is_result && found.size() == 1) {
            take_result(tx, desk, webhook, std::move(row), outcome);
        } else if (row.state == State::operator_) {
            row.lookups = 0;
            save_state(tx, row);
            outcome.to_ask.push_back(std::move(row));
        } else {
            outcome.applied.push_back(look_up_soon(tx, desk, std::move(row)));
        }
    }
}

}  // namespace

void Engine::count_webhook(const std::string& connector, const std::string& what) {
    const std::lock_guard lock(mutex_);
    ++counters_.webhooks[{connector, what}];
}

void Engine::webhook(const std::string& connector, const net::Request& request, net::Respond respond) {
    const Desk desk = this->desk();
    const auto plug = desk.connector_of(connector);
    if (plug == nullptr || !plug->manifest().has_webhook()) {
        return respond(net::Response::problem(404, "no_such_connector", "No such connector",
                                              "No payout connector of this name takes webhooks."));
    }
    host::Webhook webhook;
    for (const net::Header& header : request.headers) webhook.headers.push_back({header.name, header.value});
    const size_t query = request.target.find('?');
    webhook.url = fmt::format("{}/webhooks/{}{}", desk.options->public_url, connector,
                              query == std::string::npos ? "" : request.target.substr(query));
    webhook.body = request.body;
    webhook.now_ms = clock_.now_ms();
    auto taken = [this, connector, plug, body = request.body, respond,
                  gate = gate_](Result<host::WebhookResult> result) {
        const CallbackGate::Pass pass(*gate);
        if (!pass || !result) {
            if (pass) count_webhook(connector, "failed");
            return respond(net::Response::problem(503, "webhook_not_taken", "Try again later",
                                                  "The webhook could not be checked; send it again."));
        }
        const WebhookVerdict verdict = result->verdict;
        count_webhook(connector, host::name_of(verdict));
        if (verdict == WebhookVerdict::forged || verdict == WebhookVerdict::stale) {
            log_warning("payout.webhook_refused", {{"connector", connector}, {"verdict", host::name_of(verdict)}});
            return respond(net::Response::problem(
                401, "webhook_refused", "Signature refused",
                verdict == WebhookVerdict::stale ? "The webhook was signed too long ago; check the sender's clock."
                                                 : "The signature is missing or wrong; check the webhook's secret."));
        }
        store_webhook(connector, body, *std::move(result), respond);
    };
    plug->as_payout()->webhook(std::move(webhook), std::move(taken));
}

void Engine::store_webhook(const std::string& connector, const std::string& body, host::WebhookResult result,
                           net::Respond respond) {
    if (result.event_id.empty()) result.event_id = "sha256:" + hex_of(sha256(body));
    auto webhook = std::make_shared<const Received>(Received{connector, body, std::move(result)});
    auto outcome = std::make_shared<WebhookOutcome>();
    const Desk desk = this->desk();
    const auto job = [desk, webhook, outcome](store::Tx& tx) {
        *outcome = {};
        outcome->is_new = store_delivery(tx, *webhook, desk.clock.now_ms());
        const bool has_news = webhook->result.verdict != WebhookVerdict::ignored && !webhook->result.reference.empty();
        if (outcome->is_new && has_news) take_news(tx, desk, *webhook, *outcome);
        if (outcome->must_repeat) tx.refuse(fail(ErrorCode::unavailable, "the payout's own answer is not stored yet"));
    };
    store_.submit(job, [this, gate = gate_, webhook, outcome, respond](Result<void> stored) {
        const CallbackGate::Pass pass(*gate);
        if (!stored || !pass) {
            return respond(net::Response::problem(503, "webhook_not_stored", "Try again later",
                                                  "The webhook could not be stored; send it again."));
        }
        if (!outcome->is_new) count_webhook(webhook->connector, "repeat");
        for (const Applied& applied : outcome->applied) note(applied);
        for (const PayoutRow& row : outcome->to_ask) ask_again(row);
        respond(net::Response::json(200, json::object{{"status", outcome->is_new ? "stored" : "known"}}));
    });
}

// A look-up that is not in the store: it moves an operator's payout only when it tells something final.
void Engine::ask_again(const PayoutRow& row) {
    const std::lock_guard lock(mutex_);
    schedule_.put({row.id, row.connector, row.recipient, clock_.monotonic_ms(), false, false});
    is_woken_ = true;
    changed_.notify_all();
}

}  // namespace tributary::payout
