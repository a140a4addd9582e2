#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/rules/samples.hpp"

namespace tributary::rules {
namespace {

TEST(Condition, HoldsOrNamesTheComparisonThatDecided) {
    struct Case { const char* text; const char* failed; };  // failed = "" : it holds
    const Event sale = a_sale();
    for (const Case& c : {
             Case{"party.level in [\"gold\", 'silver']", ""},
             {"party.level in [\"silver\"]", "party.level in [\"silver\"]"},
             {"party.level not in [\"silver\"]", ""},
             {"party.country in cluster.dach", ""},
             {"party.country in cluster.south-eu", "party.country in cluster.south-eu"},
             {"party.country not in cluster.south-eu and party.level == \"gold\"", ""},
             {"\"beta\" in party.groups", ""},
             {"\"color\" in product.tags and \"eco\" in product.tags", "\"eco\" in product.tags"},
             {"\"eco\" not in product.tags", ""},
             {"event.kind == \"sale\"", ""},
             {"event.kind in [\"return\", \"claim\"]", "event.kind in [\"return\", \"claim\"]"},
             {"event.quantity >= 3", ""},
             {"event.quantity > 3", "event.quantity > 3"},
             {"event.quantity >= 2.5 and event.quantity < 3.000000001", ""},
             {"event.quantity * 2 + 1 == 7", ""},
             {"event.quantity * (2 + 1) == 9", ""},
             {"10 - event.quantity - 3 == 4", ""},
             {"event.quantity - 10 == -7", ""},
             {"event.quantity in [1, 2.5, 3]", ""},
             {"event.quantity not in [1, 2.5, 3]", "event.quantity not in [1, 2.5, 3]"},
             {"event.date >= 2026-11-01 and event.date < 2026-11-02", ""},
             {"event.date in [2026-10-31, 2026-11-01]", ""},
             {"event.date - 2026-10-01 == 31", ""},
             {"2026-10-31 + 1 == event.date", ""},
             {"event.date - 1 == 2026-10-31", ""},
             {"not event.ship_and_debit", ""},
             {"event.ship_and_debit", "event.ship_and_debit"},
             {"event.ship_and_debit == false", ""},
             {"(party.level == \"gold\") == true", ""},
             {"true", ""},
             {"false or true", ""},
             {"false", "false"},
             {"party.level == \"silver\" or party.level == \"bronze\"",
              "party.level == \"silver\" or party.level == \"bronze\""},
             {"(party.level == \"silver\"\n   or party.level  ==\t\"bronze\") and true",
              "party.level == \"silver\" or party.level == \"bronze\""},
             {"not (party.level == \"gold\")", "not (party.level == \"gold\")"},
             {"not not party.level == \"gold\"", ""},
             {"true or false and false", ""},
             {"distributor.level == \"platinum\" and reseller.code == \"R1\" and rep.role == \"sales_rep\"", ""},
             {"product.name == 'Laser 400' and product.sku != \"X\" and event.uom == \"EA\"", ""},
             {"event.sale_kind == \"stock\" and party.region == \"south\" and party.kind == \"person\"", ""},
         }) {
        const auto answer = condition_of(c.text).evaluate(sale, &*sale.rep);
        EXPECT_EQ(answer.failed, c.failed) << c.text;
        EXPECT_EQ(answer.holds, std::string(c.failed).empty()) << c.text;
    }
}

TEST(Condition, OfSomebodyMissingIsFalseInEveryDirection) {
    Event sale = a_sale();
    sale.rep.reset();
    sale.product.reset();
    for (const char* text :
         {"rep.level == \"gold\"", "rep.level != \"gold\"", "rep.level in [\"gold\"]",
          "rep.level not in [\"gold\"]", "\"x\" in rep.groups", "\"x\" not in product.tags",
          "party.country in cluster.dach", "party.country not in cluster.dach", "product.sku != \"\""})
        EXPECT_FALSE(condition_of(text).evaluate(sale, nullptr).holds) << text;
    EXPECT_TRUE(condition_of("not (rep.level == \"gold\")").evaluate(sale, nullptr).holds);
}

TEST(Condition, IsFalseWhereANumberLeavesItsRange) {
    Event sale = a_sale();
    sale.quantity = {INT64_MAX, 0};
    for (const char* text : {"event.quantity * event.quantity > 0", "event.quantity + event.quantity > 0",
                             "event.date + 999999 > 2026-01-01", "not (event.quantity * 2 > 0) == false"})
        EXPECT_FALSE(condition_of(text).evaluate(sale, nullptr).holds) << text;
    sale.date = 0;
    EXPECT_FALSE(condition_of("event.date + 1 > 1999-01-01").evaluate(sale, nullptr).holds);
    EXPECT_FALSE(condition_of("event.date - 1999-01-01 < 1").evaluate(sale, nullptr).holds);
}

TEST(Condition, FindsItemsOfLongLists) {
    std::string text = "product.sku in [";
    for (int i = 0; i < 200; ++i) text += "\"S" + std::to_string((i * 37) % 200) + "\", ";
    text += "\"end\"]";
    const Condition condition = condition_of(text);
    Event sale = a_sale();
    for (const auto& [sku, expected] :
         {std::pair{"S0", true}, {"S199", true}, {"end", true}, {"S200", false}, {"", false}}) {
        sale.product->sku = sku;
        EXPECT_EQ(condition.evaluate(sale, nullptr).holds, expected) << sku;
    }
    EXPECT_LE(condition.evaluate(sale, nullptr).failed.size(), 160u);
    EXPECT_TRUE(condition.evaluate(sale, nullptr).failed.ends_with("…"));
}

TEST(Condition, ShortcutsAskTheProduct) {
    struct Case { const char* attribute; std::vector<std::string> values; bool holds; };
    const Event sale = a_sale();
    for (const Case& c : {Case{"family", {"ink", "laser"}, true}, {"family", {"ink"}, false}, {"sku", {"LJ-400"}, true},
                          {"tags", {"eco", "office"}, true}, {"tags", {"eco"}, false}}) {
        const Condition condition = Condition::one_of_product(c.attribute, c.values);
        EXPECT_EQ(condition.evaluate(sale, nullptr).holds, c.holds) << condition.text();
        const Condition both = Condition::all_of({condition_of("event.quantity == 3"), condition});
        EXPECT_EQ(both.evaluate(sale, nullptr).holds, c.holds) << both.text();
        EXPECT_EQ(both.evaluate(sale, nullptr).failed, c.holds ? "" : condition.text());
    }
    EXPECT_TRUE(Condition().evaluate(sale, nullptr).holds);
}

RC_GTEST_PROP(Condition, ComparesQuantitiesExactly, ()) {
    const Decimal quantity{*rc::gen::inRange<int64_t>(-1'000'000, 1'000'000), *rc::gen::inRange(0, 10)};
    const Decimal limit{*rc::gen::inRange<int64_t>(-1'000'000, 1'000'000), *rc::gen::inRange(0, 10)};
    Event sale = a_sale();
    sale.quantity = quantity;
    const int sign = compare(quantity, limit);
    const std::string text = to_text(limit);
    RC_ASSERT(condition_of("event.quantity < " + text).evaluate(sale, nullptr).holds == (sign < 0));
    RC_ASSERT(condition_of("event.quantity == " + text).evaluate(sale, nullptr).holds == (sign == 0));
    RC_ASSERT(condition_of("event.quantity - " + text + " > 0").evaluate(sale, nullptr).holds == (sign > 0));
    RC_ASSERT(condition_of("event.quantity != " + text).evaluate(sale, nullptr).holds == (sign != 0));
}

}  // namespace
}  // namespace tributary::rules
