// The ledger in the store: the Book fed from SQL and flushed once per batch. Register with Store::add_participant,
// first.
// All functions run inside a writer job unless they say read.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/ledger/book.hpp"
#include "core/store/store.hpp"

namespace tributary::store {

class Ledger : public Participant {
public:
    static std::shared_ptr<Ledger> create(Clock& clock);
    // Finds or opens; an existing account with another unit or constraint refuses the job (tx.refuse).
    virtual AccountId account(Tx& tx, std::string_view code, std::string_view unit, ledger::Constraint constraint) = 0;
    virtual const ledger::Account* find(Tx& tx, AccountId id) = 0;
    virtual std::vector<ledger::Posted> post(Tx& tx, const std::vector<ledger::Transfer>& linked) = 0;
};

// ---- reads (any Tx) ----
std::vector<ledger::Account> accounts(Tx& tx, std::string_view code_prefix = {});
struct StatementLine {
    TransferId transfer;
    int64_t at = 0;
    ledger::Origin origin{};
    int64_t origin_id = 0;
    ledger::TransferKind kind{};
    std::string other_account;
    int64_t amount = 0;   // signed: credit positive, debit negative; reserves and voids have balance_after unchanged
    int64_t balance_after = 0;
};
std::vector<StatementLine> statement(Tx& tx, AccountId account, int64_t after_transfer, int64_t rows_max);

// Recomputes every account and hold from the transfers; sum of debits = sum of credits per unit; constraints hold.
struct LedgerReport {
    bool is_balanced = false;
    int64_t transfers = 0;
    std::vector<std::string> findings;  // capped at 100
};
LedgerReport verify_ledger(Tx& tx);

enum class ExportFormat { hledger, beancount, csv };
// Streams the journal of posted transfers to write(); amounts in major units of the unit's exponent.
void export_journal(Tx& tx, ExportFormat format, const std::function<void(std::string_view)>& write);

}  // namespace tributary::store
