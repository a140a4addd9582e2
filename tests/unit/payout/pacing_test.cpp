#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "core/payout/pacing.hpp"
#include "core/payout/schedule.hpp"

namespace tributary::payout {
namespace {

TEST(Pacer, NeverAllowsMoreThanTheRateInAnySecond) {
    for (const uint32_t rate : {1u, 2u, 10u, 100u}) {
        Pacer pacer;
        pacer.set_rate(rate);
        SeededRandom random(rate);
        std::vector<int64_t> sent;
        for (int64_t now = 0; now < 20'000; now += static_cast<int64_t>(random.below(40))) {
            while (pacer.room(now, 0) > 0 && pacer.take(now)) sent.push_back(now);
        }
        for (size_t i = 0; i + rate < sent.size(); ++i) ASSERT_GE(sent[i + rate] - sent[i], 1'000) << "rate " << rate;
        EXPECT_GE(sent.size(), size_t{rate} * 17);
    }
}

TEST(Pacer, PausesAndComesBack) {
    Pacer pacer;
    pacer.pause(1'000, 5'000);
    EXPECT_EQ(pacer.room(5'999, 0), 0u);
    EXPECT_FALSE(pacer.take(5'999));
    EXPECT_EQ(pacer.room_at(2'000), 6'000);
    EXPECT_TRUE(pacer.take(6'000));
    pacer.pause(6'000, INT64_MAX / 2);
    EXPECT_TRUE(pacer.take(6'000 + Pacer::pause_max_ms));
}

TEST(Pacer, TriesOneAtATimeWhenTheProviderIsOutOfReach) {
    Pacer pacer;
    for (unsigned i = 0; i < Pacer::failures_to_trip; ++i) pacer.unreachable(0);
    EXPECT_EQ(pacer.room(999, 0), 0u);
    EXPECT_EQ(pacer.room(1'000, 0), 1u);
    EXPECT_EQ(pacer.room(1'000, 1), 0u);
    EXPECT_TRUE(pacer.take(1'000));
    EXPECT_FALSE(pacer.take(1'000));
    for (int i = 0; i < 50; ++i) pacer.unreachable(1'000);
    EXPECT_EQ(pacer.room_at(1'000), 1'000 + Pacer::probe_max_ms);
    pacer.reached();
    EXPECT_GT(pacer.room(1'000, 10), 10u);
}

Due due(int64_t payout, const std::string& connector, int64_t recipient, int64_t at) {
    Due made;
    made.payout = PayoutId{payout}, made.connector = connector, made.recipient = PartyId{recipient}, made.at = at;
    return made;
}

TEST(Schedule, GivesTheConnectorsOwnPayoutsInOrderOfTime) {
    Schedule schedule(100);
    schedule.put(due(1, "a", 1, 30));
    schedule.put(due(2, "a", 2, 10));
    schedule.put(due(3, "b", 3, 5));
    EXPECT_FALSE(schedule.take("a", 9));
    EXPECT_EQ(schedule.take("a", 30)->payout.value, 2);
    EXPECT_EQ(schedule.take("a", 30)->payout.value, 1);
    EXPECT_EQ(schedule.next_at("b"), 5);
}

TEST(Schedule, KeepsOneRequestOfARecipientAtATime) {
    Schedule schedule(100);
    schedule.put(due(1, "a", 7, 1));
    schedule.put(due(2, "a", 7, 2));
    schedule.put(due(3, "b", 7, 2));
    const auto first = schedule.take("a", 10);
    ASSERT_TRUE(first);
    EXPECT_FALSE(schedule.take("a", 10));
    EXPECT_TRUE(schedule.take("b", 10)) << "another connector";
    schedule.done(*first);
    EXPECT_EQ(schedule.take("a", 10)->payout.value, 2);
}

TEST(Schedule, LetsNobodyBetweenTheStepsOfAPayout) {
    Schedule schedule(100);
    schedule.put(due(1, "a", 7, 1));
    schedule.put(due(2, "a", 7, 2));
    const auto first = schedule.take("a", 10);
    Due next = *first;
    next.at = 500, next.is_mid_flow = true;
    schedule.put(next);
    schedule.done(*first);
    EXPECT_FALSE(schedule.take("a", 10)) << "the second waits although the first has time";
    const auto again = schedule.take("a", 500);
    ASSERT_EQ(again->payout.value, 1);
    schedule.done(*again);
    EXPECT_EQ(schedule.take("a", 500)->payout.value, 2);
}

TEST(Schedule, LetsALookUpPassBetweenSteps) {
    Schedule schedule(100);
    Due holder = due(1, "a", 7, 500);
    holder.is_mid_flow = true;
    Due lookup = due(2, "a", 7, 1);
    lookup.is_send = false;
    schedule.put(holder);
    schedule.put(lookup);
    EXPECT_EQ(schedule.take("a", 10)->payout.value, 2);
}

TEST(Schedule, SaysWhenItHadToDropSomething) {
    Schedule schedule(2);
    for (int64_t i = 1; i <= 3; ++i) schedule.put(due(i, "a", i, i));
    EXPECT_EQ(schedule.size(), 2u);
    EXPECT_TRUE(schedule.has_dropped());
    schedule.drop(PayoutId{1});
    schedule.drop(PayoutId{1});
    EXPECT_EQ(schedule.size(), 1u);
}

}  // namespace
}  // namespace tributary::payout
