// One line per refusal, in the order of the enum. Each transfer also breaks a later rule where it can, so that the
// order itself is tested: the first that holds is the answer.
#include <limits>

#include <gtest/gtest.h>

#include "tests/unit/ledger/memory_source.hpp"

namespace tributary::ledger {
namespace {

constexpr int64_t amount_max = std::numeric_limits<int64_t>::max();
constexpr auto posted = TransferKind::posted, reserve = TransferKind::reserve, post = TransferKind::post,
               void_ = TransferKind::void_;

struct Line {
    Decision expected;
    Transfer transfer;
    const char* also_breaks;
};

struct Prepared : World {
    TransferId plain, open, settled, released;  // one posted at once, one open hold of 100, a posted and a voided one
    AccountId nobody{999};

    Prepared() {
        plain = pay(10).id;
        open = this->reserve(100).id;
        settled = this->reserve(50).id;
        settle(settled, 40);
        released = this->reserve(60).id;
        release(released, 60);
        next_key = 100;
    }
};

std::vector<Line> table(const Prepared& world) {
    const AccountId bank = world.bank, budget = world.budget, wallet = world.wallet, dollars = world.dollars,
                    owed = world.owed;
    const AccountId nobody = world.nobody;
    const TransferId plain = world.plain, open = world.open, settled = world.settled, released = world.released;
    return {
        {Decision::accepted, transfer_of(100, posted, budget, wallet, 10), ""},
        {Decision::exists, transfer_of(2, posted, budget, wallet, 10), ""},
        {Decision::exists_differently, transfer_of(2, posted, budget, wallet, -5), "amount_not_positive"},
        {Decision::amount_not_positive, transfer_of(101, posted, budget, budget, 0), "accounts_are_the_same"},
        {Decision::accounts_are_the_same, transfer_of(102, posted, nobody, nobody, 1), "debit_account_not_found"},
        {Decision::debit_account_not_found, transfer_of(103, posted, nobody, AccountId{998}, 1),
         "credit_account_not_found"},
        {Decision::credit_account_not_found, transfer_of(104, posted, dollars, nobody, amount_max),
         "exceeds_credits"},
        {Decision::units_differ, transfer_of(105, posted, budget, dollars, amount_max, open),
         "pending_id_must_be_zero"},
        {Decision::pending_id_must_be_zero, transfer_of(106, reserve, budget, wallet, 9000, open), "exceeds_credits"},
        {Decision::pending_not_found, transfer_of(107, post, budget, wallet, 9000, TransferId{77}),
         "exceeds_pending_amount"},
        {Decision::pending_is_no_reserve, transfer_of(108, post, bank, budget, 9000, plain),
         "pending_accounts_differ"},
        {Decision::pending_accounts_differ, transfer_of(109, post, bank, wallet, 9000, settled),
         "pending_already_posted"},
        {Decision::pending_already_posted, transfer_of(110, post, budget, wallet, 9000, settled),
         "exceeds_pending_amount"},
        {Decision::pending_already_voided, transfer_of(111, void_, budget, wallet, 1, released),
         "void_amount_differs"},
        {Decision::exceeds_pending_amount, transfer_of(112, post, budget, wallet, 101, open), ""},
        {Decision::void_amount_differs, transfer_of(113, void_, budget, wallet, 99, open), ""},
        {Decision::exceeds_credits, transfer_of(114, posted, budget, owed, amount_max), "exceeds_debits, overflow"},
        {Decision::exceeds_debits, transfer_of(115, reserve, bank, owed, amount_max), "overflow"},
        {Decision::overflow, transfer_of(116, posted, bank, wallet, amount_max), ""},
    };
}

TEST(Decide, GivesTheFirstRefusalInTheOrderOfTheEnum) {
    Prepared world;
    int next = 0;
    for (const Line& line : table(world)) {
        EXPECT_EQ(static_cast<int>(line.expected), next++) << "the table has a gap before " << name_of(line.expected);
        EXPECT_EQ(world.book.decide(line.transfer), line.expected)
            << name_of(line.expected) << " became " << name_of(world.book.decide(line.transfer))
            << "; also: " << line.also_breaks;
    }
    EXPECT_EQ(next, static_cast<int>(Decision::linked_transfer_refused))
        << "a refusal has no line; linked_test.cpp has the last";
}

TEST(Decide, AnswersTheSameFromTheSourceAsFromMemory) {
    Prepared world;
    world.flush();
    world.book.forget(TransferId{world.source.transfers.rbegin()->first});
    for (const Line& line : table(world))
        EXPECT_EQ(world.book.decide(line.transfer), line.expected) << name_of(line.expected);
}

TEST(Decide, ChangesNothing) {
    Prepared world;
    world.flush();
    for (const Line& line : table(world)) world.book.decide(line.transfer);
    const Book::Changes changes = world.book.take_changes();
    EXPECT_TRUE(changes.transfers.empty() && changes.accounts.empty() && changes.holds.empty());
}

TEST(Decide, EveryDecisionAndOriginHasItsOwnName) {
    std::map<std::string, int> names;
    for (int i = 0; i <= static_cast<int>(Decision::linked_transfer_refused); ++i)
        ++names[name_of(static_cast<Decision>(i))];
    for (int i = 1; i <= static_cast<int>(Origin::clawback); ++i) ++names[name_of(static_cast<Origin>(i))];
    for (const auto& [name, count] : names) EXPECT_EQ(count, 1) << name;
    EXPECT_EQ(names.count("unknown"), 0u);
}

TEST(Reserve, CountsAgainstTheBalanceAndNotInIt) {
    World world;
    ASSERT_EQ(world.reserve(3000).decision, Decision::accepted);
    const Account& budget = *world.book.account(world.budget);
    EXPECT_EQ(budget.balance(), 5000);
    EXPECT_EQ(budget.available(), 2000);
    EXPECT_EQ(world.pay(2001).decision, Decision::exceeds_credits);
    EXPECT_EQ(world.pay(2000).decision, Decision::accepted);
}

TEST(Reserve, IsNotSpendableByItsReceiver) {
    World world;
    ASSERT_EQ(world.reserve(3000).decision, Decision::accepted);
    EXPECT_EQ(world.post(posted, world.wallet, world.bank, 1).decision, Decision::exceeds_credits);
}

TEST(Post, InPartReleasesTheRemainder) {
    World world;
    const TransferId hold = world.reserve(1000).id;
    ASSERT_EQ(world.settle(hold, 300).decision, Decision::accepted);
    const Account &budget = *world.book.account(world.budget), &wallet = *world.book.account(world.wallet);
    EXPECT_EQ(budget.available(), 4700);
    EXPECT_EQ(wallet.balance(), 300);
    EXPECT_EQ(budget.debits_pending, 0);
    EXPECT_EQ(wallet.credits_pending, 0);
}

TEST(Overflow, CountsHoldsSoThatPostingThemAlwaysFits) {
    World world;
    ASSERT_EQ(world.post(reserve, world.bank, world.wallet, amount_max - 5000).decision, Decision::accepted);
    EXPECT_EQ(world.post(posted, world.bank, world.budget, 1).decision, Decision::overflow);
}

TEST(CreditsWithinDebits, IsTheMirrorImage) {
    World world;
    ASSERT_EQ(world.post(posted, world.owed, world.bank, 100).decision, Decision::accepted);
    ASSERT_EQ(world.post(reserve, world.bank, world.owed, 60).decision, Decision::accepted);
    EXPECT_EQ(world.post(posted, world.bank, world.owed, 41).decision, Decision::exceeds_debits);
    EXPECT_EQ(world.post(posted, world.bank, world.owed, 40).decision, Decision::accepted);
}

}  // namespace
}  // namespace tributary::ledger
