// What people decide about payouts: resolve with evidence, ask again, see a code.
#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/payout/engine.hpp"
#include "core/payout/vault.hpp"

namespace tributary::payout {
namespace {

constexpr size_t evidence_size_max = 2'000;

Error not_found(PayoutId payout) {
    return fail(ErrorCode::not_found, fmt::format("there is no payout {}", payout_text(payout)));
}

std::optional<host::Outcome> outcome_of(const std::string& outcome) {
    if (outcome == "settled") return host::Outcome::done;
    if (outcome == "refused") return host::Outcome::refused;
    if (outcome == "send_again") return host::Outcome::not_found;
    return std::nullopt;
}

// The provider said that nothing happened and that a person must act; its answer may be kept under the key.
bool is_key_burnt(store::Tx& tx, const PayoutRow& row) {
    const Facts facts = facts_of(tx, row, 0);
    if (facts.last_request == 0 || facts.is_doubtful || facts.was_accepted) return false;
    return tx.one_integer(
               "SELECT outcome FROM payout_receipt WHERE payout = ? AND request = ? ORDER BY seq DESC LIMIT 1", row.id,
               facts.last_request) == static_cast<int64_t>(host::Outcome::operator_needed);
}

}  // namespace

Result<json::object> Engine::resolve(PayoutId payout, const std::string& outcome, const std::string& evidence,
                                     const std::string& actor, const std::string& trace_id) {
    const auto decided = outcome_of(outcome);
    if (!decided) {
        return fail(ErrorCode::invalid,
                    fmt::format("the outcome \"{}\" is none of settled, refused, send_again", outcome));
    }
    if (evidence.empty() || evidence.size() > evidence_size_max) {
        return fail(ErrorCode::invalid,
                    "the evidence must have 1 to 2000 bytes: say what you saw at the provider, and where");
    }
    const Desk desk = this->desk();
    Applied applied;
    json::object answer;
    TRIBUTARY_CHECK(store_.write([&](store::Tx& tx) {
        auto row = load_payout(tx, payout);
        if (!row) return tx.refuse(not_found(payout));
        if (row->state != State::unknown && row->state != State::operator_) {
            return tx.refuse(
                fail(ErrorCode::conflict, fmt::format("{} is {}; only unknown and operator payouts are resolved",
                                                      payout_text(payout), name_of(row->state))));
        }
        const bool takes_new_key = *decided == host::Outcome::not_found && is_key_burnt(tx, *row);
        Evidence told;
        told.source = Source::person;
        told.told_by = "operator";
        told.bytes = evidence;
        told.result.outcome = *decided;
        told.result.code = "resolved";
        told.result.message = evidence;
        row->attempt = row->lookups = 0;
        applied = apply(tx, desk, *std::move(row), told);
        if (applied.row.state == State::reserved) {
            applied.row.key_no += takes_new_key ? 1 : 0;
            applied.row.next_at = desk.clock.now_ms();
            save_state(tx, applied.row);
        }
        tx.run(
            "INSERT INTO audit(at, actor, action, subject, detail, trace_id) VALUES (?, ?, 'payout.resolve', ?, ?, ?)",
            desk.clock.now_ms(), actor, payout_text(payout),
            to_text(json::object{{"outcome", outcome}, {"was", name_of(applied.before)}, {"evidence", evidence}}),
            trace_id);
        answer = payout_json(tx, payout);
    }));
    note(applied);
    return answer;
}

Result<json::object> Engine::look_up_now(PayoutId payout) {
    const Desk desk = this->desk();
    std::optional<PayoutRow> row;
    json::object answer;
    TRIBUTARY_CHECK(store_.write([&](store::Tx& tx) {
        row = load_payout(tx, payout);
        if (!row) return tx.refuse(not_found(payout));
        const bool can_ask =
            row->state == State::unknown || row->state == State::pending || row->state == State::operator_;
        if (!can_ask) {
            return tx.refuse(
                fail(ErrorCode::conflict, fmt::format("{} is {}; only pending, unknown and operator payouts are "
                                                      "looked up",
                                                      payout_text(payout), name_of(row->state))));
        }
        if (!desk.capabilities_of(row->connector).has_lookup) {
            return tx.refuse(
                fail(ErrorCode::invalid, fmt::format("connector {} has no look-up; check at the provider and "
                                                     "resolve {} with evidence",
                                                     row->connector, payout_text(payout))));
        }
        row->lookups = 0;
        if (row->state != State::operator_) row->next_at = desk.clock.now_ms();
        save_state(tx, *row);
        answer = payout_json(tx, payout);
    }));
    ask_again(*row);
    return answer;
}

Result<Secret> Engine::reveal_bearer(PayoutId payout, bool again) {
    const Desk desk = this->desk();
    Result<Secret> bearer = not_found(payout);
    TRIBUTARY_CHECK(store_.write([&](store::Tx& tx) {
        std::string sealed;
        int64_t shown_at = 0;
        {
            auto rows = tx.query("SELECT sealed, shown_at FROM payout_bearer WHERE payout = ?", payout);
            if (!rows.next()) {
                return tx.refuse(
                    fail(ErrorCode::not_found, fmt::format("{} has no link or code", payout_text(payout))));
            }
            sealed = rows.string(0), shown_at = rows.integer(1);
        }
        if (shown_at != 0 && !again) {
            return tx.refuse(fail(ErrorCode::conflict, fmt::format("the code of {} was shown at {}; it is shown once",
                                                                   payout_text(payout), iso_instant(shown_at))));
        }
        bearer = open_bearer(desk.options->bearer_key, payout, sealed);
        if (!bearer) return tx.refuse(bearer.error());
        tx.run("UPDATE payout_bearer SET shown_at = ? WHERE payout = ? AND shown_at = 0", desk.clock.now_ms(), payout);
    }));
    return bearer;
}

}  // namespace tributary::payout
