#include <atomic>
#include <deque>
#include <future>
#include <thread>

#include "core/base/file.hpp"
#include "tests/unit/store/fixture.hpp"

namespace tributary::store {
namespace {

using ledger::Decision;
using ledger::Origin;

class StoreTest : public testing::Test {
protected:
    StoreTest() { options_.path = directory_.file("t.db"), books_ = Books::open(options_, clock_); }

    void reopen() {
        books_ = {};
        books_ = Books::open(options_, clock_);
    }
    Result<void> note(const std::string& key, const std::string& value = "x") {
        return books_.store->write(
            [=](Tx& tx) { tx.run("INSERT INTO meta (key, value) VALUES (?, ?)", key, value); });
    }
    std::optional<std::string> noted(const std::string& key) {
        std::optional<std::string> value;
        EXPECT_TRUE(
            books_.store->read([&](Tx& tx) { value = tx.one_text("SELECT value FROM meta WHERE key = ?", key); }));
        return value;
    }

    TemporaryDirectory directory_;
    StoreOptions options_;
    ManualClock clock_{1'700'000'000'000};  // stands still: no batch ends early because a machine is slow
    Books books_;
};

TEST_F(StoreTest, KeepsWhatWasWrittenOverAReopen) {
    ASSERT_TRUE(note("a", "1"));
    reopen();
    EXPECT_EQ(noted("a"), "1");
}

// Holds the writer in a job until released, so that what is submitted meanwhile makes one batch.
class Gate {
public:
    explicit Gate(Store& store) {
        store.submit([this](Tx&) { entered_.set_value(), released_.get_future().wait(); }, nullptr);
        entered_.get_future().wait();
    }
    void release() { released_.set_value(); }

private:
    std::promise<void> entered_, released_;
};

struct CountBatches final : Participant {
    std::atomic<int> batches{0}, jobs{0}, undone{0};
    void begin_batch(Tx&) override { ++batches; }
    void end_job(Tx&, bool committed) override { ++(committed ? jobs : undone); }
};

// Answers in the order of submission.
class Answers {
public:
    void submit(Store& store, Job job) {
        results_.emplace_back();
        store.submit(std::move(job),
                     [promise = &results_.back()](Result<void> result) { promise->set_value(std::move(result)); });
    }
    Result<void> next() {
        Result<void> result = results_.front().get_future().get();
        results_.pop_front();
        return result;
    }

private:
    std::deque<std::promise<Result<void>>> results_;
};

TEST_F(StoreTest, CommitsWhatWaitsInOneBatch) {
    const auto counter = std::make_shared<CountBatches>();
    books_.store->add_participant(counter);
    Gate gate(*books_.store);
    Answers answers;
    for (int i = 0; i < 100; ++i)
        answers.submit(*books_.store,
                       [i](Tx& tx) { tx.run("INSERT INTO meta (key, value) VALUES (?, 'x')", fmt::to_string(i)); });
    EXPECT_EQ(books_.store->queue_length(), 101u);
    gate.release();
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(answers.next());
    EXPECT_EQ(counter->batches, 2);
    EXPECT_EQ(counter->jobs, 101);
}

TEST_F(StoreTest, ARefusedJobUndoesOnlyItself) {
    Gate gate(*books_.store);
    Answers answers;
    const auto put = [](const char* key) {
        return [key](Tx& tx) { tx.run("INSERT INTO meta (key, value) VALUES (?, 'x')", key); };
    };
    answers.submit(*books_.store, put("a"));
    answers.submit(*books_.store, [&](Tx& tx) { put("b")(tx), tx.refuse(fail(ErrorCode::invalid, "no")); });
    answers.submit(*books_.store, [&](Tx& tx) { put("c")(tx), put("a")(tx), put("d")(tx); });
    answers.submit(*books_.store, [](Tx&) { throw std::runtime_error("oops"); });
    answers.submit(*books_.store, put("e"));
    gate.release();
    EXPECT_TRUE(answers.next());
    EXPECT_EQ(answers.next().error().message, "no");
    EXPECT_EQ(answers.next().error().code, ErrorCode::conflict);
    EXPECT_EQ(answers.next().error().code, ErrorCode::internal);
    EXPECT_TRUE(answers.next());
    std::vector<bool> present;
    for (const char* key : {"a", "b", "c", "d", "e"}) present.push_back(noted(key).has_value());
    EXPECT_EQ(present, (std::vector<bool>{true, false, false, false, true}));
}

TEST_F(StoreTest, ARefusedJobIsUndoneInTheLedgersMemoryToo) {
    const Accounts accounts = fund(books_, 1000);
    Ledger& ledger = *books_.ledger;
    Gate gate(*books_.store);
    Answers answers;
    Decision first{}, second{};
    AccountId opened;
    answers.submit(*books_.store, [&](Tx& tx) {
        opened = ledger.account(tx, "wallet/R2/USD", "USD", ledger::Constraint::none);
        first = ledger.post(tx, {transfer(Origin::award, 1, accounts.budget, opened, 900)})[0].decision;
        tx.refuse(fail(ErrorCode::invalid, "no"));
    });
    answers.submit(*books_.store, [&](Tx& tx) {
        EXPECT_EQ(ledger.find(tx, opened), nullptr);
        second = ledger.post(tx, {transfer(Origin::award, 1, accounts.budget, accounts.wallet, 800)})[0].decision;
    });
    gate.release();
    EXPECT_FALSE(answers.next());
    EXPECT_TRUE(answers.next());
    EXPECT_EQ(first, Decision::accepted);
    EXPECT_EQ(second, Decision::accepted);
    EXPECT_EQ(balance(*books_.store, "budget/spring/laser"), 200);
    expect_intact(*books_.store);
}

TEST_F(StoreTest, AnErrorSticksAndEmptiesEverythingAfterIt) {
    const auto result = books_.store->write([](Tx& tx) {
        tx.run("INSERT INTO nowhere VALUES (1)");
        EXPECT_FALSE(tx.ok());
        EXPECT_EQ(tx.run("INSERT INTO meta (key, value) VALUES ('a', 'b')"), 0);
        EXPECT_FALSE(tx.query("SELECT 1").next());
        EXPECT_EQ(tx.one_integer("SELECT 1"), std::nullopt);
    });
    EXPECT_NE(result.error().message.find("nowhere"), std::string::npos) << result.error().message;
    EXPECT_EQ(noted("a"), std::nullopt);
}

TEST_F(StoreTest, BindsAndReadsEveryType) {
    const auto result = books_.store->write([](Tx& tx) {
        const Digest digest = sha256("x");
        Rows rows = tx.query("SELECT ?, ?, ?, ?, ?, ?, ?, ?", int64_t{-5}, true, "text", std::string_view{},
                             Blob{std::string_view("\0b", 2)}, digest, std::optional<int64_t>{}, AccountId{7});
        ASSERT_TRUE(rows.next());
        EXPECT_EQ(rows.integer(0), -5);
        EXPECT_EQ(rows.integer(1), 1);
        EXPECT_EQ(rows.text(2), "text");
        EXPECT_EQ(rows.type(3), Rows::Type::text);  // empty is not NULL
        EXPECT_EQ(rows.text(4), std::string_view("\0b", 2));
        EXPECT_EQ(rows.type(5), Rows::Type::blob);
        EXPECT_TRUE(rows.is_null(6));
        EXPECT_EQ(rows.integer(7), 7);
        EXPECT_FALSE(rows.next());
        EXPECT_FALSE(rows.next());
    });
    EXPECT_TRUE(result) << result.error().message;
}

TEST_F(StoreTest, OneLiteralMayBeBusySeveralTimes) {
    ASSERT_TRUE(note("a") && note("b") && note("c"));
    EXPECT_TRUE(books_.store->read([](Tx& tx) {
        const auto keys = [&] { return tx.query("SELECT key FROM meta WHERE value = ? ORDER BY key", "x"); };
        int pairs = 0;
        Rows outer = keys();
        while (outer.next())
            for (Rows inner = keys(); inner.next();) ++pairs;
        EXPECT_EQ(pairs, 9);
    }));
}

TEST_F(StoreTest, RefusesAWrongNumberOfParameters) {
    EXPECT_EQ(books_.store->write([](Tx& tx) { tx.run("DELETE FROM meta WHERE key = ?"); }).error().code,
              ErrorCode::internal);
}

TEST_F(StoreTest, AReadSeesOneSnapshotAndCannotWrite) {
    ASSERT_TRUE(note("a"));
    EXPECT_TRUE(books_.store->read([&](Tx& tx) {
        EXPECT_EQ(tx.one_integer("SELECT count(*) FROM meta"), 1);
        EXPECT_TRUE(note("b"));
        EXPECT_EQ(tx.one_integer("SELECT count(*) FROM meta"), 1);
    }));
    EXPECT_FALSE(books_.store->read([](Tx& tx) { tx.run("DELETE FROM meta"); }));
    EXPECT_EQ(noted("b"), "x");
}

TEST_F(StoreTest, RefusesAtOncePastItsQueueLimit) {
    options_.queue_max = 3;
    reopen();
    Gate gate(*books_.store);
    Answers answers;
    for (int i = 0; i < 3; ++i) answers.submit(*books_.store, [](Tx&) {});
    gate.release();
    EXPECT_TRUE(answers.next());
    EXPECT_TRUE(answers.next());
    EXPECT_EQ(answers.next().error().code, ErrorCode::unavailable);
    EXPECT_TRUE(books_.store->write([](Tx&) {}));
}

TEST_F(StoreTest, FinishesWhatWasSubmittedBeforeItCloses) {
    std::atomic<int> done{0};
    for (int i = 0; i < 500; ++i)
        books_.store->submit(
            [i](Tx& tx) { tx.run("INSERT INTO meta (key, value) VALUES (?, 'x')", fmt::to_string(i)); },
            [&](Result<void> result) { done += result ? 1 : 0; });
    reopen();
    EXPECT_EQ(done, 500);
    EXPECT_EQ(noted("499"), "x");
}

TEST_F(StoreTest, CompletesOnlyWhatOtherConnectionsSee) {
    for (int i = 0; i < 20; ++i) {
        std::promise<bool> seen;
        const std::string key = fmt::to_string(i);
        books_.store->submit(
            [&](Tx& tx) { tx.run("INSERT INTO meta (key, value) VALUES (?, 'x')", key); },
            [&](Result<void> result) { seen.set_value(result.has_value() && noted(key).has_value()); });
        EXPECT_TRUE(seen.get_future().get());
    }
}

TEST_F(StoreTest, WritesFromManyThreads) {
    std::atomic<int> written{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 16; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) written += note(fmt::format("{}/{}", t, i)) ? 1 : 0;
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(written, 800);
    EXPECT_TRUE(books_.store->read([](Tx& tx) { EXPECT_EQ(tx.one_integer("SELECT count(*) FROM meta"), 800); }));
}

TEST_F(StoreTest, ABackupOpensAndVerifies) {
    const Accounts accounts = fund(books_, 1000);
    ASSERT_TRUE(books_.store->backup(directory_.file("copy.db")));
    EXPECT_EQ(books_.store->backup(directory_.file("copy.db")).error().code, ErrorCode::conflict);
    EXPECT_FALSE(std::filesystem::exists(directory_.file("copy.db-wal")));
    ASSERT_TRUE(books_.store->write(
        [&](Tx& tx) { books_.ledger->post(tx, {transfer(Origin::award, 1, accounts.budget, accounts.wallet, 1)}); }));
    StoreOptions copy;
    copy.path = directory_.file("copy.db");
    Books books = Books::open(copy);
    EXPECT_EQ(balance(*books.store, "budget/spring/laser"), 1000);
    expect_intact(*books.store);
    EXPECT_EQ(balance(*books_.store, "budget/spring/laser"), 999);
}

TEST_F(StoreTest, TellsWhyItCannotOpen) {
    StoreOptions options;
    EXPECT_EQ(Store::open(options, system_clock()).error().code, ErrorCode::config);
    options.path = directory_.file("no/such/directory.db");
    EXPECT_EQ(Store::open(options, system_clock()).error().code, ErrorCode::io);
    options.path = directory_.file("text.db");
    ASSERT_TRUE(write_file_durably(options.path, std::string(8192, 'x')));
    EXPECT_EQ(Store::open(options, system_clock()).error().code, ErrorCode::corrupt);
}

TEST_F(StoreTest, FilesAreNotReadableByOthers) {
    ASSERT_TRUE(note("a") && books_.store->backup(directory_.file("copy.db")));
    for (const char* name : {"t.db", "t.db-wal", "copy.db"}) {
        const auto mode = std::filesystem::status(directory_.file(name)).permissions();
        EXPECT_EQ(mode & std::filesystem::perms::others_all, std::filesystem::perms::none) << name;
    }
}

}  // namespace
}  // namespace tributary::store
