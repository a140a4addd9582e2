// Every way the ledger's tables can contradict each other is found and named.
#include "core/store/connection.hpp"
#include "tests/unit/store/fixture.hpp"

namespace tributary::store {
namespace {

using ledger::Origin;
using ledger::Transfer;
using ledger::TransferKind;

// Transfers: 1 funds 1000, 2 pays 100, 3 reserves 300, 4 posts 50 of it, 5 reserves 20, 6 voids it, 7 reserves 30.
class LedgerVerify : public testing::Test {
protected:
    LedgerVerify() {
        StoreOptions options;
        options.path = path_;
        Books books = Books::open(options);
        const Accounts accounts = fund(books, 1000);
        EXPECT_TRUE(books.store->write([&](Tx& tx) {
            books.ledger->account(tx, "wallet/R1001/points", "points", ledger::Constraint::none);  // id 4
            const struct {
                TransferKind kind;
                int64_t amount;
                int64_t pending;
            } all[] = {{TransferKind::posted, 100, 0}, {TransferKind::reserve, 300, 0},
                       {TransferKind::post, 50, 3},    {TransferKind::reserve, 20, 0},
                       {TransferKind::void_, 20, 5},   {TransferKind::reserve, 30, 0}};
            for (int64_t key = 0; const auto& one : all)
                books.ledger->post(tx, {Transfer{Origin::payout, ++key, 0, one.kind, accounts.budget, accounts.wallet,
                                                 one.amount, TransferId{one.pending}}});
        }));
    }
    LedgerReport verify_after(const std::string& sql) {
        const std::string copy = directory_.file("copy.db");
        std::filesystem::copy_file(path_, copy, std::filesystem::copy_options::overwrite_existing);
        tamper(copy, sql);
        const auto connection = Connection::open(copy, OpenMode::read_only, 1000);
        Tx tx(**connection);
        return verify_ledger(tx);
    }

    TemporaryDirectory directory_;
    std::string path_ = directory_.file("t.db");
};

TEST_F(LedgerVerify, IsBalancedWhenNobodyTouchedIt) {
    const LedgerReport report = verify_after("UPDATE meta SET value = value");
    EXPECT_TRUE(report.is_balanced) << report.findings[0];
    EXPECT_EQ(report.transfers, 7);
}

TEST_F(LedgerVerify, NamesEveryContradiction) {
    struct Line {
        const char* sql;
        const char* expected;
    };
    const Line table[] = {
        {"UPDATE account SET credits_posted = credits_posted + 1 WHERE id = 3",
         "account wallet/R1001/USD: its row says 0/151 posted"},
        {"UPDATE account SET debits_pending = 0 WHERE id = 2",
         "account budget/spring/laser: its row says 150/1000 posted and 0/0"},
        {"UPDATE transfer SET amount = 90 WHERE seq = 2", "its transfers say 0/140"},
        {"UPDATE transfer SET amount = 2000 WHERE seq = 2", "transfer 2 breaks its constraint"},
        {"UPDATE transfer SET amount = -5 WHERE seq = 2", "transfer 2: its amount -5 is not positive"},
        {"UPDATE transfer SET credit = 4 WHERE seq = 2", "transfer 2: it moves USD to points"},
        {"UPDATE transfer SET credit = debit WHERE seq = 2", "transfer 2: its accounts 2 and 2 are not two"},
        {"UPDATE transfer SET debit = 99 WHERE seq = 2", "transfer 2: its accounts 99"},
        {"UPDATE transfer SET kind = 9 WHERE seq = 2", "transfer 2: its kind 9"},
        {"UPDATE transfer SET amount = 301 WHERE seq = 4",
         "transfer 4: its amount 301 does not fit the 300 of reserve 3"},
        {"UPDATE transfer SET amount = 19 WHERE seq = 6",
         "transfer 6: its amount 19 does not fit the 20 of reserve 5"},
        {"UPDATE transfer SET pending = 3 WHERE seq = 6", "transfer 6: it settles 3, which is no open reserve"},
        {"UPDATE transfer SET pending = 2 WHERE seq = 6", "transfer 6: it settles 2, which is no open reserve"},
        {"UPDATE transfer SET debit = 1 WHERE seq = 4", "transfer 4: its accounts differ from those of reserve 3"},
        {"UPDATE hold SET posted_amount = 51 WHERE transfer = 3", "hold 3: transfer 4 made it posted with 50"},
        {"UPDATE hold SET state = 'open' WHERE transfer = 5", "hold 5: transfer 6 made it voided"},
        {"UPDATE hold SET state = 'voided' WHERE transfer = 7", "hold 7: its reserve of 30 is open"},
        {"DELETE FROM hold WHERE transfer = 7", "hold 7: its reserve of 30 is open"},
        {"INSERT INTO hold (transfer, state) VALUES (2, 'open')", "hold: there are 4 rows for 3 reserves"},
        {"DELETE FROM transfer WHERE seq = 1", "transfer 2 breaks its constraint"},
        {"INSERT INTO transfer VALUES (8, 1, 9, 0, 0, 1, 2, 9223372036854775807, 0, 0)",
         "transfer 8: a balance overflows"},
    };
    for (const Line& line : table) {
        const LedgerReport report = verify_after(line.sql);
        EXPECT_FALSE(report.is_balanced) << line.sql;
        bool is_named = false;
        for (const std::string& finding : report.findings)
            is_named = is_named || finding.find(line.expected) != std::string::npos;
        EXPECT_TRUE(is_named) << line.sql << ": " << (report.findings.empty() ? "" : report.findings[0]);
    }
}

TEST_F(LedgerVerify, CapsItsFindings) {
    const LedgerReport report = verify_after(
        "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 999)"
        " INSERT INTO transfer SELECT i, 1, i, 0, 0, 1, 2, -1, 0, 0 FROM n");
    EXPECT_EQ(report.findings.size(), 100u);
}

}  // namespace
}  // namespace tributary::store
