// Payouts as JSON: no personal data beyond the party's code, no bearer.
#include <algorithm>

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/directory/directory.hpp"
#include "core/money/money.hpp"
#include "core/payout/payout.hpp"
#include "core/payout/row.hpp"

namespace tributary::payout {
namespace {

constexpr int64_t rows_limit = 1'000;
constexpr int64_t timeline_max = 500;

json::object amount_json(int64_t minor, const std::string& unit) {
    const Unit described{unit, exponent_of(unit)};
    return {{"minor", minor}, {"unit", unit}, {"text", format_minor(minor, described)}};
}

json::object summary(store::Tx& tx, const PayoutRow& row) {
    json::object out;
    out["id"] = payout_text(row.id);
    out["state"] = name_of(row.state);
    out["recipient"] = directory::party_code(tx, row.recipient);
    out["connector"] = row.connector;
    out["product"] = row.product;
    out["amount"] = amount_json(row.amount, row.unit);
    out["money"] = amount_json(row.money, row.currency);
    out["rate"] = json::object{{"money", row.rate_money}, {"per", row.rate_per}};
    out["requested_at"] = iso_instant(row.requested_at);
    out["requested_by"] = row.requested_by;
    out["changed_at"] = iso_instant(row.changed_at);
    if (row.next_at > 0) out["next_at"] = iso_instant(row.next_at);
    out["step"] = row.step;
    out["attempt"] = row.attempt;
    out["lookups"] = row.lookups;
    out["code"] = row.code;
    out["message"] = row.message;
    out["reference"] = row.reference;
    out["trace_id"] = row.trace_id;
    return out;
}

struct Moment {
    int64_t at = 0;
    json::object entry;
};

void add_requests(store::Tx& tx, PayoutId payout, std::vector<Moment>& moments) {
    auto rows =
        tx.query("SELECT at, kind, step, attempt, key FROM payout_request WHERE payout = ? ORDER BY seq LIMIT ?",
                 payout, timeline_max);
    while (rows.next()) {
        moments.push_back({rows.integer(0),
                           {{"at", iso_instant(rows.integer(0))},
                            {"what", rows.string(1)},
                            {"step", rows.string(2)},
                            {"attempt", rows.integer(3)},
                            {"key", rows.string(4)}}});
    }
}

void add_receipts(store::Tx& tx, PayoutId payout, std::vector<Moment>& moments) {
    auto rows = tx.query("SELECT r.at, r.source, q.step, r.status, r.outcome, r.code, r.message, r.reference"
                         " FROM payout_receipt r LEFT JOIN payout_request q ON q.seq = r.request WHERE r.payout = ?"
                         " ORDER BY r.seq LIMIT ?",
                         payout, timeline_max);
    while (rows.next()) {
        json::object entry{{"at", iso_instant(rows.integer(0))},
                           {"what", rows.string(1)},
                           {"step", rows.string(2)},
                           {"outcome", host::name_of(static_cast<host::Outcome>(rows.integer(4)))},
                           {"code", rows.string(5)},
                           {"message", rows.string(6)},
                           {"reference", rows.string(7)}};
        if (rows.integer(3) != 0) entry["status"] = rows.integer(3);
        moments.push_back({rows.integer(0), std::move(entry)});
    }
}

}  // namespace

std::string payout_text(PayoutId payout) { return fmt::format("P{}", payout.value); }

std::optional<PayoutId> parse_payout_id(std::string_view text) {
    if (text.size() < 2 || text.front() != 'P' || text[1] < '1' || text[1] > '9') return std::nullopt;
    const auto value = parse_int(text.substr(1));
    if (!value || *value <= 0) return std::nullopt;
    return PayoutId{*value};
}

json::object payout_json(store::Tx& tx, PayoutId payout) {
    const auto row = load_payout(tx, payout);
    if (!row) return {};
    json::object out = summary(tx, *row);
    if (auto rows = tx.query("SELECT shown_at FROM payout_bearer WHERE payout = ?", payout); rows.next()) {
        out["code_shown_at"] = rows.integer(0) == 0 ? json::value(nullptr) : json::value(iso_instant(rows.integer(0)));
    }
    std::vector<Moment> moments;
    moments.push_back({row->requested_at, {{"at", iso_instant(row->requested_at)}, {"what", "requested"}}});
    add_requests(tx, payout, moments);
    add_receipts(tx, payout, moments);
    std::stable_sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) { return a.at < b.at; });
    json::array timeline;
    for (Moment& moment : moments) timeline.push_back(std::move(moment.entry));
    out["timeline"] = std::move(timeline);
    return out;
}

json::array payouts_json(store::Tx& tx, const std::string& state, int64_t after, int64_t rows_max) {
    std::vector<PayoutId> ids;
    {
        auto rows = tx.query(
            "SELECT payout FROM payout_state WHERE payout > ? AND (? = '' OR state = ?) ORDER BY payout LIMIT ?", after,
            state, state, std::clamp<int64_t>(rows_max, 0, rows_limit));
        while (rows.next()) ids.push_back(PayoutId{rows.integer(0)});
    }
    json::array out;
    for (const PayoutId id : ids) {
        if (const auto row = load_payout(tx, id)) out.push_back(summary(tx, *row));
    }
    return out;
}

int64_t oldest_unsettled_ms(store::Tx& tx, int64_t now_ms) {
    const auto oldest = tx.one_integer(
        "SELECT MIN(p.requested_at) FROM payout_state s JOIN payout p ON p.seq = s.payout"
        " WHERE s.state IN ('reserved', 'sending', 'pending', 'unknown')");
    return oldest ? std::max<int64_t>(now_ms - *oldest, 0) : 0;
}

}  // namespace tributary::payout
