#include "core/money/money.hpp"

#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tributary {
namespace {

__extension__ typedef __int128 Wide;

TEST(Decimal, ReadsWhatSendersWrite) {
    struct Case { const char* text; int64_t value; int scale; };
    for (const Case& c : {Case{"119.50", 11950, 2}, {"-.5", -5, 1}, {"3.", 3, 0}, {"3.0", 30, 1}, {"0", 0, 0}}) {
        const auto decimal = parse_decimal(c.text);
        ASSERT_TRUE(decimal) << c.text;
        EXPECT_EQ(decimal->value, c.value) << c.text;
        EXPECT_EQ(decimal->scale, c.scale) << c.text;
    }
    for (const char* bad : {"", "-", ".", "1e3", "1,5", "1.2.3", "+1", " 1", "1234567890123456789", "0.0000000001"})
        EXPECT_FALSE(parse_decimal(bad)) << bad;
}

TEST(Rounding, FollowsItsName) {
    struct Case { int64_t amount; Rounding rounding; int64_t expected; };
    for (const Case& c : {Case{5, Rounding::half_even, 2}, {7, Rounding::half_even, 4}, {5, Rounding::half_up, 3},
                          {-5, Rounding::half_up, -3}, {5, Rounding::down, 2}, {-5, Rounding::down, -2},
                          {5, Rounding::up, 3}, {-5, Rounding::up, -3}, {4, Rounding::up, 2}})
        EXPECT_EQ(mul_div(c.amount, 1, 2, c.rounding), c.expected) << c.amount << ' ' << name_of(c.rounding);
    EXPECT_EQ(mul_div(INT64_MAX, 2, 1, Rounding::down), std::nullopt);
    EXPECT_EQ(mul_div(1, 1, 0, Rounding::down), std::nullopt);
}

TEST(Minor, FollowsTheCurrencyExponent) {
    EXPECT_EQ(format_minor(1050, *unit_of("USD")), "10.50 USD");
    EXPECT_EQ(format_minor(-5, *unit_of("USD")), "-0.05 USD");
    EXPECT_EQ(format_minor(1050, *unit_of("JPY")), "1050 JPY");
    EXPECT_EQ(format_minor(1050, *unit_of("KWD")), "1.050 KWD");
    EXPECT_EQ(format_minor(7, *unit_of("points")), "7 points");
    EXPECT_EQ(format_minor(INT64_MIN, 2), "-92233720368547758.08");
    EXPECT_EQ(parse_minor("10.5", 2), 1050);
    EXPECT_EQ(parse_minor("10.505", 2), std::nullopt);
    EXPECT_EQ(to_minor({3, 0}, {11950, 2}, 2, Rounding::half_even), 35850);
}

TEST(Unit, RefusesWhatIsNoName) {
    for (const char* bad : {"", "1USD", "a b", "points!", "-"}) EXPECT_FALSE(unit_of(bad)) << bad;
}

RC_GTEST_PROP(Split, SumsToTheWholeAndStaysWithinOneUnit, (int64_t total)) {
    const auto weights = *rc::gen::nonEmpty(rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 1'000'000)));
    const int64_t sum = std::accumulate(weights.begin(), weights.end(), int64_t{0});
    RC_PRE(sum > 0 && total != INT64_MIN);
    const auto parts = split_by_weight(total, weights);
    Wide given = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
        given += parts[i];
        const Wide exact = Wide(total) * weights[i];
        const Wide off = Wide(parts[i]) * sum - exact;
        RC_ASSERT(off < sum && off > -sum);
    }
    RC_ASSERT(given == total);
}

RC_GTEST_PROP(Decimal, RoundTripsThroughText, (int64_t value)) {
    const Decimal decimal{value % 1'000'000'000'000'000'000, *rc::gen::inRange(0, 10)};
    const auto again = parse_decimal(to_text(decimal));
    RC_ASSERT(again.has_value());
    RC_ASSERT(compare(*again, decimal) == 0);
}

}  // namespace
}  // namespace tributary
