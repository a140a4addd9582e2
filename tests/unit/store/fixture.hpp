// A store in a temporary directory with ledger and chain, and the verbs the tests speak.
#pragma once
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "core/store/chain.hpp"
#include "core/store/ledger_store.hpp"
#include "core/store/store.hpp"

namespace tributary::store {

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "tributary-store-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

// The daemon's composition in small: a store with its participants in order.
struct Books {
    std::shared_ptr<Ledger> ledger;
    std::unique_ptr<Store> store;  // ends first: its jobs use the ledger

    static Books open(const StoreOptions& options, Clock& clock = system_clock()) {
        Books books;
        auto opened = Store::open(options, clock);
        EXPECT_TRUE(opened) << opened.error().message;
        if (!opened) return books;
        books.store = std::move(*opened);
        books.ledger = Ledger::create(clock);
        books.store->add_participant(books.ledger);
        books.store->add_participant(make_chain(clock));
        return books;
    }
};

inline ledger::Transfer transfer(ledger::Origin origin, int64_t origin_id, AccountId debit, AccountId credit,
                                 int64_t amount) {
    ledger::Transfer made;
    made.origin = origin;
    made.origin_id = origin_id;
    made.debit = debit;
    made.credit = credit;
    made.amount = amount;
    return made;
}

// The accounts every test uses: funding is bottomless, budget and wallet cannot go below zero.
struct Accounts {
    AccountId funding, budget, wallet;

    static Accounts open(Ledger& ledger, Tx& tx) {
        return {ledger.account(tx, "funding/bank", "USD", ledger::Constraint::none),
                ledger.account(tx, "budget/spring/laser", "USD", ledger::Constraint::debits_within_credits),
                ledger.account(tx, "wallet/R1001/USD", "USD", ledger::Constraint::debits_within_credits)};
    }
};

// Opens the accounts and pays into the budget once; a repeat is harmless.
inline Accounts fund(Books& books, int64_t amount) {
    Accounts accounts;
    const auto funded = books.store->write([&](Tx& tx) {
        accounts = Accounts::open(*books.ledger, tx);
        books.ledger->post(tx, {transfer(ledger::Origin::funding, 1, accounts.funding, accounts.budget, amount)});
    });
    EXPECT_TRUE(funded) << funded.error().message;
    return accounts;
}

inline int64_t balance(Store& store, const std::string& code) {
    int64_t found = -1;
    (void)store.read([&](Tx& tx) {
        for (const ledger::Account& account : accounts(tx, code))
            if (account.code == code) found = account.balance();
    });
    return found;
}

inline void expect_intact(Store& store) {
    const auto read = store.read([](Tx& tx) {
        const ChainReport chain = verify_chain(tx, nullptr);
        EXPECT_TRUE(chain.is_intact) << chain.broken;
        const LedgerReport ledger = verify_ledger(tx);
        EXPECT_TRUE(ledger.is_balanced) << (ledger.findings.empty() ? "" : ledger.findings[0]);
    });
    EXPECT_TRUE(read) << read.error().message;
}

// Changes the file behind the store's back, as an attacker or a bad disk would.
inline void tamper(const std::string& path, const std::string& sql) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
    char* message = nullptr;
    sqlite3_exec(handle, "PRAGMA synchronous = OFF", nullptr, nullptr, nullptr);
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK)
        << sql << ": " << (message != nullptr ? message : "");
    sqlite3_free(message);
    sqlite3_close(handle);
}

}  // namespace tributary::store
