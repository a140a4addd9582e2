#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fmt/format.h>

#include "tests/unit/rules/samples.hpp"

namespace tributary::rules {
namespace {

constexpr const char* text = R"(
[program]
id = 'p'
title = 't'
unit = 'points'
time_zone = 'UTC'
[[incentive]]
code = 'laser-spiff'
title = 'Laser SPIFF'
kind = 'per_unit'
to = 'rep'
amount = 25
when = 'party.level in ["gold"]'
[[incentive]]
code = 'ink-spiff'
title = 'Ink SPIFF'
kind = 'per_unit'
to = 'rep'
amount = 25
valid_to = 2026-11-30
[[incentive]]
code = 'week'
title = 'Laser week'
kind = 'boost'
factor = '1.5'
of = ['laser-spiff']
valid_from = 2026-11-01
[[incentive]]
code = 'share'
title = 'Share'
kind = 'share'
to = 'distributor'
percent = 25
of = ['laser-spiff', 'ink-spiff']
[[incentive]]
code = 'cash'
title = 'Cash'
kind = 'per_unit'
to = 'reseller'
unit = 'EUR'
amount = '1.50'
)";

std::string rendered(const Event& event, const char* language) {
    const auto program = applied(text);
    std::string out;
    for (const std::string& line : render_explanation(explanation_data(evaluate(event, {program}), {program}),
                                                      names_of(program), language))
        out += line + "\n";
    return out;
}

TEST(Explanation, ShowsTheArithmeticOfAwards) {
    EXPECT_EQ(
        rendered(a_sale(), "en"),
        "Laser SPIFF: 75 points for the rep: 3 units × 25 points = 75 points.\n"
        "Ink SPIFF: 75 points for the rep: 3 units × 25 points = 75 points.\n"
        "Laser week: 38 points for the rep: "
        "factor 1.5 adds 0.5 × 75 points = 37.5, rounded half_even to 38 points.\n"
        "Share: 38 points for the distributor: 25 % of 150 points = 37.5, rounded half_even to 38 points.\n"
        "Cash: 4.50 EUR for the reseller: 3 units × 1.50 EUR = 4.50 EUR.\n");
    EXPECT_EQ(rendered(a_sale(), "de-AT"),
              "Laser SPIFF: 75 points für die Verkaufsperson: 3 Stück × 25 points = 75 points.\n"
              "Ink SPIFF: 75 points für die Verkaufsperson: 3 Stück × 25 points = 75 points.\n"
              "Laser week: 38 points für die Verkaufsperson: Faktor 1,5 ergibt zusätzlich 0,5 × 75 points = 37,5, "
              "gerundet (half_even) auf 38 points.\n"
              "Share: 38 points für den Distributor: 25 % von 150 points = 37,5, gerundet (half_even) auf 38 points.\n"
              "Cash: 4,50 EUR für den Händler: 3 Stück × 1,50 EUR = 4,50 EUR.\n");
}

TEST(Explanation, SaysWhyThereIsNoAward) {
    Event sale = a_sale();
    sale.rep->level = "silver";
    sale.date = 20261201;
    sale.reseller.reset();
    EXPECT_EQ(rendered(sale, "fr"),
              "Laser SPIFF: no award: party.level in [\"gold\"] is not true.\n"
              "Ink SPIFF: no award: the sale is after its window.\n"
              "Laser week: no award: the sale has no award under laser-spiff.\n"
              "Share: no award: the sale has no award under laser-spiff, ink-spiff.\n"
              "Cash: no award: the sale names no reseller.\n");
    EXPECT_EQ(rendered(sale, "de"),
              "Laser SPIFF: keine Prämie: party.level in [\"gold\"] trifft nicht zu.\n"
              "Ink SPIFF: keine Prämie: der Verkauf liegt nach dem Zeitraum.\n"
              "Laser week: keine Prämie: der Verkauf hat keine Prämie aus laser-spiff.\n"
              "Share: keine Prämie: der Verkauf hat keine Prämie aus laser-spiff, ink-spiff.\n"
              "Cash: keine Prämie: der Verkauf nennt keinen Händler.\n");
    sale.date = 20261031;
    sale.quantity = {5, 1};
    EXPECT_EQ(rendered(sale, "en"),
              "Laser SPIFF: no award: party.level in [\"gold\"] is not true.\n"
              "Ink SPIFF: no award: the quantity is not a whole number above zero.\n"
              "Laser week: no award: the sale is before its window.\n"
              "Share: no award: the sale has no award under laser-spiff, ink-spiff.\n"
              "Cash: no award: the sale names no reseller.\n");
    sale.kind = EventKind::return_;
    EXPECT_NE(rendered(sale, "en").find("Cash: no award: only sales earn it."), std::string::npos);
}

TEST(Explanation, IsCompactData) {
    const auto program = applied(text);
    Event sale = a_sale();
    sale.reseller.reset();
    EXPECT_EQ(explanation_data(evaluate(sale, {program}), {program}),
              "[[100,7,1,75,3,25],[101,7,1,75,3,25],[102,7,1,38,0,0,75,\"1.5\"],"
              "[103,7,1,38,0,0,150,\"25\"],[104,7,5]]");
    sale.rep->level = "";
    EXPECT_TRUE(explanation_data(evaluate(sale, {program}), {program})
                    .starts_with("[[100,7,6,0,0,0,0,\"\",0,\"party.level in [\\\"gold\\\"]\"],"));
    EXPECT_EQ(explanation_data({}, {}), "[]");
}

TEST(Explanation, OfAShareThatRoundsToZeroShowsIt) {
    const std::map<int64_t, ExplainNames> names = {
        {5, {"p", "c", "Share", "points", 0, "share", {"a"}, "distributor"}}};
    EXPECT_EQ(render_explanation("[[5,1,8,0,0,0,1,\"12.50\"]]", names, "en"),
              std::vector<std::string>{"Share: no award: 12.5 % of 1 points = 0.125, rounded half_even to 0 points."});
    EXPECT_EQ(render_explanation("[[5,1,10]]", names, "de"),
              std::vector<std::string>{"Share: keine Prämie: der Betrag ist zu groß für die Bücher."});
}

TEST(Explanation, OfStrangeDataSaysSo) {
    for (const char* data : {"", "{}", "[[1,2", "7"})
        EXPECT_EQ(render_explanation(data, {}, "en"),
                  std::vector<std::string>{"This explanation cannot be read."})
            << data;
    for (const char* data : {"[7]", "[[1]]", "[[1,2,99]]", "[[1,2,1,\"x\"]]", "[[1,2,6,0,0,0,0,0]]",
                             "[[1,2,1,1,0,0,5,\"1\",9]]"})
        EXPECT_EQ(render_explanation(data, {}, "en"),
                  std::vector<std::string>{"This explanation cannot be read."})
            << data;
    EXPECT_EQ(render_explanation("[[1,2,3]]", {}, "en"),
              std::vector<std::string>{"incentive 1: no award: the sale is before its window."});
    EXPECT_EQ(render_explanation("[]", {}, "en"), std::vector<std::string>{});
}

// The sentence's own numbers, read back, give its amount.
RC_GTEST_PROP(Explanation, SentenceAddsUp, ()) {
    const int64_t base = *rc::gen::inRange<int64_t>(1, 1'000'000'000);
    const Decimal percent{*rc::gen::inRange<int64_t>(1, 100'000), 3};
    const int64_t amount = *mul_div(base, percent.value, 100'000, Rounding::half_up);
    RC_PRE(amount > 0);
    const std::map<int64_t, ExplainNames> names = {{5, {"p", "c", "S", "EUR", 2, "share", {"a"}, "distributor"}}};
    const std::string line =
        render_explanation(fmt::format("[[5,1,1,{},0,0,{},\"{}\",1]]", amount, base, to_text(percent)), names,
                           "en")
            .at(0);
    const auto after = [&](const char* mark, const char* end) {
        const size_t begin = line.rfind(mark) + std::string_view(mark).size();
        return line.substr(begin, line.find(end, begin) - begin);
    };
    const auto shown = parse_decimal(after(" = ", line.find("rounded") == std::string::npos ? " EUR" : ","));
    RC_ASSERT(shown.has_value());
    RC_ASSERT(to_minor(*shown, 2, Rounding::half_up) == amount);
    RC_ASSERT(parse_minor(after("S: ", " EUR"), 2) == amount);
}

}  // namespace
}  // namespace tributary::rules
