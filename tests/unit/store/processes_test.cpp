// Threads, processes and kill -9 on one budget. Children are forked while no store is open, and leave by _exit().
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <future>
#include <random>
#include <thread>

#include "core/base/log.hpp"
#include "tests/unit/store/fixture.hpp"

namespace tributary::store {
namespace {

using ledger::Decision;
using ledger::Origin;

class OneBudget : public testing::Test {
protected:
    OneBudget() {
        set_log(LogLevel::error, LogFormat::text);
        options_.path = directory_.file("t.db");
    }
    ~OneBudget() override { set_log(LogLevel::info, LogFormat::text); }

    void fund_and_close(int64_t amount) {
        Books books = Books::open(options_);
        fund(books, amount);
    }
    // Forks; the child runs body and ends with its answer.
    template <class Body>
    pid_t spawn(Body body) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(body());
        return child;
    }
    static int exit_status(pid_t child) {
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    TemporaryDirectory directory_;
    StoreOptions options_;
};

// Posts amounts until the budget refuses; answers how many were accepted.
int drain(Books& books, int64_t first_key, int64_t amount) {
    for (int posted = 0;; ++posted) {
        Decision decision{};
        const auto written = books.store->write([&](Tx& tx) {
            const Accounts accounts = Accounts::open(*books.ledger, tx);
            decision =
                books.ledger
                    ->post(tx,
                           {transfer(Origin::award, first_key + posted, accounts.budget, accounts.wallet, amount)})[0]
                    .decision;
        });
        if (!written || decision != Decision::accepted) return posted;
    }
}

TEST_F(OneBudget, SixtyFourThreadsNeverOverspendIt) {
    Books books = Books::open(options_);
    fund(books, 1001);
    std::atomic<int> posted{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 64; ++t) threads.emplace_back([&, t] { posted += drain(books, 1 + t * 1000, 7); });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(posted, 143);
    EXPECT_EQ(balance(*books.store, "budget/spring/laser"), 0);
    EXPECT_EQ(balance(*books.store, "wallet/R1001/USD"), 1001);
    expect_intact(*books.store);
}

TEST_F(OneBudget, TheLastUnitGoesToExactlyOne) {
    Books books = Books::open(options_);
    fund(books, 1);
    std::atomic<int> winners{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 64; ++t) threads.emplace_back([&, t] { winners += drain(books, 1 + t, 1); });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(winners, 1);
    expect_intact(*books.store);
}

TEST_F(OneBudget, TwoProcessesNeverOverspendIt) {
    fund_and_close(700);
    std::vector<pid_t> children;
    for (int i = 0; i < 2; ++i)
        children.push_back(spawn([&, i] {
            Books books = Books::open(options_);
            return drain(books, 1 + i, 5) > 0 ? 0 : 1;  // neighbouring keys: each is the other's newest
        }));
    std::vector<int> statuses;
    for (const pid_t child : children) statuses.push_back(exit_status(child));
    Books books = Books::open(options_);
    EXPECT_EQ(balance(*books.store, "budget/spring/laser") + balance(*books.store, "wallet/R1001/USD"), 700);
    EXPECT_GE(balance(*books.store, "budget/spring/laser"), 0);
    expect_intact(*books.store);
}

TEST_F(OneBudget, TwoProcessesShareItToTheLastUnit) {
    fund_and_close(700);
    std::vector<pid_t> children;
    for (int i = 0; i < 2; ++i)
        children.push_back(spawn([&, i] {
            Books books = Books::open(options_);
            drain(books, 1 + i * 1'000'000, 5);
            return 0;
        }));
    for (const pid_t child : children) EXPECT_EQ(exit_status(child), 0);
    Books books = Books::open(options_);
    EXPECT_EQ(balance(*books.store, "budget/spring/laser"), 0);
    EXPECT_EQ(balance(*books.store, "wallet/R1001/USD"), 700);
    expect_intact(*books.store);
}

TEST_F(OneBudget, TwoProcessesMayCreateTheDatabaseAtOnce) {
    std::vector<pid_t> children;
    for (int i = 0; i < 2; ++i)
        children.push_back(spawn([&] { return Store::open(options_, system_clock()) ? 0 : 1; }));
    for (const pid_t child : children) EXPECT_EQ(exit_status(child), 0);
    Books books = Books::open(options_);
    fund(books, 1);
    expect_intact(*books.store);
}

TEST_F(OneBudget, AWriteLockHeldTooLongRefusesWithUnavailable) {
    options_.busy_timeout_ms = 10;
    Books books = Books::open(options_);
    fund(books, 10);
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(options_.path.c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    EXPECT_EQ(books.store->write([](Tx&) {}).error().code, ErrorCode::unavailable);
    sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
    sqlite3_close(other);
    EXPECT_TRUE(books.store->write([](Tx&) {}));
    EXPECT_FALSE(books.store->is_failed());
}

// ---- kill -9 ----

// Posts for ever with some jobs in flight and writes each acknowledged key to the pipe, as an answer to a sender
// would go.
int post_until_killed(const StoreOptions& options, int pipe) {
    Books books = Books::open(options);
    Accounts accounts;
    int64_t key = 0;
    (void)books.store->write([&](Tx& tx) {
        accounts = Accounts::open(*books.ledger, tx);
        key = tx.one_integer("SELECT max(origin_id) FROM transfer WHERE origin = ?", Origin::award).value_or(0);
    });
    std::deque<std::future<void>> in_flight;
    for (;;) {
        auto answered = std::make_shared<std::promise<void>>();
        in_flight.push_back(answered->get_future());
        ++key;
        books.store->submit(
            [&books, accounts, key](Tx& tx) {
                books.ledger->post(tx, {transfer(Origin::award, key, accounts.budget, accounts.wallet, 1)});
            },
            [answered, key, pipe](Result<void> result) {
                if (result && ::write(pipe, &key, sizeof key) != sizeof key) ::_exit(1);
                answered->set_value();
            });
        if (in_flight.size() < 20) continue;
        in_flight.front().wait();
        in_flight.pop_front();
    }
}

int64_t next_key(int pipe) {  // 0: the other end is gone
    int64_t key = 0;
    return ::read(pipe, &key, sizeof key) == sizeof key ? key : 0;
}

TEST_F(OneBudget, KeepsEveryAcknowledgedTransferOverKillMinusNine) {
    fund_and_close(1'000'000'000);
    std::mt19937 dice(20261101);
    size_t acknowledged = 0;
    for (int round = 0; round < 50; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = spawn([&] { return post_until_killed(options_, ends[1]); });
        ::close(ends[1]);
        std::vector<int64_t> keys;
        if (round % 5 != 0) keys.push_back(next_key(ends[0]));  // each fifth may die while it opens
        std::this_thread::sleep_for(std::chrono::microseconds(dice() % 20'000));
        ::kill(child, SIGKILL);
        EXPECT_EQ(exit_status(child), -1);
        while (const int64_t key = next_key(ends[0])) keys.push_back(key);
        ::close(ends[0]);
        acknowledged += keys.size();
        Books books = Books::open(options_);
        ASSERT_TRUE(books.store->read([&](Tx& tx) {
            for (const int64_t key : keys)
                EXPECT_TRUE(
                    tx.one_integer("SELECT 1 FROM transfer WHERE origin = ? AND origin_id = ?", Origin::award, key))
                    << key;
        }));
        if (round % 10 == 9) expect_intact(*books.store);
    }
    EXPECT_GT(acknowledged, 40u);
}

}  // namespace
}  // namespace tributary::store
