// What other ledgers shipped and had to fix, by their issue numbers.
#include <gtest/gtest.h>

#include "tests/unit/ledger/memory_source.hpp"

namespace tributary::ledger {
namespace {

TEST(Blnk238, NoUpdateOfASharedDestinationIsLost) {
    World world;
    const AccountId other = world.source.open("budget/autumn", "points", Constraint::none);
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(world.pay(7).decision, Decision::accepted);
        ASSERT_EQ(world.post(TransferKind::posted, other, world.wallet, 3).decision, Decision::accepted);
        if (i % 10 == 0) world.flush();
    }
    EXPECT_EQ(world.book.account(world.wallet)->balance(), 1000);
}

TEST(Blnk181, SixHoldsOfAThousandDoNotFitFiveThousand) {
    World world;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(world.reserve(1000).decision, Decision::accepted);
    EXPECT_EQ(world.reserve(1000).decision, Decision::exceeds_credits);
}

TEST(Blnk171, TheSecondPartialPostOfAHoldIsRefused) {
    World world;
    const TransferId hold = world.reserve(1000).id;
    EXPECT_EQ(world.settle(hold, 600).decision, Decision::accepted);
    EXPECT_EQ(world.settle(hold, 400).decision, Decision::pending_already_posted);
    EXPECT_EQ(world.book.account(world.wallet)->balance(), 600);
}

TEST(Midaz1519, OfTwoPostsOfOneHoldOneWins) {
    World world;
    const TransferId hold = world.reserve(1000).id;
    world.flush();
    EXPECT_EQ(world.settle(hold, 1000).decision, Decision::accepted);
    EXPECT_EQ(world.settle(hold, 1000).decision, Decision::pending_already_posted);
    world.flush();  // the settled hold left memory: the source answers
    EXPECT_EQ(world.settle(hold, 1000).decision, Decision::pending_already_posted);
    EXPECT_EQ(world.release(hold, 1000).decision, Decision::pending_already_posted);
    EXPECT_EQ(world.book.account(world.wallet)->balance(), 1000);
}

TEST(Midaz1799, ARefusalDoesNotUseUpItsKey) {
    World world;
    EXPECT_EQ(world.pay(6000).decision, Decision::exceeds_credits);
    --world.next_key;
    EXPECT_EQ(world.pay(5000).decision, Decision::accepted);
}

TEST(Midaz2499, NothingIsForgottenBeforeItIsKept) {
    World world;
    world.pay(100);
    world.reserve(200);
    world.flush();
    world.book.forget(world.source.transfers.rbegin()->first);
    EXPECT_EQ(world.book.account(world.budget)->available(), 4700);
    EXPECT_EQ(world.book.account(world.wallet)->balance(), 100);
}

TEST(TigerBeetle2118, AReleasedHoldIsShownNoMore) {
    World world;
    const TransferId hold = world.reserve(1000).id;
    world.flush();
    ASSERT_EQ(world.release(hold, 1000).decision, Decision::accepted);
    world.flush();
    EXPECT_EQ(world.source.accounts[world.budget].debits_pending, 0);
    EXPECT_EQ(world.source.accounts[world.wallet].credits_pending, 0);
    EXPECT_EQ(world.source.holds[hold].state, Hold::State::voided);
    EXPECT_EQ(world.book.account(world.budget)->available(), 5000);
}

TEST(Medici119, ABalanceReadBeforeCannotBeSpentTwice) {
    World world;
    const Transfer first = transfer_of(50, TransferKind::posted, world.budget, world.wallet, 5000);
    const Transfer second = transfer_of(51, TransferKind::posted, world.budget, world.wallet, 5000);
    ASSERT_EQ(world.book.decide(first), Decision::accepted);
    ASSERT_EQ(world.book.decide(second), Decision::accepted);  // both looked at the same balance
    EXPECT_EQ(world.book.post({first})[0].decision, Decision::accepted);
    EXPECT_EQ(world.book.post({second})[0].decision, Decision::exceeds_credits);
    EXPECT_EQ(world.book.account(world.budget)->balance(), 0);
}

TEST(Formance364, ARepeatAnswersWithTheFirstTransfersId) {
    World world;
    const Posted first = world.pay(100);
    --world.next_key;
    const Posted in_memory = world.pay(100);
    EXPECT_EQ(in_memory.decision, Decision::exists);
    EXPECT_EQ(in_memory.id, first.id);
    world.flush();
    --world.next_key;
    const Posted from_source = world.pay(100);
    EXPECT_EQ(from_source.decision, Decision::exists);
    EXPECT_EQ(from_source.id, first.id);
}

}  // namespace
}  // namespace tributary::ledger
