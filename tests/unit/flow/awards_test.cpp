// Budgets, waiting awards and what is owed back.
#include <gtest/gtest.h>

#include "tests/unit/flow/flow_fixture.hpp"

namespace tributary::test {
namespace {

std::string sale(int number, int quantity, const char* rep = "jo@r1.example") {
    return "ISA " + std::to_string(number) + "\nREPORT RPT" + std::to_string(number) + " original 92:D\nSALE inv=I" +
           std::to_string(number) + " sku=L1 qty=" + std::to_string(quantity) + " reseller=R1 rep=" + rep + "\nEND\n";
}

std::string return_of(int number, int of, int quantity) {
    return "ISA " + std::to_string(number) + "\nREPORT RPT" + std::to_string(number) + " original 92:D\nRETURN inv=I" +
           std::to_string(of) + " sku=L1 qty=" + std::to_string(quantity) + " reseller=R1\nEND\n";
}

TEST(Awards, ABudgetIsNeverOverspentAndAnAwardWaitsWhole) {
    FlowWorld world;
    world.Fund("spiff", 25, "f1");
    world.Send(sale(1, 3));
    EXPECT_EQ(world.Balance("wallet/P1/points"), 0) << "30 does not fit 25";
    EXPECT_EQ(world.Balance("budget/p/spiff"), 25);
    EXPECT_EQ(world.Number("SELECT count(*) FROM waiting_award"), 2) << "the share waits with its base";
    world.Fund("share", 100, "f2");
    EXPECT_EQ(world.Balance("wallet/D1/points"), 0);
    world.Fund("spiff", 5, "f3");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 30);
    EXPECT_EQ(world.Balance("wallet/D1/points"), 8);
    EXPECT_EQ(world.Number("SELECT count(*) FROM waiting_award"), 0);
    EXPECT_EQ(world.Verify(), "");
}

TEST(Awards, NobodyOvertakesInTheQueue) {
    FlowWorld world;
    world.Fund("spiff", 25, "f1");
    world.Send(sale(1, 3));
    world.Send(sale(2, 1, "al@r2.example"));
    EXPECT_EQ(world.Balance("wallet/P2/points"), 0) << "10 would fit, but 30 came first";
    world.Fund("spiff", 15, "f2");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 30);
    EXPECT_EQ(world.Balance("wallet/P2/points"), 10);
}

TEST(Awards, FundingAgainWithTheSameKeyIsHarmlessAndAnotherAmountAConflict) {
    FlowWorld world;
    world.Fund("spiff", 25, "f1");
    world.Fund("spiff", 25, "f1");
    EXPECT_EQ(world.Balance("budget/p/spiff"), 25);
    const auto other = flow::fund_budget(*world.store, *world.ledger, world.clock, "p", "spiff", 26, "f1", "test");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, ErrorCode::conflict);
    EXPECT_EQ(flow::fund_budget(*world.store, *world.ledger, world.clock, "p", "none", 1, "k", "test").error().code,
              ErrorCode::not_found);
}

TEST(Awards, AReturnOfAWaitingAwardShrinksWhatIsPaidLater) {
    FlowWorld world;
    world.Send(sale(1, 3));
    world.Send(return_of(2, 1, 1));
    world.Fund("spiff", 100, "f1");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 20);
    EXPECT_EQ(world.Verify(), "");
}

TEST(Awards, AWholeReturnEndsTheWaiting) {
    FlowWorld world;
    world.Send(sale(1, 3));
    world.Send(return_of(2, 1, 3));
    EXPECT_EQ(world.Number("SELECT count(*) FROM waiting_award"), 0);
    world.Fund("spiff", 100, "f1");
    EXPECT_EQ(world.Balance("budget/p/spiff"), 100);
}

TEST(Awards, WhatIsSpentAlreadyIsOwedAndRepaidByTheNextAward) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    world.Send(sale(1, 3));
    // The rep spends 25 of the 30.
    ASSERT_TRUE(world.store->write([&](store::Tx& tx) {
        const AccountId wallet =
            world.ledger->account(tx, "wallet/P1/points", "points", ledger::Constraint::debits_within_credits);
        const AccountId shop = world.ledger->account(tx, "shop", "points", ledger::Constraint::none);
        world.ledger->post(tx,
                           {{ledger::Origin::adjustment, 1, 0, ledger::TransferKind::posted, wallet, shop, 25, {}}});
    }));
    world.Send(return_of(2, 1, 2));
    EXPECT_EQ(world.Balance("wallet/P1/points"), 0);
    EXPECT_EQ(world.Balance("receivable/P1/points"), -15);
    EXPECT_EQ(world.Balance("budget/p/spiff"), 990);
    world.Send(sale(3, 1));
    EXPECT_EQ(world.Balance("wallet/P1/points"), 0);
    EXPECT_EQ(world.Balance("receivable/P1/points"), -5);
    world.Send(sale(4, 1));
    EXPECT_EQ(world.Balance("wallet/P1/points"), 5);
    EXPECT_EQ(world.Balance("receivable/P1/points"), 0);
    EXPECT_EQ(world.Verify(), "");
}

TEST(Awards, MoneyThatComesBackIsGivenToWhoWaits) {
    FlowWorld world;
    world.Fund("spiff", 30, "f1");
    world.Send(sale(1, 3));
    world.Send(sale(2, 2, "al@r2.example"));
    EXPECT_EQ(world.Balance("wallet/P2/points"), 0);
    world.Send(return_of(3, 1, 2));
    EXPECT_EQ(world.Balance("wallet/P1/points"), 10);
    EXPECT_EQ(world.Balance("wallet/P2/points"), 20);
    EXPECT_EQ(world.Balance("budget/p/spiff"), 0);
}

const char* const boost_program = R"(
[program]
id = "p"
title = "Test"
unit = "points"
time_zone = "Europe/Berlin"
[[incentive]]
code = "spiff"
title = "Laser"
kind = "per_unit"
to = "rep"
amount = 10
[[incentive]]
code = "boost"
title = "Double"
kind = "boost"
factor = 2
of = ["spiff"]
valid_from = 2026-10-10
valid_to = 2026-10-20
)";

TEST(Awards, ABoostPaysOnTopFromItsOwnBudgetAndGoesBackWithTheReturn) {
    FlowWorld world(boost_program);
    world.Fund("spiff", 1000, "f1");
    world.Fund("boost", 1000, "f2");
    world.Send(sale(1, 3));
    EXPECT_EQ(world.Balance("wallet/P1/points"), 60);
    EXPECT_EQ(world.Balance("budget/p/boost"), 970);
    world.Send(return_of(2, 1, 1));
    EXPECT_EQ(world.Balance("wallet/P1/points"), 40);
    EXPECT_EQ(world.Balance("budget/p/boost"), 980);
    world.Send(
        "ISA 9\nREPORT RPT9 original 92:D\nSALE inv=I9 sku=L1 qty=1 reseller=R1 rep=jo@r1.example "
        "date=20261021\nEND\n");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 50) << "outside the boost's window";
}

TEST(Awards, KeepTheVersionOfTheProgramThatMadeThem) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    world.Send(sale(1, 1));
    std::string changed = standard_program;
    changed.replace(changed.find("amount = 10"), 11, "amount = 20");
    world.Restart(changed);
    world.Send(sale(2, 1));
    EXPECT_EQ(world.Balance("wallet/P1/points"), 30);
    EXPECT_EQ(world.Text("SELECT group_concat(version || ':' || amount) FROM award WHERE recipient = (SELECT id FROM "
                         "party WHERE code = 'P1')"),
              "1:10,2:20");
}

}  // namespace
}  // namespace tributary::test
