// The data generator: what it makes is a good 867, and it is the same every time.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/generator/generator.hpp"
#include "tests/unit/x12/feed_harness.hpp"

namespace tributary::x12::test {
namespace {

std::string make(const generator::Options& options) {
    const generator::World world = generator::make_world(options);
    std::string bytes;
    generator::write_867(options, world, [&](std::string_view part) { bytes += part; });
    return bytes;
}

size_t count(const std::string& text, const std::string& part) {
    size_t found = 0;
    for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

TEST(Generator, MakesLinesThatAreAllAcceptedWithoutAWarning) {
    generator::Options options;
    options.lines = 2000;
    options.lines_per_set = 300;
    const Outcome outcome = decode(make(options));
    EXPECT_EQ(outcome.events, 2000U);
    EXPECT_EQ(outcome.reports, 7U);
    EXPECT_TRUE(outcome.codes.empty()) << outcome.codes[0];
    EXPECT_EQ(std::count(outcome.verdicts.begin(), outcome.verdicts.end(), "set A "), 7);
    EXPECT_GT(count(outcome.dump, "\nreturn "), 20U);
}

TEST(Generator, IsTheSameEveryTimeAndOtherwiseWithAnotherSeed) {
    generator::Options options;
    const std::string first = make(options);
    EXPECT_EQ(make(options), first);
    options.seed = 2;
    EXPECT_NE(make(options), first);
}

TEST(Generator, WritesAnyDelimiters) {
    generator::Options options;
    options.element = '|';
    options.component = ':';
    options.terminator = '\n';
    options.line_end.clear();
    const Outcome outcome = decode(make(options));
    EXPECT_EQ(outcome.events, 400U);
    EXPECT_EQ(outcome.verdicts.back(), "interchange A 000");
}

TEST(Generator, LeavesTheUnknownOutOfTheDirectory) {
    generator::Options options;
    options.unknown_products = 2;
    options.unknown_reps = 1;
    const generator::World world = generator::make_world(options);
    const std::string data = make(options);
    for (const generator::Product& product : world.unknown_products) {
        EXPECT_EQ(count(data, "*VP*" + product.sku + "*"), 1U);
        EXPECT_EQ(products_csv(world).find(product.sku), std::string::npos);
    }
    EXPECT_EQ(count(data, world.unknown_reps[0].email), 1U);
    EXPECT_EQ(persons_csv(world).find(world.unknown_reps[0].email), std::string::npos);
    EXPECT_EQ(count(persons_csv(world), "\n"), 61U);
    EXPECT_EQ(count(parties_csv(world), "\n"), 14U);
    EXPECT_EQ(count(products_csv(world), "\n"), 26U);
    EXPECT_EQ(count(aliases_csv(world), "\n"), 15U);
}

}  // namespace
}  // namespace tributary::x12::test
