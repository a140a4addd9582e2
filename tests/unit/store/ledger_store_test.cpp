#include "core/store/ledger_store.hpp"

#include "tests/unit/store/fixture.hpp"

namespace tributary::store {
namespace {

using ledger::Constraint;
using ledger::Decision;
using ledger::Origin;
using ledger::Transfer;
using ledger::TransferKind;

class LedgerTest : public testing::Test {
protected:
    LedgerTest() {
        options_.path = directory_.file("t.db");
        books_ = Books::open(options_, clock_);
        accounts_ = fund(books_, 1000);
    }

    void reopen() {
        books_ = {};
        books_ = Books::open(options_, clock_);
    }
    ledger::Posted post(int64_t key, TransferKind kind, int64_t amount, TransferId pending = {}) {
        ledger::Posted posted;
        clock_.advance_ms(1000);
        EXPECT_TRUE(books_.store->write([&](Tx& tx) {
            posted = books_.ledger->post(
                tx, {Transfer{Origin::payout, key, 0, kind, accounts_.budget, accounts_.wallet, amount, pending}})[0];
        }));
        return posted;
    }
    std::vector<StatementLine> lines(AccountId account, int64_t after = 0, int64_t rows_max = 100) {
        std::vector<StatementLine> found;
        EXPECT_TRUE(books_.store->read([&](Tx& tx) { found = statement(tx, account, after, rows_max); }));
        return found;
    }

