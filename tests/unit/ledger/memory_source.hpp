// A Source in memory, and what a store does with a book: take the changes of a batch and keep them.
#pragma once
#include <map>
#include <tuple>

#include "core/ledger/book.hpp"

namespace tributary::ledger {

class MemorySource final : public Source {
public:
    std::map<AccountId, Account> accounts;
    std::map<TransferId, Transfer> transfers;
    std::map<TransferId, Hold> holds;

    AccountId open(const std::string& code, const std::string& unit, Constraint constraint) {
        const AccountId id{static_cast<int64_t>(accounts.size()) + 1};
        Account account;
        account.id = id;
        account.code = code;
        account.unit = unit;
        account.constraint = constraint;
        accounts[id] = account;
        return id;
    }

    void keep(Book::Changes changes) {
        for (auto& [id, transfer] : changes.transfers) transfers[id] = transfer;
        for (auto& account : changes.accounts) accounts[account.id] = account;
        for (auto& [id, hold] : changes.holds) holds[id] = hold;
    }

    std::optional<Account> account(AccountId id) override {
        const auto found = accounts.find(id);
        return found == accounts.end() ? std::nullopt : std::optional(found->second);
    }
    std::optional<Hold> hold(TransferId id) override {
        const auto found = transfers.find(id);
        if (found == transfers.end()) return std::nullopt;
        if (const auto held = holds.find(id); held != holds.end()) return held->second;
        Hold no_reserve;
        no_reserve.transfer = found->second;
        return no_reserve;
    }
    std::optional<std::pair<TransferId, Transfer>> by_key(Origin origin, int64_t origin_id, int32_t leg) override {
        for (const auto& [id, transfer] : transfers)
            if (std::tie(transfer.origin, transfer.origin_id, transfer.leg) == std::tie(origin, origin_id, leg))
                return std::pair{id, transfer};
        return std::nullopt;
    }
};

inline Transfer transfer_of(int64_t key, TransferKind kind, AccountId debit, AccountId credit, int64_t amount,
                            TransferId pending = {}) {
    return Transfer{Origin::award, key, 0, kind, debit, credit, amount, pending};
}

// A bottomless bank, a budget of 5,000 points, a wallet, and one account of each thing a refusal needs.
struct World {
    MemorySource source;
    AccountId bank = source.open("funding/bank", "points", Constraint::none);
    AccountId budget = source.open("budget/spring", "points", Constraint::debits_within_credits);
    AccountId wallet = source.open("wallet/R1/points", "points", Constraint::debits_within_credits);
    AccountId dollars = source.open("wallet/R1/USD", "USD", Constraint::debits_within_credits);
    AccountId owed = source.open("receivable/D1", "points", Constraint::credits_within_debits);
    Book book{source, TransferId{}};
    int64_t next_key = 1;

    World() { post(TransferKind::posted, bank, budget, 5000); }

    Posted post(TransferKind kind, AccountId debit, AccountId credit, int64_t amount, TransferId pending = {}) {
        return book.post({transfer_of(next_key++, kind, debit, credit, amount, pending)})[0];
    }
    Posted pay(int64_t amount) { return post(TransferKind::posted, budget, wallet, amount); }
    Posted reserve(int64_t amount) { return post(TransferKind::reserve, budget, wallet, amount); }
    Posted settle(TransferId hold, int64_t amount) { return post(TransferKind::post, budget, wallet, amount, hold); }
    Posted release(TransferId hold, int64_t amount) {
        return post(TransferKind::void_, budget, wallet, amount, hold);
    }
    void flush() { source.keep(book.take_changes()); }
};

}  // namespace tributary::ledger
