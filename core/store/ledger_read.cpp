#include <limits>

#include "core/store/ledger_store.hpp"

namespace tributary::store {
namespace {

using ledger::TransferKind;

bool moves_balance(TransferKind kind) { return kind == TransferKind::posted || kind == TransferKind::post; }

// The balance before the page: what the account's earlier transfers sum to.
int64_t balance_until(Tx& tx, AccountId account, int64_t transfer) {
    if (transfer <= 0) return 0;
    return tx
        .one_integer(
            "SELECT sum(CASE WHEN credit = ?1 THEN amount ELSE -amount END) FROM transfer"
            " WHERE (debit = ?1 OR credit = ?1) AND kind IN (0, 2) AND seq <= ?2",
            account, transfer)
        .value_or(0);
}

}  // namespace

std::vector<ledger::Account> accounts(Tx& tx, std::string_view code_prefix) {
    std::vector<ledger::Account> found;
    Rows rows = tx.query(
        "SELECT id, code, unit, constraint_kind, debits_posted, credits_posted, debits_pending, credits_pending"
        " FROM account WHERE code >= ?1 AND substr(code, 1, length(?1)) = ?1 ORDER BY code",
        code_prefix);
    while (rows.next())
        found.push_back({AccountId{rows.integer(0)}, rows.string(1), rows.string(2),
                         static_cast<ledger::Constraint>(rows.integer(3)), rows.integer(4), rows.integer(5),
                         rows.integer(6), rows.integer(7)});
    return found;
}

std::vector<StatementLine> statement(Tx& tx, AccountId account, int64_t after_transfer, int64_t rows_max) {
    std::vector<StatementLine> lines;
    int64_t balance = balance_until(tx, account, after_transfer);
    Rows rows = tx.query(
        "SELECT t.seq, t.at, t.origin, t.origin_id, t.kind, t.amount, t.credit = ?1, a.code FROM transfer t"
        " LEFT JOIN account a ON a.id = CASE WHEN t.credit = ?1 THEN t.debit ELSE t.credit END"
        " WHERE (t.debit = ?1 OR t.credit = ?1) AND t.seq > ?2 ORDER BY t.seq LIMIT ?3",
        account, after_transfer, rows_max);
    while (rows.next()) {
        StatementLine line;
        line.transfer = TransferId{rows.integer(0)};
        line.at = rows.integer(1);
        line.origin = static_cast<ledger::Origin>(rows.integer(2));
        line.origin_id = rows.integer(3);
        line.kind = static_cast<TransferKind>(rows.integer(4));
        line.other_account = rows.string(7);
        line.amount = rows.integer(6) != 0 ? rows.integer(5) : -rows.integer(5);
        if (moves_balance(line.kind)) balance += line.amount;
        line.balance_after = balance;
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace tributary::store