    TemporaryDirectory directory_;
    StoreOptions options_;
    ManualClock clock_{1'700'000'000'000};
    Books books_;
    Accounts accounts_;
};

TEST_F(LedgerTest, FindsTheAccountItOpened) {
    AccountId again, other;
    ASSERT_TRUE(books_.store->write([&](Tx& tx) {
        again = Accounts::open(*books_.ledger, tx).wallet;
        other = books_.ledger->account(tx, "wallet/R2/USD", "USD", Constraint::none);
        EXPECT_EQ(books_.ledger->account(tx, "wallet/R2/USD", "USD", Constraint::none), other);
        EXPECT_EQ(books_.ledger->find(tx, other)->code, "wallet/R2/USD");
    }));
    EXPECT_EQ(again, accounts_.wallet);
    reopen();
    ASSERT_TRUE(books_.store->write(
        [&](Tx& tx) { EXPECT_EQ(books_.ledger->account(tx, "wallet/R2/USD", "USD", Constraint::none), other); }));
}

TEST_F(LedgerTest, RefusesAnAccountOfAnotherUnitOrConstraint) {
    const auto open = [&](const char* unit, Constraint constraint) {
        return books_.store->write([&](Tx& tx) { books_.ledger->account(tx, "wallet/R1001/USD", unit, constraint); });
    };
    EXPECT_TRUE(open("USD", Constraint::debits_within_credits));
    EXPECT_EQ(open("EUR", Constraint::debits_within_credits).error().code, ErrorCode::conflict);
    EXPECT_EQ(open("USD", Constraint::none).error().code, ErrorCode::conflict);
}

TEST_F(LedgerTest, RepeatsAreHarmlessOverAReopen) {
    const ledger::Posted first = post(7, TransferKind::posted, 100);
    reopen();
    const ledger::Posted again = post(7, TransferKind::posted, 100);
    EXPECT_EQ(again.decision, Decision::exists);
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(post(7, TransferKind::posted, 101).decision, Decision::exists_differently);
    EXPECT_EQ(post(3, TransferKind::posted, 1).decision, Decision::accepted);  // a key below the newest
    EXPECT_EQ(post(3, TransferKind::posted, 1).decision, Decision::exists);
    expect_intact(*books_.store);
}

TEST_F(LedgerTest, HoldsSurviveAReopenAndSettleOnce) {
    const TransferId hold = post(1, TransferKind::reserve, 600).id;
    reopen();
    EXPECT_EQ(post(2, TransferKind::posted, 401).decision, Decision::exceeds_credits);
    EXPECT_EQ(post(3, TransferKind::post, 250, hold).decision, Decision::accepted);
    reopen();
    EXPECT_EQ(post(4, TransferKind::void_, 600, hold).decision, Decision::pending_already_posted);
    EXPECT_EQ(balance(*books_.store, "budget/spring/laser"), 750);
    expect_intact(*books_.store);
}

TEST_F(LedgerTest, AnotherConnectionsWritesAreSeenByTheNextBatch) {
    {
        Books other = Books::open(options_, clock_);
        ASSERT_TRUE(other.store->write([&](Tx& tx) {
            EXPECT_EQ(other.ledger->post(tx, {transfer(Origin::award, 5, accounts_.budget, accounts_.wallet, 900)})[0]
                          .decision,
                      Decision::accepted);
        }));
        EXPECT_EQ(post(1, TransferKind::posted, 101).decision, Decision::exceeds_credits);
        EXPECT_EQ(post(1, TransferKind::posted, 100).decision, Decision::accepted);
        ASSERT_TRUE(other.store->write([&](Tx& tx) {
            EXPECT_EQ(other.ledger->post(tx, {transfer(Origin::award, 6, accounts_.budget, accounts_.wallet, 1)})[0]
                          .decision,
                      Decision::exceeds_credits);
            EXPECT_EQ(other.ledger->post(tx, {transfer(Origin::award, 5, accounts_.budget, accounts_.wallet, 900)})[0]
                          .decision,
                      Decision::exists);
        }));
    }
    expect_intact(*books_.store);
}

TEST_F(LedgerTest, AStatementRunsTheBalanceAndPages) {
    post(1, TransferKind::posted, 100);
    const TransferId hold = post(2, TransferKind::reserve, 300).id;
    post(3, TransferKind::post, 50, hold);
    const TransferId dropped = post(4, TransferKind::reserve, 20).id;
    post(5, TransferKind::void_, 20, dropped);
    std::vector<std::pair<int64_t, int64_t>> wallet, budget;
    for (const StatementLine& line : lines(accounts_.wallet)) wallet.emplace_back(line.amount, line.balance_after);
    for (const StatementLine& line : lines(accounts_.budget)) budget.emplace_back(line.amount, line.balance_after);
    using Lines = std::vector<std::pair<int64_t, int64_t>>;
    EXPECT_EQ(wallet, (Lines{{100, 100}, {300, 100}, {50, 150}, {20, 150}, {20, 150}}));
    EXPECT_EQ(budget, (Lines{{1000, 1000}, {-100, 900}, {-300, 900}, {-50, 850}, {-20, 850}, {-20, 850}}));

    const auto all = lines(accounts_.budget), page = lines(accounts_.budget, all[1].transfer.value, 2);
    ASSERT_EQ(page.size(), 2u);
    EXPECT_EQ(page[1].transfer, all[3].transfer);
    EXPECT_EQ(page[1].balance_after, all[3].balance_after);
    EXPECT_EQ(page[0].other_account, "wallet/R1001/USD");
    EXPECT_EQ(page[0].kind, TransferKind::reserve);
    EXPECT_EQ(page[0].at, clock_.now_ms() - 3000);
}

TEST_F(LedgerTest, AccountsAreListedByPrefix) {
    std::vector<std::string> codes;
    ASSERT_TRUE(books_.store->write([&](Tx& tx) {
        books_.ledger->account(tx, "wallet/R1001/points", "points", Constraint::none);
        books_.ledger->account(tx, "wallets", "points", Constraint::none);
    }));
    ASSERT_TRUE(books_.store->read([&](Tx& tx) {
        for (const ledger::Account& account : accounts(tx, "wallet/")) codes.push_back(account.code);
        EXPECT_EQ(accounts(tx).size(), 5u);
    }));
    EXPECT_EQ(codes, (std::vector<std::string>{"wallet/R1001/USD", "wallet/R1001/points"}));
}

TEST_F(LedgerTest, APoisonedJobPostsNothing) {
    EXPECT_FALSE(books_.store->write([&](Tx& tx) {
        tx.refuse(fail(ErrorCode::invalid, "no"));
        EXPECT_EQ(
            books_.ledger->post(tx, {transfer(Origin::award, 1, accounts_.budget, accounts_.wallet, 1)})[0].decision,
            Decision::linked_transfer_refused);
        EXPECT_EQ(books_.ledger->find(tx, accounts_.budget), nullptr);
        EXPECT_FALSE(books_.ledger->account(tx, "x", "USD", Constraint::none));
    }));
}

}  // namespace
}  // namespace tributary::store
