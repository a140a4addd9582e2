// The money of a payout in the ledger: a linked pair of reserves, wallet -> conversion/<unit> in the wallet's unit and
// conversion/<currency> -> provider/<connector>/<currency> in money (legs 0, 1), later both posted (legs 2, 3) or both
// voided (legs 4, 5). Inside a writer job.
#pragma once
#include "core/payout/row.hpp"
#include "core/store/ledger_store.hpp"

namespace tributary::payout {

std::string wallet_code(std::string_view party_code, std::string_view unit);
// Refuses the job with a sentence for people when the wallet does not cover it.
void reserve_money(store::Tx& tx, store::Ledger& ledger, const PayoutRow& row, std::string_view party_code);
void post_money(store::Tx& tx, store::Ledger& ledger, const PayoutRow& row);
void void_money(store::Tx& tx, store::Ledger& ledger, const PayoutRow& row);

}  // namespace tributary::payout
