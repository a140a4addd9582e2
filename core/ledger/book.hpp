// Book: the accounts and holds in memory, and decide(), the pure rule of what may be posted. A linked set posts whole or
// not at all. mark()/rollback() undo a job; changed accounts are handed out once per batch so that balances are written
// coalesced. Persistence is core/store/ledger_store.hpp. Not thread safe: the one writer owns it.
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

// How the book finds what it has not in memory yet; each answer is remembered.
class Source {
public:
    virtual ~Source() = default;
    virtual std::optional<Account> account(AccountId id) = 0;
    virtual std::optional<Hold> hold(TransferId id) = 0;
    virtual std::optional<std::pair<TransferId, Transfer>> by_key(Origin origin, int64_t origin_id, int32_t leg) = 0;
};

struct Posted {
    Decision decision = Decision::accepted;
    TransferId id;            // of the new, or with exists the old transfer
};

class Book {
public:
    Book(Source& source, TransferId last) : source_(source), last_(last) {}

    Decision decide(const Transfer& transfer);  // changes nothing
    // All or none; answers in the order given. When one is refused the others say linked_transfer_refused.
    std::vector<Posted> post(const std::vector<Transfer>& linked);
    const Account* account(AccountId id);

    void mark();       // a job begins
    void rollback();   // undo since mark()
    // Since the last take: new transfers, touched accounts and holds; the batch writes them.
    struct Changes {
        std::vector<std::pair<TransferId, Transfer>> transfers;
        std::vector<Account> accounts;
        std::vector<std::pair<TransferId, Hold>> holds;
    };
    Changes take_changes();
    void forget();     // drop what is remembered: another process may have written

private:
    struct Undo;
    Source& source_;
    TransferId last_;
    std::unordered_map<AccountId, Account> accounts_;
    std::unordered_map<TransferId, Hold> holds_;
};

}  // namespace tributary::ledger
