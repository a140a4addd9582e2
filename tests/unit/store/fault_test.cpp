// What the store does when the disk is full and when a sync fails.
#include <deque>
#include <future>

#include "core/base/log.hpp"
#include "tests/unit/store/fault_vfs.hpp"
#include "tests/unit/store/fixture.hpp"

namespace tributary::store {
namespace {

using ledger::Decision;
using ledger::Origin;

class Fault : public testing::Test {
protected:
    Fault() {
        set_log_writer([](const std::string&) {});
        options_.path = directory_.file("t.db");
        books_ = Books::open(options_);
        accounts_ = fund(books_, 1000);
    }
    ~Fault() override {
        vfs_.fail_writes("", SQLITE_OK);
        vfs_.fail_syncs("", SQLITE_OK);
        books_ = {};
        set_log_writer(nullptr);
    }

    Result<void> pay(int64_t key, int64_t amount, Decision* decision = nullptr) {
        return books_.store->write([&](Tx& tx) {
            const auto posted =
                books_.ledger->post(tx, {transfer(Origin::award, key, accounts_.budget, accounts_.wallet, amount)});
            if (decision != nullptr) *decision = posted[0].decision;
        });
    }
    Result<void> put(int64_t bytes) {
        return books_.store->write([bytes](Tx& tx) {
            tx.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('big', hex(zeroblob(?)))", bytes / 2);
        });
    }

    FaultVfs vfs_;
    TemporaryDirectory directory_;
    StoreOptions options_;
    Books books_;
    Accounts accounts_;
};

TEST_F(Fault, AFullDiskInAJobRefusesThatJobOnly) {
    // SQLite's own limit stands for the disk: it strikes where the page is wanted, inside the job.
    ASSERT_TRUE(books_.store->write([](Tx& tx) { tx.query("PRAGMA max_page_count = 150").next(); }));
    EXPECT_EQ(put(4'000'000).error().code, ErrorCode::unavailable);
    EXPECT_FALSE(books_.store->is_failed());
    EXPECT_TRUE(pay(1, 10));
    expect_intact(*books_.store);
}

TEST_F(Fault, AFullDiskAtCommitRefusesTheBatchAndTheStoreCarriesOn) {
    vfs_.fail_writes("-wal", SQLITE_FULL);
    Decision decision{};
    EXPECT_EQ(pay(1, 10, &decision).error().code, ErrorCode::unavailable);
    EXPECT_EQ(decision, Decision::accepted);  // it was, until the disk said no
    EXPECT_EQ(pay(2, 10).error().code, ErrorCode::unavailable);
    EXPECT_FALSE(books_.store->is_failed());
    EXPECT_EQ(balance(*books_.store, "wallet/R1001/USD"), 0);

    vfs_.fail_writes("-wal", SQLITE_OK);
    EXPECT_TRUE(pay(1, 10, &decision));
    EXPECT_EQ(decision, Decision::accepted);  // memory of the lost batch is gone, too
    EXPECT_EQ(balance(*books_.store, "wallet/R1001/USD"), 10);
    expect_intact(*books_.store);
}

TEST_F(Fault, AFailedSyncAtCommitStopsTheStoreForEver) {
    ASSERT_TRUE(pay(1, 10));
    vfs_.fail_syncs("-wal", SQLITE_IOERR_FSYNC);
    EXPECT_EQ(pay(2, 10).error().code, ErrorCode::io);
    EXPECT_TRUE(books_.store->is_failed());
    vfs_.fail_syncs("-wal", SQLITE_OK);
    const int syncs = vfs_.syncs();
    EXPECT_EQ(pay(3, 10).error().code, ErrorCode::io);
    EXPECT_EQ(vfs_.syncs(), syncs);  // nobody tried again
    books_ = {};
    EXPECT_EQ(vfs_.syncs(), syncs);  // not even on closing

    books_ = Books::open(options_);  // the next start finds everything that was acknowledged
    EXPECT_GE(balance(*books_.store, "wallet/R1001/USD"), 10);
    expect_intact(*books_.store);
}

TEST_F(Fault, AFailedWriteStopsTheStoreForEver) {
    vfs_.fail_writes("-wal", SQLITE_IOERR_WRITE);
    EXPECT_EQ(pay(1, 10).error().code, ErrorCode::io);
    EXPECT_TRUE(books_.store->is_failed());
}

TEST_F(Fault, AFailedSyncOfACheckpointStopsTheStoreForEver) {
    vfs_.fail_syncs("t.db", SQLITE_IOERR_FSYNC);
    EXPECT_TRUE(put(20'000'000));  // it is safe in the WAL
    for (int i = 0; i < 100 && !books_.store->is_failed(); ++i) (void)put(10);
    EXPECT_TRUE(books_.store->is_failed());
    EXPECT_EQ(pay(1, 10).error().code, ErrorCode::io);
}

TEST_F(Fault, ACheckpointThatFindsNoRoomIsTriedAgain) {
    vfs_.fail_writes("t.db", SQLITE_FULL);
    EXPECT_TRUE(put(20'000'000));
    EXPECT_TRUE(pay(1, 10));
    vfs_.fail_writes("t.db", SQLITE_OK);
    EXPECT_TRUE(put(20'000'000));
    EXPECT_FALSE(books_.store->is_failed());
    expect_intact(*books_.store);
}

TEST_F(Fault, TheLastWritesOfABatchMayRefuseItWhole) {
    struct Refuses final : Participant {
        bool is_armed = true;
        void end_batch(Tx& tx) override {
            if (std::exchange(is_armed, false)) tx.refuse(fail(ErrorCode::conflict, "no batch"));
        }
    };
    books_.store->add_participant(std::make_shared<Refuses>());
    EXPECT_EQ(pay(1, 10).error().message, "no batch");
    Decision decision{};
    EXPECT_TRUE(pay(1, 10, &decision));
    EXPECT_EQ(decision, Decision::accepted);
    expect_intact(*books_.store);
}

}  // namespace
}  // namespace tributary::store
