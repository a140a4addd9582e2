#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ledger/memory_source.hpp"

namespace tributary::ledger {
namespace {

using testing::ElementsAre;
constexpr auto posted = TransferKind::posted, reserve = TransferKind::reserve;

std::vector<Decision> decisions(const std::vector<Posted>& answers) {
    std::vector<Decision> found;
    for (const Posted& answer : answers) found.push_back(answer.decision);
    return found;
}

TEST(Linked, PostsWholeWithConsecutiveIds) {
    World world;
    const auto answers = world.book.post({transfer_of(10, posted, world.budget, world.wallet, 100),
                                          transfer_of(11, posted, world.budget, world.wallet, 200)});
    EXPECT_THAT(decisions(answers), ElementsAre(Decision::accepted, Decision::accepted));
    EXPECT_EQ(answers[1].id.value, answers[0].id.value + 1);
    EXPECT_EQ(world.book.account(world.wallet)->balance(), 300);
}

TEST(Linked, RefusesWholeAndSaysWhichOneWasWrong) {
    World world;
    world.flush();
    const Account before = *world.book.account(world.budget);
    const auto answers = world.book.post({transfer_of(10, posted, world.budget, world.wallet, 100),
                                          transfer_of(11, posted, world.budget, world.wallet, 9000),
                                          transfer_of(12, posted, world.budget, world.wallet, 1)});
    EXPECT_THAT(decisions(answers), ElementsAre(Decision::linked_transfer_refused, Decision::exceeds_credits,
                                                Decision::linked_transfer_refused));
    EXPECT_EQ(*world.book.account(world.budget), before);
    EXPECT_TRUE(world.book.take_changes().transfers.empty());
}

TEST(Linked, SeesTheBalancesOfTheTransfersBeforeIt) {
    World world;
    const auto through = [&](int64_t key) {
        return std::vector<Transfer>{transfer_of(key, posted, world.budget, world.wallet, 70),
                                     transfer_of(key + 1, posted, world.wallet, world.bank, 70)};
    };
    EXPECT_THAT(decisions(world.book.post(through(10))), ElementsAre(Decision::accepted, Decision::accepted));
    std::vector<Transfer> wrong_way = through(20);
    std::swap(wrong_way[0], wrong_way[1]);
    EXPECT_THAT(decisions(world.book.post(wrong_way)),
                ElementsAre(Decision::exceeds_credits, Decision::linked_transfer_refused));
}

TEST(Linked, MayReserveAndSettleInOneSet) {
    World world;
    const TransferId next{world.reserve(1).id.value + 1};
    const auto answers =
        world.book.post({transfer_of(10, reserve, world.budget, world.wallet, 100),
                         transfer_of(11, TransferKind::post, world.budget, world.wallet, 100, next)});
    EXPECT_THAT(decisions(answers), ElementsAre(Decision::accepted, Decision::accepted));
    const Book::Changes changes = world.book.take_changes();
    ASSERT_EQ(changes.holds.size(), 2u);
    EXPECT_EQ(changes.holds[1].second.state, Hold::State::posted);
}

TEST(Linked, RepeatsWholeWithTheOldIds) {
    World world;
    const std::vector<Transfer> set = {transfer_of(10, posted, world.budget, world.wallet, 100),
                                       transfer_of(11, posted, world.budget, world.wallet, 200)};
    const auto first = world.book.post(set), second = world.book.post(set);
    EXPECT_THAT(decisions(second), ElementsAre(Decision::exists, Decision::exists));
    EXPECT_EQ(second[0].id, first[0].id);
    EXPECT_EQ(second[1].id, first[1].id);
    EXPECT_EQ(world.book.account(world.wallet)->balance(), 300);
}

// Saying "exists" for a set that was never posted whole would let the caller believe in money that did not move.
TEST(Linked, RefusesASetOfWhichOnlyAPartExists) {
    World world;
    ASSERT_EQ(world.book.post({transfer_of(10, posted, world.budget, world.wallet, 100)})[0].decision,
              Decision::accepted);
    const auto answers = world.book.post({transfer_of(10, posted, world.budget, world.wallet, 100),
                                          transfer_of(11, posted, world.budget, world.wallet, 200)});
    EXPECT_THAT(decisions(answers), ElementsAre(Decision::exists_differently, Decision::linked_transfer_refused));
    EXPECT_EQ(world.book.account(world.wallet)->balance(), 100);
}

TEST(Linked, RefusesOneKeyTwiceInASet) {
    World world;
    const auto answers = world.book.post({transfer_of(10, posted, world.budget, world.wallet, 100),
                                          transfer_of(10, posted, world.budget, world.wallet, 100)});
    EXPECT_THAT(decisions(answers), ElementsAre(Decision::linked_transfer_refused, Decision::exists_differently));
    EXPECT_EQ(world.book.account(world.wallet)->balance(), 0);
}

TEST(Rollback, UndoesTheJobAndNothingBefore) {
    World world;
    const TransferId hold = world.reserve(500).id;
    world.book.mark();
    world.pay(100);
    world.settle(hold, 500);
    world.reserve(50);
    world.book.rollback();
    EXPECT_EQ(world.book.account(world.budget)->available(), 4500);
    EXPECT_EQ(world.book.account(world.wallet)->balance(), 0);
    const Book::Changes changes = world.book.take_changes();
    EXPECT_EQ(changes.transfers.size(), 2u);
    ASSERT_EQ(changes.holds.size(), 1u);
    EXPECT_EQ(changes.holds[0].second.state, Hold::State::open);
}

TEST(Rollback, GivesIdsAndKeysBack) {
    World world;
    world.book.mark();
    const Posted undone = world.pay(100);
    world.book.rollback();
    --world.next_key;
    const Posted again = world.pay(100);
    EXPECT_EQ(again.decision, Decision::accepted);
    EXPECT_EQ(again.id, undone.id);
}

TEST(TakeChanges, HandsOutEachAccountOnceWithItsLastBalance) {
    World world;
    for (int i = 0; i < 10; ++i) world.pay(10);
    const Book::Changes changes = world.book.take_changes();
    EXPECT_EQ(changes.transfers.size(), 11u);
    ASSERT_EQ(changes.accounts.size(), 3u);
    for (const Account& account : changes.accounts) {
        const bool is_stale = account.id == world.wallet && account.credits_posted != 100;
        EXPECT_FALSE(is_stale) << account.credits_posted;
    }
}

}  // namespace
}  // namespace tributary::ledger
