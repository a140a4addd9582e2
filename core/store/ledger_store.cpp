#include "core/store/ledger_store.hpp"

#include <fmt/format.h>

#include "core/base/assert.hpp"
#include "core/store/hold_state.hpp"

namespace tributary::store {
namespace {

using ledger::Account;
using ledger::Book;
using ledger::Constraint;
using ledger::Hold;
using ledger::Origin;
using ledger::Transfer;
using ledger::TransferKind;

constexpr size_t remembered_max = 250'000;  // accounts and holds; past it the book starts from the tables again

Transfer transfer_of(const Rows& rows, int first) {
    Transfer transfer;
    transfer.origin = static_cast<Origin>(rows.integer(first));
    transfer.origin_id = rows.integer(first + 1);
    transfer.leg = static_cast<int32_t>(rows.integer(first + 2));
    transfer.kind = static_cast<TransferKind>(rows.integer(first + 3));
    transfer.debit = AccountId{rows.integer(first + 4)};
    transfer.credit = AccountId{rows.integer(first + 5)};
    transfer.amount = rows.integer(first + 6);
    transfer.pending = TransferId{rows.integer(first + 7)};
    return transfer;
}

// The book's view of the tables, through the Tx of the batch that runs.
class SqlSource final : public ledger::Source {
public:
    void use(Tx* tx) { tx_ = tx; }
    void forget() { newest_keys_.clear(); }

    std::optional<Account> account(AccountId id) override {
        Rows rows = tx_->query(
            "SELECT code, unit, constraint_kind, debits_posted, credits_posted, debits_pending,"
            " credits_pending FROM account WHERE id = ?",
            id);
        if (!rows.next()) return std::nullopt;
        return Account{id,
                       rows.string(0),
                       rows.string(1),
                       static_cast<Constraint>(rows.integer(2)),
                       rows.integer(3),
                       rows.integer(4),
                       rows.integer(5),
                       rows.integer(6)};
    }

    std::optional<Hold> hold(TransferId id) override {
        Rows rows = tx_->query(
            "SELECT t.origin, t.origin_id, t.leg, t.kind, t.debit, t.credit, t.amount, t.pending,"
            " h.state, h.posted_amount FROM transfer t LEFT JOIN hold h ON h.transfer = t.seq"
            " WHERE t.seq = ?",
            id);
        if (!rows.next()) return std::nullopt;
        Hold hold;
        hold.transfer = transfer_of(rows, 0);
        if (hold.transfer.kind != TransferKind::reserve) return hold;
        const auto state = parse_hold_state(rows.text(8));
        if (!state) {
            tx_->refuse(fail(ErrorCode::corrupt,
                             fmt::format("transfer {} reserves, but its hold is missing or damaged", id.value)));
            return std::nullopt;
        }
        hold.state = *state;
        hold.posted_amount = rows.integer(9);
        return hold;
    }

    // Keys grow with arrival: what lies past the newest of its origin is new, and costs no look-up.
    std::optional<std::pair<TransferId, Transfer>> by_key(Origin origin, int64_t origin_id, int32_t leg) override {
        if (newest_of(origin) < Key{origin_id, leg}) return std::nullopt;
        Rows rows = tx_->query(
            "SELECT origin, origin_id, leg, kind, debit, credit, amount, pending, seq FROM transfer"
            " WHERE origin = ? AND origin_id = ? AND leg = ?",
            origin, origin_id, leg);
        if (!rows.next()) return std::nullopt;
        return std::pair{TransferId{rows.integer(8)}, transfer_of(rows, 0)};
    }

    void stored(const Transfer& transfer) {
        const auto newest = newest_keys_.find(static_cast<int>(transfer.origin));
        if (newest == newest_keys_.end()) return;
        newest->second = std::max(newest->second, Key{transfer.origin_id, transfer.leg});
    }

private:
    using Key = std::pair<int64_t, int32_t>;

    Key newest_of(Origin origin) {
        const auto known = newest_keys_.find(static_cast<int>(origin));
        if (known != newest_keys_.end()) return known->second;
        Key newest{std::numeric_limits<int64_t>::min(), std::numeric_limits<int32_t>::min()};
        Rows rows = tx_->query(
            "SELECT origin_id, leg FROM transfer WHERE origin = ? ORDER BY origin_id DESC, leg DESC LIMIT 1", origin);
        if (rows.next()) newest = {rows.integer(0), static_cast<int32_t>(rows.integer(1))};
        if (tx_->ok()) newest_keys_.emplace(static_cast<int>(origin), newest);
        return newest;
    }

    Tx* tx_ = nullptr;
    std::unordered_map<int, Key> newest_keys_;
};

class SqlLedger final : public Ledger {
public:
    explicit SqlLedger(Clock& clock) : clock_(clock), book_(source_, TransferId{}) {}

    // ---- for jobs ----
    AccountId account(Tx& tx, std::string_view code, std::string_view unit, Constraint constraint) override;
    const Account* find(Tx& tx, AccountId id) override;
    std::vector<ledger::Posted> post(Tx& tx, const std::vector<Transfer>& linked) override;

