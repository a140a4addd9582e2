#include "core/ledger/transfer.hpp"

namespace tributary::ledger {

const char* name_of(Decision decision) {
    switch (decision) {
    case Decision::accepted: return "accepted";
    case Decision::exists: return "exists";
    case Decision::exists_differently: return "exists_differently";
    case Decision::amount_not_positive: return "amount_not_positive";
    case Decision::accounts_are_the_same: return "accounts_are_the_same";
    case Decision::debit_account_not_found: return "debit_account_not_found";
    case Decision::credit_account_not_found: return "credit_account_not_found";
    case Decision::units_differ: return "units_differ";
    case Decision::pending_id_must_be_zero: return "pending_id_must_be_zero";
    case Decision::pending_not_found: return "pending_not_found";
    case Decision::pending_is_no_reserve: return "pending_is_no_reserve";
    case Decision::pending_accounts_differ: return "pending_accounts_differ";
    case Decision::pending_already_posted: return "pending_already_posted";
    case Decision::pending_already_voided: return "pending_already_voided";
    case Decision::exceeds_pending_amount: return "exceeds_pending_amount";
    case Decision::void_amount_differs: return "void_amount_differs";
    case Decision::exceeds_credits: return "exceeds_credits";
    case Decision::exceeds_debits: return "exceeds_debits";
    case Decision::overflow: return "overflow";
    case Decision::linked_transfer_refused: return "linked_transfer_refused";
    }
    return "unknown";
}

const char* name_of(Origin origin) {
    switch (origin) {
    case Origin::funding: return "funding";
    case Origin::award: return "award";
    case Origin::reversal: return "reversal";
    case Origin::payout: return "payout";
    case Origin::adjustment: return "adjustment";
    case Origin::clawback: return "clawback";
    }
    return "unknown";
}

}  // namespace tributary::ledger
