#include "core/store/migration.hpp"

#include "core/base/digest.hpp"
#include "tests/unit/store/fixture.hpp"

namespace tributary::store {
namespace {

class MigrationTest : public testing::Test {
protected:
    Result<void> migrate_to(const std::vector<Migration>& known) {
        auto connection = Connection::open(path_, OpenMode::create, 1000);
        if (!connection) return connection.error();
        return migrate(**connection, path_, known, clock_);
    }
    std::vector<std::string> backups() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path_).parent_path()))
            if (entry.path().string().find(".before-") != std::string::npos) found.push_back(entry.path().string());
        return found;
    }
    int64_t integer(const std::string& path, const char* sql) {
        auto connection = Connection::open(path, OpenMode::read_only, 1000);
        if (!connection) return -1;
        Tx tx(**connection);
        return tx.one_integer(sql).value_or(-1);
    }

    TemporaryDirectory directory_;
    std::string path_ = directory_.file("m.db");
    ManualClock clock_{1'700'000'000'000};
    Migration first_{1, "first", "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);"};
    Migration second_{2, "second", "ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = x + 1;"};
    Migration wrong_{2, "wrong", "UPDATE a SET x = 9; CREATE TABLE b (x INTEGER); CREATE TABLE a (x INTEGER);"};
};

TEST_F(MigrationTest, AppliesWhatIsMissingAndBacksUpFirst) {
    ASSERT_TRUE(migrate_to({first_}));
    EXPECT_TRUE(backups().empty());  // there was nothing to lose
    ASSERT_TRUE(migrate_to({first_, second_}));
    EXPECT_EQ(integer(path_, "SELECT y FROM a"), 2);
    ASSERT_EQ(backups().size(), 1u);
    EXPECT_EQ(integer(backups()[0], "SELECT count(*) FROM schema_migration"), 1);
    ASSERT_TRUE(migrate_to({first_, second_}));
    EXPECT_EQ(backups().size(), 1u);
}

TEST_F(MigrationTest, AFailedMigrationLeavesTheDatabaseAsItWas) {
    ASSERT_TRUE(migrate_to({first_}));
    const auto refused = migrate_to({first_, wrong_});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("migration 2 (wrong)"), std::string::npos) << refused.error().message;
    EXPECT_EQ(integer(path_, "SELECT x FROM a"), 1);
    EXPECT_EQ(integer(path_, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
    clock_.advance_ms(1);
    EXPECT_TRUE(migrate_to({first_, second_}));
}

TEST_F(MigrationTest, RefusesAChangedChecksum) {
    ASSERT_TRUE(migrate_to({first_}));
    first_.sql += " ";
    const auto refused = migrate_to({first_});
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_NE(refused.error().message.find("checksum"), std::string::npos);
}

TEST_F(MigrationTest, RefusesAForeignDatabase) {
    tamper(path_, "CREATE TABLE theirs (x)");
    EXPECT_EQ(migrate_to({first_}).error().code, ErrorCode::conflict);
    EXPECT_EQ(integer(path_, "SELECT count(*) FROM sqlite_schema"), 1);
}

TEST_F(MigrationTest, AStoreRefusesANewerSchema) {
    StoreOptions options;
    options.path = path_;
    { const Books books = Books::open(options); }
    tamper(path_, "INSERT INTO schema_migration VALUES (999, 'future', 'x', 1)");
    const auto refused = Store::open(options, system_clock());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_NE(refused.error().message.find("999 (future)"), std::string::npos) << refused.error().message;
    EXPECT_FALSE(migration_status(path_));
}

TEST_F(MigrationTest, StatusTellsWhatIsAppliedAndWhatIsNot) {
    const auto before = migration_status(path_);
    ASSERT_TRUE(before);
    EXPECT_EQ(before->size(), static_cast<size_t>(schema_version()));
    EXPECT_EQ(before->front().applied_at, 0);
    EXPECT_FALSE(std::filesystem::exists(path_));  // asking makes no database
    StoreOptions options;
    options.path = path_;
    { const Books books = Books::open(options, clock_); }
    const auto after = migration_status(path_);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->front().applied_at, clock_.now_ms());
    EXPECT_EQ(after->front().sha256, hex_of(sha256(migrations()[0].sql)));
}

TEST(Migrations, AreNumberedWithoutAGap) {
    int expected = 0;
    for (const Migration& migration : migrations()) EXPECT_EQ(migration.number, ++expected) << migration.name;
}

}  // namespace
}  // namespace tributary::store
