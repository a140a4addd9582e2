#include "core/payout/hold.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/money/money.hpp"

namespace tributary::payout {
namespace {

using ledger::Constraint;
using ledger::Decision;
using ledger::Transfer;
using ledger::TransferKind;

constexpr int32_t leg_reserve = 0, leg_post = 2, leg_void = 4;

bool is_done(const std::vector<ledger::Posted>& posted) {
    return std::all_of(posted.begin(), posted.end(), [](const ledger::Posted& one) {
        return one.decision == Decision::accepted || one.decision == Decision::exists;
    });
}

Error refusal(const PayoutRow& row, const char* what, const std::vector<ledger::Posted>& posted) {
    const auto first = std::find_if(posted.begin(), posted.end(), [](const ledger::Posted& one) {
        return one.decision != Decision::accepted && one.decision != Decision::exists &&
               one.decision != Decision::linked_transfer_refused;
    });
    return fail(ErrorCode::corrupt,
                fmt::format("the ledger does not {} the money of P{}: {}; run `ledger verify`", what, row.id.value,
                            first == posted.end() ? "no answer" : name_of(first->decision)));
}

struct Reserve {
    TransferId id;
    AccountId debit, credit;
    int64_t amount = 0;
};

std::optional<Reserve> reserve_of(store::Tx& tx, const PayoutRow& row, int32_t leg) {
    auto rows =
        tx.query("SELECT seq, debit, credit, amount FROM transfer WHERE origin = ? AND origin_id = ? AND leg = ?",
                 ledger::Origin::payout, row.id, leg);
    if (!rows.next()) return std::nullopt;
    return Reserve{TransferId{rows.integer(0)}, AccountId{rows.integer(1)}, AccountId{rows.integer(2)},
                   rows.integer(3)};
}

void finish_money(store::Tx& tx, store::Ledger& ledger, const PayoutRow& row, TransferKind kind, int32_t leg_first) {
    std::vector<Transfer> linked;
    for (int32_t leg = 0; leg < 2; ++leg) {
        const auto reserve = reserve_of(tx, row, leg_reserve + leg);
        if (!reserve) {
            return tx.refuse(fail(ErrorCode::corrupt,
                                  fmt::format("P{} has no reserve in the ledger; run `ledger verify`", row.id.value)));
        }
        linked.push_back({ledger::Origin::payout, row.id.value, leg_first + leg, kind, reserve->debit, reserve->credit,
                          reserve->amount, reserve->id});
    }
    const auto posted = ledger.post(tx, linked);
    if (!is_done(posted)) tx.refuse(refusal(row, kind == TransferKind::post ? "post" : "give back", posted));
}

}  // namespace

std::string wallet_code(std::string_view party_code, std::string_view unit) {
    return fmt::format("wallet/{}/{}", party_code, unit);
}

void reserve_money(store::Tx& tx, store::Ledger& ledger, const PayoutRow& row, std::string_view party_code) {
    const AccountId wallet =
        ledger.account(tx, wallet_code(party_code, row.unit), row.unit, Constraint::debits_within_credits);
    const AccountId unit = ledger.account(tx, "conversion/" + row.unit, row.unit, Constraint::none);
    const AccountId currency = ledger.account(tx, "conversion/" + row.currency, row.currency, Constraint::none);
    const AccountId provider =
        ledger.account(tx, fmt::format("provider/{}/{}", row.connector, row.currency), row.currency, Constraint::none);
    if (!tx.ok()) return;
    const Transfer points{
        ledger::Origin::payout, row.id.value, leg_reserve, TransferKind::reserve, wallet, unit, row.amount, {}};
    const Transfer money{ledger::Origin::payout,
                         row.id.value,
                         leg_reserve + 1,
                         TransferKind::reserve,
                         currency,
                         provider,
                         row.money,
                         {}};
    const auto posted = ledger.post(tx, {points, money});
    if (is_done(posted)) return;
    const bool is_short = !posted.empty() && posted.front().decision == Decision::exceeds_credits;
    if (!is_short) return tx.refuse(refusal(row, "reserve", posted));
    const ledger::Account* account = ledger.find(tx, wallet);
    const int exponent = exponent_of(row.unit);
    tx.refuse(fail(ErrorCode::invalid, fmt::format("{} has {} available, {} were asked", party_code,
                                                   format_minor(account == nullptr ? 0 : account->available(),
                                                                Unit{row.unit, exponent}),
                                                   format_minor(row.amount, exponent))));
}

void post_money(store::Tx& tx, store::Ledger& ledger, const PayoutRow& row) {
    finish_money(tx, ledger, row, TransferKind::post, leg_post);
}

void void_money(store::Tx& tx, store::Ledger& ledger, const PayoutRow& row) {
    finish_money(tx, ledger, row, TransferKind::void_, leg_void);
}

}  // namespace tributary::payout
