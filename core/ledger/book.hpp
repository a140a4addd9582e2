// Book: the accounts and holds in memory, and decide(), the pure rule of what may be posted. A linked set posts whole
// or not at all. mark()/rollback() undo a job; changed accounts are handed out once per batch so that balances are
// written coalesced. Persistence is core/store/ledger_store.hpp. Not thread safe: the one writer owns it.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/ledger/transfer.hpp"

namespace tributary::ledger {

struct Hold {
    Transfer transfer;
    enum class State : int { open = 0, posted = 1, voided = 2 } state = State::open;
    int64_t posted_amount = 0;
};

// How the book finds what it has not in memory. hold() of a transfer that is no reserve gives that transfer, too.
class Source {
public:
    virtual ~Source() = default;
    virtual std::optional<Account> account(AccountId id) = 0;
    virtual std::optional<Hold> hold(TransferId id) = 0;
    virtual std::optional<std::pair<TransferId, Transfer>> by_key(Origin origin, int64_t origin_id, int32_t leg) = 0;
};

struct Posted {
    Decision decision = Decision::accepted;
    TransferId id;  // of the new, or with exists the old transfer
};

class Book {
public:
    Book(Source& source, TransferId last) : source_(source), last_(last) {}

    Decision decide(const Transfer& transfer);  // changes nothing
    // All or none; answers in the order given. When one is refused the others say linked_transfer_refused. A set of
    // which only some transfers exist is another set than the one posted before: those say exists_differently.
    std::vector<Posted> post(const std::vector<Transfer>& linked);
    const Account* account(AccountId id);  // valid until forget() or drop()

    void mark();  // a job begins
    void rollback();  // undo since mark()
    // Since the last take: new transfers, touched accounts and holds; the batch writes them. From then on the Source
    // knows them, and what is settled leaves memory.
    struct Changes {
        std::vector<std::pair<TransferId, Transfer>> transfers;
        std::vector<Account> accounts;
        std::vector<std::pair<TransferId, Hold>> holds;
    };
    Changes take_changes();
    // Drop what is remembered, untaken changes too: another process may have written up to last, or the batch failed.
    void forget(TransferId last);
    void drop(AccountId id);  // after rollback(): the job that opened this account is undone
    size_t remembered() const { return accounts_.size() + holds_.size(); }

private:
    struct AccountEntry {
        Account account;
        bool is_touched = false;
    };
    struct HoldEntry {
        Hold hold;
        bool is_touched = false;
    };
    struct Key {
        Origin origin;
        int32_t leg;
        int64_t origin_id;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        size_t operator()(const Key& key) const;
    };
    struct AccountUndo {
        AccountEntry* entry;
        int64_t debits_posted, credits_posted, debits_pending, credits_pending;
        bool was_touched;
    };
    struct HoldUndo {
        HoldEntry* entry;
        TransferId id;
        bool is_new;
        bool was_touched;
    };
    struct Position {  // where the undo logs stood
        size_t accounts, holds, transfers;
    };

    std::optional<Posted> existing(const Transfer& transfer);
    Decision decide_new(const Transfer& transfer);
    Decision decide_pending(const Transfer& transfer);
    std::optional<Hold> pending_of(TransferId id);
    TransferId apply(const Transfer& transfer);
    void refuse(std::vector<Posted>& answers, Position from);
    Position position() const { return {account_undo_.size(), hold_undo_.size(), transfers_.size()}; }
    void unwind(Position to);
    AccountEntry* entry_of(AccountId id);
    HoldEntry* hold_entry_of(TransferId id);
    Account& change(AccountId id);
    Hold& change_hold(TransferId id);
    void add_hold(TransferId id, const Transfer& transfer);

    Source& source_;
    TransferId last_;
    std::unordered_map<AccountId, AccountEntry> accounts_;
    std::unordered_map<TransferId, HoldEntry> holds_;
    std::unordered_map<Key, size_t, KeyHash> keys_;  // of transfers_, by index
    std::vector<std::pair<TransferId, Transfer>> transfers_;
    std::vector<AccountId> touched_accounts_;  // in the order of the undo log: unwinding pops
    std::vector<TransferId> touched_holds_;
    std::vector<AccountUndo> account_undo_;
    std::vector<HoldUndo> hold_undo_;
    Position mark_{0, 0, 0};
};

}  // namespace tributary::ledger
