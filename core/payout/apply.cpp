#include "core/payout/apply.hpp"

#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/directory/directory.hpp"
#include "core/money/money.hpp"
#include "core/notice/notice.hpp"
#include "core/payout/hold.hpp"
#include "core/payout/vault.hpp"

namespace tributary::payout {
namespace {

using host::Outcome;

constexpr size_t text_size_max = 500;       // of what a provider says, kept for ever
constexpr size_t references_max = 16;
constexpr size_t reference_size_max = 200;

std::string clipped(std::string text) {
    if (text.size() <= text_size_max) return text;
    size_t size = text_size_max;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    text.resize(size);
    return text;
}

void store_receipt(store::Tx& tx, const PayoutRow& row, const Evidence& evidence, const Verdict& verdict,
                   int64_t now_ms, int64_t last_request) {
    const std::string reference = evidence.result.references.empty() ? "" : evidence.result.references.front();
    // News that answers no request belongs to the last send; a send that was never built must not seem to answer one.
    const bool is_news = evidence.source == Source::webhook || evidence.source == Source::person;
    tx.run(
        "INSERT INTO payout_receipt(payout, request, source, status, outcome, code, message, reference, "
        "response_sha256, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row.id, is_news ? last_request : evidence.request, evidence.told_by, evidence.status, verdict.outcome,
        clipped(verdict.code), clipped(verdict.message), clipped(reference),
        hmac_sha256(key_of(tx, row), evidence.bytes), now_ms);
}

void keep_references(store::Tx& tx, PayoutRow& row, const host::PayoutResult& result) {
    size_t kept = 0;
    for (const std::string& reference : result.references) {
        if (reference.empty() || reference.size() > reference_size_max) continue;
        if (++kept > references_max) break;
        tx.run("INSERT OR IGNORE INTO payout_reference(connector, reference, payout) VALUES (?, ?, ?)", row.connector,
               reference, row.id);
        if (kept == 1) row.reference = reference;
    }
}

void keep_recipient_state(store::Tx& tx, const PayoutRow& row, const host::PayoutResult& result) {
    if (result.recipient_state.empty()) return;
    tx.run("INSERT INTO recipient_state(connector, party, state) VALUES (?, ?, ?)"
           " ON CONFLICT(connector, party) DO UPDATE SET state = excluded.state",
           row.connector, row.recipient, result.recipient_state);
}

void keep_bearer(store::Tx& tx, const Desk& desk, const PayoutRow& row, const host::PayoutResult& result) {
    if (result.bearer.empty()) return;
    if (const auto usable = check_bearer_key(desk.options->bearer_key); !usable) {
        log_error("payout.bearer_lost", {{"payout", payout_text(row.id)}, {"reason", usable.error().message}});
        return;
    }
    tx.run(
        "INSERT INTO payout_bearer(payout, sealed) VALUES (?, ?) ON CONFLICT(payout) DO UPDATE SET sealed = "
        "excluded.sealed",
        row.id, store::Blob{seal_bearer(desk.options->bearer_key, desk.random, row.id, result.bearer)});
}

bool enqueue_notice(store::Tx& tx, const Desk& desk, const PayoutRow& row, int64_t now_ms) {
    const std::string& connector = desk.options->notice_connector;
    if (connector.empty()) return false;
    const PayoutRoute* route = desk.route_of(row.connector);
    const auto contact = directory::contact_of(tx, row.recipient, date_of_ms(now_ms));
    json::object data;
    data["name"] = contact ? contact->name : "";
    data["amount"] = format_minor(row.money, Unit{row.currency, exponent_of(row.currency)});
    data["spent"] = format_minor(row.amount, Unit{row.unit, exponent_of(row.unit)});
    data["reward"] = route != nullptr && !route->title.empty() ? route->title : row.connector;
    data["payout"] = payout_text(row.id);
    if (!row.reference.empty()) data["reference"] = row.reference;
    if (row.state == State::refused) data["reason"] = row.message;
    const std::string kind = fmt::format("payout_{}", name_of(row.state));
    notice::enqueue(tx, kind, fmt::format("{}/{}", kind, row.id.value), row.recipient, connector, data, now_ms,
                    row.trace_id);
    return true;
}

// News that came while the request was under way may be fresher than its answer: ask again at once.
bool has_fresh_webhook(store::Tx& tx, const PayoutRow& row, int64_t after_webhook) {
    return tx
        .one_integer(
            "SELECT 1 FROM webhook w WHERE w.id > ? AND w.connector = ? AND w.verdict IN (?, ?) AND (w.reference = ?"
            " OR EXISTS (SELECT 1 FROM payout_reference r WHERE r.connector = w.connector"
            " AND r.reference = w.reference AND r.payout = ?)) LIMIT 1",
            after_webhook, row.connector, host::WebhookVerdict::look_up, host::WebhookVerdict::result,
            payout_text(row.id), row.id)
        .has_value();
}

bool contradicts(State state, Outcome outcome) {
    return (state == State::settled && outcome == Outcome::refused) ||
           (state == State::refused && (outcome == Outcome::done || outcome == Outcome::pending));
}

void move_on(PayoutRow& row, const Verdict& verdict, const host::PayoutResult& result, const Desk& desk,
             int64_t now_ms) {
    row.state = verdict.state;
    row.code = clipped(verdict.code);
    row.message = clipped(verdict.message);
    row.changed_at = now_ms;
    row.next_at = verdict.delay_ms ? now_ms + desk.jittered(*verdict.delay_ms) : 0;
    if (verdict.is_next_step) {
        row.step = result.next_step, row.step_state = result.state;
        row.step_no += 1, row.key_no = 0, row.attempt = 0, row.lookups = 0;
    } else if (!result.state.empty()) {
        row.step_state = result.state;
    }
    if (verdict.is_new_key) row.key_no += 1, row.lookups = 0;
    if (is_final(row.state)) row.next_at = 0;
}

}  // namespace

const PayoutRoute* Desk::route_of(const std::string& connector) const {
    const auto found = options->routes.find(connector);
    return found == options->routes.end() ? nullptr : &found->second;
}

std::shared_ptr<host::Connector> Desk::connector_of(const std::string& connector) const {
    const auto found = options->connectors.find(connector);
    return found == options->connectors.end() || found->second->as_payout() == nullptr ? nullptr : found->second;
}

Capabilities Desk::capabilities_of(const std::string& connector) const {
    const auto plug = connector_of(connector);
    if (plug == nullptr) return {};
    return {plug->manifest().has_key(), plug->manifest().has_lookup(), plug->manifest().has_webhook()};
}

Limits Desk::limits_of(const std::string& connector) const {
    const PayoutRoute* found = route_of(connector);
    const PayoutRoute route = found == nullptr ? PayoutRoute{} : *found;
    return {route.attempts_max, route.lookups_max, route.lookup_first_ms, route.lookup_max_ms, route.timeout_ms,
            route.key_window_ms};
}

int64_t Desk::jittered(int64_t delay_ms) const {
    return delay_ms <= 0 ? 0 : delay_ms + static_cast<int64_t>(random.below(static_cast<uint64_t>(delay_ms / 4) + 1));
}

int64_t store_request(store::Tx& tx, const PayoutRow& row, const std::string& kind, int64_t attempt,
                      const Digest& digest, int64_t now_ms) {
    tx.run(
        "INSERT INTO payout_request(payout, step, key, attempt, kind, request_sha256, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        row.id, row.step, key_of(tx, row), attempt, kind, digest, now_ms);
    return tx.last_id();
}

Applied apply(store::Tx& tx, const Desk& desk, PayoutRow row, const Evidence& evidence) {
    const int64_t now_ms = desk.clock.now_ms();
    Applied applied;
    applied.before = row.state;
    const host::PayoutResult& result = evidence.result;

    Situation at;
    at.state = row.state, at.step_no = row.step_no, at.attempt = row.attempt;
    at.lookups = row.lookups += evidence.source == Source::look_up ? 1 : 0;
    at.asked = {row.money, row.currency, static_cast<uint32_t>(exponent_of(row.currency))};
    at.facts = facts_of(tx, row, evidence.request);
    at.now_ms = now_ms;
    at.can = desk.capabilities_of(row.connector);
    at.can.has_lookup = at.can.has_lookup && evidence.has_lookup;
    at.limits = desk.limits_of(row.connector);
    const Verdict verdict = decide(at, evidence.source, result);

    applied.outcome = verdict.outcome;
    applied.pause_ms = verdict.pause_ms;
    store_receipt(tx, row, evidence, verdict, now_ms, at.facts.last_request);
    if (verdict.code != "amount_mismatch") keep_recipient_state(tx, row, result);
    keep_bearer(tx, desk, row, result);
    if (is_final(row.state)) {  // for ever
        applied.is_contradiction = contradicts(row.state, verdict.outcome);
        applied.row = std::move(row);
        return applied;
    }
    keep_references(tx, row, result);
    move_on(row, verdict, result, desk, now_ms);
    if (row.state == State::settled) post_money(tx, desk.ledger, row);
    if (row.state == State::refused) void_money(tx, desk.ledger, row);
    if (is_final(row.state)) applied.has_notice = enqueue_notice(tx, desk, row, now_ms);
    save_state(tx, row);
    applied.row = std::move(row);
    return applied;
}

void look_again_if_told(store::Tx& tx, const Desk& desk, Applied& applied, int64_t after_webhook) {
    PayoutRow& row = applied.row;
    const bool can_ask = row.state == State::pending || row.state == State::unknown;
    if (!can_ask || row.next_at == 0 || !desk.capabilities_of(row.connector).has_lookup) return;
    if (!has_fresh_webhook(tx, row, after_webhook)) return;
    row.next_at = desk.clock.now_ms();
    save_state(tx, row);
}

}  // namespace tributary::payout
