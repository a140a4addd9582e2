#include "core/directory/directory.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "core/directory/csv.hpp"
#include "core/store/store.hpp"

namespace tributary::directory {
namespace {

class DirectoryTest : public ::testing::Test {
protected:
    void SetUp() override {
        char pattern[] = "/tmp/tributary-directory-XXXXXX";
        path_ = ::mkdtemp(pattern);
        auto opened = store::Store::open({path_ + "/tributary.db"}, clock_);
        ASSERT_TRUE(opened) << opened.error().message;
        store_ = std::move(*opened);
    }
    void TearDown() override {
        store_.reset();
        std::filesystem::remove_all(path_);
    }
    ImportReport Import(const std::string& text) {
        ImportReport report;
        (void)store_->write([&](store::Tx& tx) { report = import_csv(tx, clock_.now_ms(), text, "x.csv"); });
        return report;
    }
    std::string Errors(const std::string& text) {
        std::string all;
        for (const SourceError& error : Import(text).errors) all += to_text(error) + "\n";
        return all;
    }

    ManualClock clock_{1'795'000'000'000};  // 2026-11-18
    std::string path_;
    std::unique_ptr<store::Store> store_;
};

constexpr const char* parties =
    "id,kind,name,level,country,reseller_of,valid_from\nD1,distributor,Acme,,US,,\nR1,reseller,Northwind,gold,US,D1,\n";

TEST_F(DirectoryTest, ImportsEveryKindAndIsHarmlessAgain) {
    EXPECT_EQ(Import(parties).created, 2);
    EXPECT_EQ(
        Import("id,name,email,company,role,language\nP1,\"Doe, Jo\",Jo@Northwind.example,R1,sales_rep,de\n").created,
        1);
    EXPECT_EQ(Import("sku,family,name,tags,upc\nLX-1,laser,Laser One,new;promo,012345678905\n").created, 1);
    EXPECT_EQ(Import("party,scheme,value,scope\nR1,92,R1001,D1\n").created, 1);
    const ImportReport again = Import(parties);
    EXPECT_EQ(again.unchanged, 2);
    EXPECT_EQ(again.created + again.changed, 0);
    ASSERT_TRUE(store_->read([&](store::Tx& tx) {
        const PartyId distributor = *party_by_code(tx, "D1");
        EXPECT_EQ(party_by_alias(tx, "92", "R1001", distributor), party_by_code(tx, "R1"));
        EXPECT_FALSE(party_by_alias(tx, "92", "R1001", PartyId{}));
        const auto person = party_on(tx, *party_by_alias(tx, "email", "jo@northwind.example", PartyId{}), 20261101);
        ASSERT_TRUE(person);
        EXPECT_EQ(person->level, "gold") << "a person stands where the employer stands";
        EXPECT_EQ(person->company, *party_by_code(tx, "R1"));
        const auto product = product_on(tx, *product_by_alias(tx, "UP", "012345678905", distributor), 20261101);
        ASSERT_TRUE(product);
        EXPECT_EQ(product->tags, (std::vector<std::string>{"new", "promo"}));
        EXPECT_EQ(reseller_distributor(tx, *party_by_code(tx, "R1"), 20261101), distributor);
    }));
}

TEST_F(DirectoryTest, KnowsWhatWasTrueOnADate) {
    Import("id,kind,name,level,valid_from\nR1,reseller,Northwind,silver,2026-01-01\n");
    EXPECT_EQ(Import("id,kind,name,level,valid_from\nR1,reseller,Northwind,gold,2026-10-01\n").changed, 1);
    ASSERT_TRUE(store_->read([&](store::Tx& tx) {
        const PartyId id = *party_by_code(tx, "R1");
        EXPECT_EQ(party_on(tx, id, 20260930)->level, "silver");
        EXPECT_EQ(party_on(tx, id, 20261001)->level, "gold");
        EXPECT_FALSE(party_on(tx, id, 20251231));
    }));
}

TEST_F(DirectoryTest, ReportsEveryBadRowAndImportsNothing) {
    EXPECT_EQ(Errors("id,kind,name,country,reseller_of\nA,reseller,One,usa,\nB,reseller,,US,\nC,reseller,Three,US,"
                     "Z9\nD,reseller,Four\n"),
              "x.csv:2:1: country 'usa' is no ISO 3166-1 alpha-2 code such as DE\n"
              "x.csv:3:1: column 'name' is empty\n"
              "x.csv:4:1: reseller_of 'Z9' is not in the directory: import it first, or put it higher in this file\n"
              "x.csv:5:1: 3 fields, but the header has 5 columns\n");
    ASSERT_TRUE(store_->read([&](store::Tx& tx) { EXPECT_FALSE(party_by_code(tx, "A")); }));
}

TEST_F(DirectoryTest, NamesTheColumnThatWasMeant) {
    EXPECT_EQ(Errors("sku,famly\nA,b\n"), "x.csv:1:1: products have no column 'famly' (did you mean 'family'?)\n");
    EXPECT_EQ(Errors("a,b\n1,2\n").substr(0, 34), "x.csv:1:1: the header tells no kin");
    EXPECT_EQ(Errors(""), "x.csv:1:1: the file is empty; the first row names the columns\n");
}

TEST_F(DirectoryTest, NeverMovesAnAliasSilently) {
    Import("id,kind,name\nR1,reseller,One\nR2,reseller,Two\n");
    Import("party,scheme,value\nR1,92,7\n");
    EXPECT_EQ(Errors("party,scheme,value\nR2,92,7\n"), "x.csv:2:1: alias 92 '7' belongs to another party already\n");
}

TEST(Csv, ReadsQuotesAndNewlinesInside) {
    CsvReader reader(
        "\xEF\xBB\xBF"
        "a,b\r\n\"x \"\"y\"\"\",\"1\n2\"\n\nlast,");
    std::vector<std::string> row;
    ASSERT_TRUE(*reader.next(row));
    EXPECT_EQ(row, (std::vector<std::string>{"a", "b"}));
    ASSERT_TRUE(*reader.next(row));
    EXPECT_EQ(row, (std::vector<std::string>{"x \"y\"", "1\n2"}));
    ASSERT_TRUE(*reader.next(row));
    EXPECT_EQ(row, (std::vector<std::string>{"last", ""}));
    EXPECT_EQ(reader.line(), 5u);
    EXPECT_FALSE(*reader.next(row));
}

TEST(Csv, RefusesDamageWithItsLine) {
    for (const char* text : {"a\n\"b", "a\n\"b\"c", "a\nb\"c"}) {
        CsvReader reader(text);
        std::vector<std::string> row;
        ASSERT_TRUE(*reader.next(row));
        const auto bad = reader.next(row);
        ASSERT_FALSE(bad) << text;
        EXPECT_EQ(bad.error().message.substr(0, 7), "line 2:") << text;
    }
}

TEST(Csv, HoldsItsLimits) {
    std::vector<std::string> row;
    const std::string at_limit = std::string(CsvReader::field_size_max, 'x');
    CsvReader fits(at_limit);
    EXPECT_TRUE(fits.next(row));
    const std::string past = at_limit + "x";
    CsvReader over(past);
    EXPECT_FALSE(over.next(row));
    const std::string wide(CsvReader::fields_max - 1, ',');
    CsvReader most(wide);
    EXPECT_TRUE(most.next(row));
    const std::string wider = wide + ",";
    CsvReader too_many(wider);
    EXPECT_FALSE(too_many.next(row));
}

}  // namespace
}  // namespace tributary::directory
