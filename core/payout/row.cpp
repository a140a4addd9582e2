#include "core/payout/row.hpp"

#include <array>

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/base/uuid.hpp"
#include "plugins/host/records.hpp"

namespace tributary::payout {
namespace {

constexpr std::array state_names = {"reserved", "sending", "pending", "unknown", "settled", "refused", "operator"};

}  // namespace

const char* name_of(State state) { return state_names[static_cast<size_t>(state)]; }

std::optional<State> parse_state(std::string_view text) {
    for (size_t i = 0; i < state_names.size(); ++i) {
        if (text == state_names[i]) return static_cast<State>(i);
    }
    return std::nullopt;
}

std::optional<PayoutRow> load_payout(store::Tx& tx, PayoutId id) {
    auto rows = tx.query(
        "SELECT p.recipient, p.connector, p.product, p.unit, p.currency, p.requested_by, p.trace_id, p.amount, p.money,"
        " p.rate_money, p.rate_per, p.requested_at, s.state, s.step, s.step_no, s.key_no, s.attempt, s.lookups,"
        " s.step_state, s.next_at, s.code, s.message, s.reference, s.changed_at"
        " FROM payout p JOIN payout_state s ON s.payout = p.seq WHERE p.seq = ?",
        id);
    if (!rows.next()) return std::nullopt;
    const auto state = parse_state(rows.text(12));
    if (!state) {
        tx.refuse(fail(ErrorCode::corrupt, fmt::format("payout {} has the unknown state \"{}\"; restore a backup",
                                                       id.value, rows.text(12))));
        return std::nullopt;
    }
    PayoutRow row;
    row.id = id;
    row.recipient = PartyId{rows.integer(0)};
    row.connector = rows.string(1), row.product = rows.string(2), row.unit = rows.string(3);
    row.currency = rows.string(4), row.requested_by = rows.string(5), row.trace_id = rows.string(6);
    row.amount = rows.integer(7), row.money = rows.integer(8), row.rate_money = rows.integer(9);
    row.rate_per = rows.integer(10), row.requested_at = rows.integer(11);
    row.state = *state, row.step = rows.string(13), row.step_no = rows.integer(14), row.key_no = rows.integer(15);
    row.attempt = rows.integer(16), row.lookups = rows.integer(17), row.step_state = rows.string(18);
    row.next_at = rows.integer(19), row.code = rows.string(20), row.message = rows.string(21);
    row.reference = rows.string(22), row.changed_at = rows.integer(23);
    return row;
}

void save_state(store::Tx& tx, const PayoutRow& row) {
    tx.run("UPDATE payout_state SET state = ?, step = ?, step_no = ?, key_no = ?, attempt = ?, lookups = ?,"
           " step_state = ?, next_at = ?, code = ?, message = ?, reference = ?, changed_at = ? WHERE payout = ?",
           name_of(row.state), row.step, row.step_no, row.key_no, row.attempt, row.lookups, row.step_state, row.next_at,
           row.code, row.message, row.reference, row.changed_at, row.id);
}

std::string store_id(store::Tx& tx) {
    return tx.one_text("SELECT value FROM meta WHERE key = 'store_id'").value_or("");
}

void make_store_id(store::Tx& tx, std::string_view random_bytes) {
    tx.run("INSERT OR IGNORE INTO meta(key, value) VALUES ('store_id', ?)", hex_encode(random_bytes));
}

std::string key_of(store::Tx& tx, const PayoutRow& row) {
    return uuid_v5(fmt::format("payout/{}/{}/{}/{}", store_id(tx), row.id.value, row.step, row.key_no));
}

Facts facts_of(store::Tx& tx, const PayoutRow& row, int64_t except_request) {
    const std::string key = key_of(tx, row);
    Facts facts;
    {
        auto sends = tx.query("SELECT MIN(at), MAX(at), MAX(seq) FROM payout_request"
                              " WHERE payout = ? AND key = ? AND kind = 'send'",
                              row.id, key);
        if (!sends.next() || sends.is_null(0)) return facts;
        facts.first_send_at = sends.integer(0), facts.last_send_at = sends.integer(1),
        facts.last_request = sends.integer(2);
    }
    // "Not found", by a look-up or by a person, clears the sends before it.
    const int64_t cleared =
        tx.one_integer("SELECT MAX(r.request) FROM payout_receipt r JOIN payout_request q ON q.seq = r.request"
                       " WHERE r.payout = ? AND r.outcome = ? AND q.key = ?",
                       row.id, host::Outcome::not_found, key).value_or(0);
    facts.is_doubtful =
        tx.one_integer(
              "SELECT 1 FROM payout_request q WHERE q.payout = ? AND q.key = ? AND q.kind = 'send' AND q.seq > ?"
              " AND q.seq <> ? AND NOT EXISTS (SELECT 1 FROM payout_receipt r WHERE r.payout = q.payout"
              " AND r.request = q.seq AND r.outcome <> ?) LIMIT 1",
              row.id, key, cleared, except_request, host::Outcome::unknown)
            .has_value();
    facts.was_accepted =
        tx.one_integer("SELECT 1 FROM payout_receipt r JOIN payout_request q ON q.seq = r.request"
                       " WHERE r.payout = ? AND r.outcome = ? AND q.key = ? LIMIT 1",
                       row.id, host::Outcome::pending, key).has_value();
    return facts;
}

}  // namespace tributary::payout
