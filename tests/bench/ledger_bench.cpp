// Posting through the store (idempotency, balances, holds, hash chain, group commit) against the least SQLite can do
// for the same rows: insert and two balances, coalesced a batch, by the bare C interface. Prints both and their ratio.
//   ledger_bench [transfers] [directory]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>
#include <semaphore>

#include <fmt/format.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "core/base/log.hpp"
#include "core/store/chain.hpp"
#include "core/store/ledger_store.hpp"

namespace tributary::store {
namespace {

constexpr int64_t batch_size = 8192;
constexpr int64_t wallets = 1000;

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void must(bool is_fine, const char* what) {
    if (is_fine) return;
    std::fprintf(stderr, "ledger_bench: %s failed\n", what);
    std::exit(1);
}

// ---- bare SQLite ----

class Bare {
public:
    explicit Bare(const std::string& path) {
        must(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK, "open");
        execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;"
            "CREATE TABLE account (id INTEGER PRIMARY KEY, debits INTEGER NOT NULL, credits INTEGER NOT NULL) STRICT;"
            "CREATE TABLE transfer (seq INTEGER PRIMARY KEY, origin INTEGER NOT NULL, origin_id INTEGER NOT NULL,"
            " leg INTEGER NOT NULL, kind INTEGER NOT NULL, debit INTEGER NOT NULL, credit INTEGER NOT NULL,"
            " amount INTEGER NOT NULL, pending INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;"
            "CREATE UNIQUE INDEX transfer_key ON transfer (origin, origin_id, leg);");
        insert_ = prepare("INSERT INTO transfer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        update_ = prepare(
            "INSERT INTO account VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET debits = debits + ?2, credits = "
            "credits + ?3");
    }
    ~Bare() {
        sqlite3_finalize(insert_);
        sqlite3_finalize(update_);
        sqlite3_close(handle_);
    }

    void batch(int64_t first) {
        std::map<int64_t, std::pair<int64_t, int64_t>> balances;
        execute("BEGIN IMMEDIATE");
        for (int64_t i = first; i < first + batch_size; ++i) {
            const int64_t wallet = 2 + i % wallets;
            step(insert_, {i, 2, i, 0, 0, 1, wallet, 5, 0, 1'700'000'000'000});
            balances[1].first += 5;
            balances[wallet].second += 5;
        }
        for (const auto& [id, sums] : balances) step(update_, {id, sums.first, sums.second});
        execute("COMMIT");
    }

private:
    void execute(const char* sql) { must(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql); }
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        must(sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
        return statement;
    }
    static void step(sqlite3_stmt* statement, std::initializer_list<int64_t> values) {
        int index = 0;
        for (const int64_t value : values) sqlite3_bind_int64(statement, ++index, value);
        must(sqlite3_step(statement) == SQLITE_DONE, "step");
        sqlite3_reset(statement);
    }

    sqlite3* handle_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    sqlite3_stmt* update_ = nullptr;
};

double run_bare(const std::string& path, int64_t transfers) {
    Bare bare(path);
    const auto start = std::chrono::steady_clock::now();
    for (int64_t first = 1; first <= transfers; first += batch_size) bare.batch(first);
    return static_cast<double>(transfers) / seconds_since(start);
}

// ---- the store ----

struct Books {
    std::shared_ptr<Ledger> ledger = Ledger::create(system_clock());
    std::unique_ptr<Store> store;
    AccountId budget;
    std::vector<AccountId> wallet;

    explicit Books(const std::string& path) {
        StoreOptions options;
        options.path = path;
        auto opened = Store::open(options, system_clock());
        must(opened.has_value(), "open");
        store = std::move(*opened);
        store->add_participant(ledger);
        store->add_participant(make_chain(system_clock()));
        must(store
                 ->write([&](Tx& tx) {
                     budget =
                         ledger->account(tx, "budget/bench", "points", ledger::Constraint::debits_within_credits);
                     const AccountId mint = ledger->account(tx, "mint", "points", ledger::Constraint::none);
                     for (int64_t i = 0; i < wallets; ++i)
                         wallet.push_back(ledger->account(tx, fmt::format("wallet/{}", i), "points",
                                                          ledger::Constraint::debits_within_credits));
                     ledger::Transfer funding{
                         ledger::Origin::funding, 1, 0, ledger::TransferKind::posted, mint, budget,
                         int64_t{1} << 60,        {}};
                     ledger->post(tx, {funding});
                 })
                 .has_value(),
             "set-up");
    }

    void post(Tx& tx, int64_t key) {
        const ledger::Transfer transfer{ledger::Origin::award,
                                        key,
                                        0,
                                        ledger::TransferKind::posted,
                                        budget,
                                        wallet[static_cast<size_t>(key % wallets)],
                                        5,
                                        {}};
        must(ledger->post(tx, {transfer})[0].decision == ledger::Decision::accepted, "post");
    }
};

// Keeps two batches of jobs waiting, as a busy daemon would.
double run_store(const std::string& path, int64_t transfers, int64_t transfers_per_job) {
    Books books(path);
    const int64_t jobs_in_flight = 2 * batch_size / transfers_per_job;
    std::counting_semaphore<> room(jobs_in_flight);
    const auto start = std::chrono::steady_clock::now();
    for (int64_t first = 1; first <= transfers; first += transfers_per_job) {
        room.acquire();
        books.store->submit(
            [&books, first, transfers_per_job](Tx& tx) {
                for (int64_t key = first; key < first + transfers_per_job; ++key) books.post(tx, key);
            },
            [&room](Result<void> result) { must(result.has_value(), "commit"), room.release(); });
    }
    for (int64_t i = 0; i < jobs_in_flight; ++i) room.acquire();
    const double per_second = static_cast<double>(transfers) / seconds_since(start);
    must(books.store
             ->read(
                 [](Tx& tx) { must(verify_chain(tx, nullptr).is_intact && verify_ledger(tx).is_balanced, "verify"); })
             .has_value(),
         "read");
    return per_second;
}

int run(int argc, char** argv) {
    set_log(LogLevel::error, LogFormat::text);
    const int64_t asked = argc > 1 ? std::atoll(argv[1]) : 400'000;
    const int64_t transfers = (asked + batch_size - 1) / batch_size * batch_size;
    std::string directory =
        std::string(argc > 2 ? argv[2] : std::filesystem::temp_directory_path().string()) + "/ledger-bench-XXXXXX";
    must(::mkdtemp(directory.data()) != nullptr, "mkdtemp");
    const double bare = run_bare(directory + "/bare.db", transfers);
    fmt::print("bare SQLite, batch {}:           {:>9.0f} transfers/s\n", batch_size, bare);
    for (const int64_t per_job : {int64_t{1}, int64_t{64}, batch_size}) {
        const double store = run_store(fmt::format("{}/store-{}.db", directory, per_job), transfers, per_job);
        fmt::print("store, {:>4} transfers a job:       {:>9.0f} transfers/s   {:.2f} of bare\n", per_job, store,
                   store / bare);
    }
    std::filesystem::remove_all(directory);
    return 0;
}

}  // namespace
}  // namespace tributary::store

int main(int argc, char** argv) { return tributary::store::run(argc, argv); }
