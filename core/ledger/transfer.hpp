// What a transfer is and why it may be refused. Pure. The refusals are tested and reported in the order of the enum:
// the first that holds is the answer.
#pragma once
#include <cstdint>
#include <string>

#include "core/base/strong_id.hpp"

namespace tributary::ledger {

enum class Constraint : int {
    none = 0,
    debits_within_credits = 1,  // wallets, budgets: cannot go below zero, holds counted
    credits_within_debits = 2,
};

struct Account {
    AccountId id;
    std::string code;  // "budget/spring/laser-spiff", "wallet/R1001/points"
    std::string unit;
    Constraint constraint = Constraint::none;
    int64_t debits_posted = 0, credits_posted = 0;    // each grows only
    int64_t debits_pending = 0, credits_pending = 0;  // open holds
    int64_t balance() const { return credits_posted - debits_posted; }
    int64_t available() const { return credits_posted - debits_posted - debits_pending; }
    bool operator==(const Account&) const = default;
};

// What caused a transfer; with origin_id and leg it is the key that makes a repeat harmless.
enum class Origin : int { funding = 1, award = 2, reversal = 3, payout = 4, adjustment = 5, clawback = 6 };
enum class TransferKind : int { posted = 0, reserve = 1, post = 2, void_ = 3 };

struct Transfer {
    Origin origin = Origin::adjustment;
    int64_t origin_id = 0;
    int32_t leg = 0;
    TransferKind kind = TransferKind::posted;
    AccountId debit, credit;
    int64_t amount = 0;   // minor units, > 0; post: at most what is reserved; void: the whole hold
    TransferId pending;   // post, void: the reserve
    bool operator==(const Transfer&) const = default;
};

enum class Decision {
    accepted,
    exists,                       // the same transfer was accepted before: harmless
    exists_differently,           // the key was used for another transfer
    amount_not_positive,
    accounts_are_the_same,
    debit_account_not_found,
    credit_account_not_found,
    units_differ,
    pending_id_must_be_zero,      // posted and reserve name no hold
    pending_not_found,
    pending_is_no_reserve,
    pending_accounts_differ,
    pending_already_posted,
    pending_already_voided,
    exceeds_pending_amount,
    void_amount_differs,
    exceeds_credits,              // the debit account would go below zero
    exceeds_debits,
    overflow,
    linked_transfer_refused,      // another transfer of the same linked set was refused
};

const char* name_of(Decision decision);
const char* name_of(Origin origin);

}  // namespace tributary::ledger
