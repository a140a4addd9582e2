#include <atomic>
#include <future>
#include <thread>

#include "core/base/file.hpp"
#include "core/store/connection.hpp"
#include "core/store/migration.hpp"
#include "tests/unit/store/fixture.hpp"

namespace tributary::store {
namespace {

using ledger::Decision;
using ledger::Origin;

class StoreTest : public testing::Test {
protected:
    StoreTest() { options_.path = directory_.file("t.db"), books_ = Books::open(options_); }

    void reopen() {
        books_ = {};
        books_ = Books::open(options_);
    }
    Result<void> note(const std::string& key, const std::string& value = "x") {
        return books_.store->write([=](Tx& tx) { tx.run("INSERT INTO meta (key, value) VALUES (?, ?)", key, value); });
    }
    std::optional<std::string> noted(const std::string& key) {
        std::optional<std::string> value;
        EXPECT_TRUE(books_.store->read([&](Tx& tx) { value = tx.one_text("SELECT value FROM meta WHERE key = ?", key); }));
        return value;
    }

    TemporaryDirectory directory_;
    StoreOptions options_;
    Books books_;
};

TEST_F(StoreTest, KeepsWhatWasWrittenOverAReopen) {
    ASSERT_TRUE(note("a", "1"));
    reopen();
    EXPECT_EQ(noted("a"), "1");
}

TEST_F(StoreTest, PostsAndReads) {
    fund(books_, 1000);
    EXPECT_EQ(balance(*books_.store, "budget/spring/laser"), 1000);
    expect_intact(*books_.store);
}

}  // namespace
}  // namespace tributary::store
