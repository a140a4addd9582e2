#include "tests/unit/store/fixture.hpp"

namespace tributary::store {
namespace {

using ledger::Constraint;
using ledger::Origin;
using ledger::Transfer;
using ledger::TransferKind;

class ExportTest : public testing::Test {
protected:
    ExportTest() {
        StoreOptions options;
        options.path = directory_.file("t.db");
        books_ = Books::open(options, clock_);
        EXPECT_TRUE(books_.store->write([&](Tx& tx) {
            const auto open = [&](const char* code, const char* unit) {
                return books_.ledger->account(tx, code, unit, Constraint::none);
            };
            const AccountId bank = open("funding/bank", "USD"), budget = open("budget/spring/laser-spiff", "USD");
            const AccountId mint = open("mint/gems_2", "gems_2"), wallet = open("wallet/R1001/gems_2", "gems_2");
            const AccountId twin = open("wallet/r1001/Gems 2,\"x\"", "gems_2");
            const auto post = [&](int64_t key, TransferKind kind, AccountId debit, AccountId credit, int64_t amount,
                                  int64_t pending = 0) {
                return books_.ledger
                    ->post(tx, {Transfer{Origin::award, key, 0, kind, debit, credit, amount, TransferId{pending}}})[0]
                    .id.value;
            };
            post(1, TransferKind::posted, bank, budget, 105);
            const int64_t hold = post(2, TransferKind::reserve, mint, wallet, 30);
            post(3, TransferKind::post, mint, wallet, 7, hold);
            post(4, TransferKind::posted, mint, twin, 1);
        }));
    }
    std::string exported(ExportFormat format) {
        std::string text;
        EXPECT_TRUE(books_.store->read(
            [&](Tx& tx) { export_journal(tx, format, [&](std::string_view part) { text += part; }); }));
        return text;
    }
    static std::string without_comments(const std::string& text) {
        std::string kept;
        for (size_t at = 0; at < text.size();) {
            const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
            if (text[at] != ';') kept += text.substr(at, end - at);
            at = end;
        }
        return kept;
    }

    TemporaryDirectory directory_;
    ManualClock clock_{1'793'500'000'000};
    Books books_;
};

TEST_F(ExportTest, WritesAnHledgerJournal) {
    EXPECT_EQ(without_comments(exported(ExportFormat::hledger)),
              "decimal-mark .\n\n"
              "commodity 1000.00 USD\n"
              "commodity 1000. \"gems_2\"\n"
              "account Funding:Bank  ; code: funding/bank\n"
              "account Budget:Spring:Laser-spiff  ; code: budget/spring/laser-spiff\n"
              "account Mint:Gems-2  ; code: mint/gems_2\n"
              "account Wallet:R1001:Gems-2  ; code: wallet/R1001/gems_2\n"
              "account Wallet:R1001:Gems-2--x-  ; code: wallet/r1001/Gems 2,\"x\"\n\n"
              "2026-11-01 * (1) award 1 leg 0\n"
              "    Funding:Bank  1.05 USD\n"
              "    Budget:Spring:Laser-spiff  -1.05 USD\n\n"
              "2026-11-01 * (3) award 3 leg 0\n"
              "    Mint:Gems-2  7 \"gems_2\"\n"
              "    Wallet:R1001:Gems-2  -7 \"gems_2\"\n\n"
              "2026-11-01 * (4) award 4 leg 0\n"
              "    Mint:Gems-2  1 \"gems_2\"\n"
              "    Wallet:R1001:Gems-2--x-  -1 \"gems_2\"\n\n");
}

TEST_F(ExportTest, WritesABeancountJournal) {
    const std::string text = without_comments(exported(ExportFormat::beancount));
    for (const char* expected :
         {"1970-01-01 commodity GEMS-2\n  unit: \"gems_2\"\n",
          "1970-01-01 open Liabilities:Wallet:R1001:Gems-2--x- GEMS-2\n  code: \"wallet/r1001/Gems 2,\\\"x\\\"\"\n",
          "2026-11-01 * \"award 1 leg 0\"\n  transfer: 1\n    Equity:Funding:Bank  1.05 USD\n"
          "    Equity:Budget:Spring:Laser-spiff  -1.05 USD\n"})
        EXPECT_NE(text.find(expected), std::string::npos) << expected << "in\n" << text;
}

TEST_F(ExportTest, WritesCsvWithTheCodesAsStored) {
    EXPECT_EQ(
        exported(ExportFormat::csv),
        "transfer,date,at,origin,origin_id,leg,kind,debit,credit,unit,amount\n"
        "1,2026-11-01,2026-11-01T02:26:40.000Z,award,1,0,posted,funding/bank,budget/spring/laser-spiff,USD,1.05\n"
        "3,2026-11-01,2026-11-01T02:26:40.000Z,award,3,0,post,mint/gems_2,wallet/R1001/gems_2,gems_2,7\n"
        "4,2026-11-01,2026-11-01T02:26:40.000Z,award,4,0,posted,mint/gems_2,\"wallet/r1001/Gems "
        "2,\"\"x\"\"\",gems_2,1\n");
}

TEST_F(ExportTest, GivesNamesThatWouldMeetTheirOwn) {
    EXPECT_TRUE(books_.store->write([&](Tx& tx) {
        books_.ledger->account(tx, "mint/gems-2", "GEMS-2", Constraint::none);
        books_.ledger->account(tx, "-/ ", "x", Constraint::none);
    }));
    const std::string text = exported(ExportFormat::beancount);
    for (const char* expected : {"open Equity:Mint:Gems-2-6 GEMS-2.2\n", "open Equity:X-:X- XX\n"})
        EXPECT_NE(text.find(expected), std::string::npos) << expected << "in\n" << text;
}

}  // namespace
}  // namespace tributary::store