    // ---- the batch ----
    void begin_batch(Tx& tx) override;
    void begin_job(Tx&) override {
        book_.mark();
        opened_.clear();
    }
    void end_job(Tx&, bool committed) override;
    void end_batch(Tx& tx) override;
    void batch_ended(bool durable) override {
        if (!durable) is_stale_ = true;
        source_.use(nullptr);
    }

private:
    std::optional<AccountId> stored_account(Tx& tx, const std::string& code);
    AccountId open_account(Tx& tx, const std::string& code, std::string_view unit, Constraint constraint);
    void forget(Tx& tx);

    Clock& clock_;
    SqlSource source_;
    Book book_;
    std::unordered_map<std::string, AccountId> by_code_;
    std::vector<std::pair<std::string, AccountId>> opened_;  // by the job that runs
    int64_t data_version_ = -1;
    bool is_stale_ = true;
};

AccountId SqlLedger::account(Tx& tx, std::string_view code, std::string_view unit, Constraint constraint) {
    if (!tx.ok()) return {};
    const std::string key(code);
    const std::optional<AccountId> id = stored_account(tx, key);
    if (!tx.ok()) return {};
    if (!id) return open_account(tx, key, unit, constraint);
    const Account* known = book_.account(*id);
    if (known == nullptr) return {};  // the Tx says why
    if (known->unit == unit && known->constraint == constraint) return *id;
    tx.refuse(fail(ErrorCode::conflict,
                   fmt::format("account {} holds {} with constraint {}, not {} with constraint {}", code, known->unit,
                               static_cast<int>(known->constraint), unit, static_cast<int>(constraint))));
    return {};
}

std::optional<AccountId> SqlLedger::stored_account(Tx& tx, const std::string& code) {
    if (const auto known = by_code_.find(code); known != by_code_.end()) return known->second;
    const auto id = tx.one_integer("SELECT id FROM account WHERE code = ?", code);
    if (!id) return std::nullopt;
    by_code_.emplace(code, AccountId{*id});
    return AccountId{*id};
}

AccountId SqlLedger::open_account(Tx& tx, const std::string& code, std::string_view unit, Constraint constraint) {
    tx.run("INSERT INTO account (code, unit, constraint_kind) VALUES (?, ?, ?)", code, unit, constraint);
    if (!tx.ok()) return {};
    const AccountId id{tx.last_id()};
    by_code_.emplace(code, id);
    opened_.emplace_back(code, id);
    return id;
}

const Account* SqlLedger::find(Tx& tx, AccountId id) { return tx.ok() ? book_.account(id) : nullptr; }

std::vector<ledger::Posted> SqlLedger::post(Tx& tx, const std::vector<Transfer>& linked) {
    if (!tx.ok()) return {linked.size(), {ledger::Decision::linked_transfer_refused, TransferId{}}};
    return book_.post(linked);
}

void SqlLedger::begin_batch(Tx& tx) {
    source_.use(&tx);
    const int64_t version = tx.one_integer("PRAGMA data_version").value_or(-1);
    if (is_stale_ || version != data_version_ || book_.remembered() > remembered_max ||
        by_code_.size() > remembered_max)
        forget(tx);
    data_version_ = version;
}

// Another process wrote, a batch was undone, or too much is remembered.
void SqlLedger::forget(Tx& tx) {
    source_.forget();
    by_code_.clear();
    book_.forget(TransferId{tx.one_integer("SELECT max(seq) FROM transfer").value_or(0)});
    is_stale_ = !tx.ok();
}

void SqlLedger::end_job(Tx&, bool committed) {
    if (committed) return;
    book_.rollback();
    for (const auto& [code, id] : opened_) {
        book_.drop(id);
        by_code_.erase(code);
    }
}

void SqlLedger::end_batch(Tx& tx) {
    const int64_t at = clock_.now_ms();
    const Book::Changes changes = book_.take_changes();
    for (const auto& [id, transfer] : changes.transfers) {
        tx.run(
            "INSERT INTO transfer (seq, origin, origin_id, leg, kind, debit, credit, amount, pending, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            id, transfer.origin, transfer.origin_id, transfer.leg, transfer.kind, transfer.debit, transfer.credit,
            transfer.amount, transfer.pending, at);
        source_.stored(transfer);
    }
    for (const Account& account : changes.accounts)
        tx.run(
            "UPDATE account SET debits_posted = ?, credits_posted = ?, debits_pending = ?, credits_pending = ? WHERE "
            "id = ?",
            account.debits_posted, account.credits_posted, account.debits_pending, account.credits_pending,
            account.id);
    for (const auto& [id, hold] : changes.holds)
        tx.run(
            "INSERT INTO hold (transfer, state, posted_amount) VALUES (?, ?, ?) ON CONFLICT (transfer) DO UPDATE SET"
            " state = excluded.state, posted_amount = excluded.posted_amount",
            id, name_of(hold.state), hold.posted_amount);
}

}  // namespace

std::shared_ptr<Ledger> Ledger::create(Clock& clock) { return std::make_shared<SqlLedger>(clock); }

}  // namespace tributary::store
