#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fmt/format.h>

#include "tests/unit/rules/samples.hpp"

namespace tributary::rules {
namespace {

constexpr const char* head = "[program]\nid='p'\ntitle='t'\nunit='points'\ntime_zone='UTC'\n";

std::string spiff(const char* code, const char* more) {
    return fmt::format("[[incentive]]\ncode='{}'\ntitle='{}'\nkind='per_unit'\n{}\n", code, code, more);
}

// "a=75(P1) b:no_base_award": one word an incentive.
std::string outcome(const Event& event, const std::vector<AppliedProgram>& programs) {
    const Evaluation evaluation = evaluate(event, programs);
    std::string out;
    size_t next_award = 0;
    for (const Explained& explained : evaluation.explained) {
        const Incentive& incentive = programs[explained.program].program.incentives[explained.incentive];
        if (!out.empty()) out += ' ';
        if (explained.verdict != Verdict::awarded) {
            out += fmt::format("{}:{}", incentive.code, name_of(explained.verdict));
            continue;
        }
        const Award& award = evaluation.awards.at(next_award++);
        EXPECT_EQ(award.amount, explained.amount);
        out += fmt::format("{}={}({})", incentive.code, award.amount, award.recipient.value);
        for (const size_t base : award.based_on) out += fmt::format("<{}", base);
    }
    EXPECT_EQ(next_award, evaluation.awards.size());
    return out;
}

TEST(Evaluate, RefusesInOrderOfPrecedence) {
    const auto program = applied(head + spiff("a", "to='rep'\namount=25\nvalid_from=2026-11-01\nvalid_to=2026-11-30\n"
                                                   "when='party.level == \"gold\"'"));
    struct Case { const char* name; void (*change)(Event&); const char* outcome; };
    for (const Case& c : {
             Case{"as it is", [](Event&) {}, "a=75(3)"},
             {"a return of yesterday", [](Event& e) { e.kind = EventKind::return_, e.date = 20251031; },
              "a:wrong_kind_of_event"},
             {"an inventory", [](Event& e) { e.kind = EventKind::inventory; }, "a:wrong_kind_of_event"},
             {"the day before", [](Event& e) { e.date = 20261031, e.rep.reset(); }, "a:before_window"},
             {"the last day", [](Event& e) { e.date = 20261130; }, "a=75(3)"},
             {"the day after", [](Event& e) { e.date = 20261201; }, "a:after_window"},
             {"nobody", [](Event& e) { e.rep.reset(), e.quantity.scale = 1; }, "a:no_recipient"},
             {"silver", [](Event& e) { e.rep->level = "silver", e.quantity.scale = 1; }, "a:condition_false"},
             {"three tenths of a unit", [](Event& e) { e.quantity.scale = 1; }, "a:quantity_not_whole"},
             {"written with decimals", [](Event& e) { e.quantity = Decimal{400, 2}; }, "a=100(3)"},
             {"nothing", [](Event& e) { e.quantity.value = 0; }, "a:quantity_not_whole"},
             {"less than nothing", [](Event& e) { e.quantity.value = -3; }, "a:quantity_not_whole"},
             {"too much", [](Event& e) { e.quantity.value = INT64_MAX / 2; }, "a:overflow"},
         }) {
        Event sale = a_sale();
        c.change(sale);
        EXPECT_EQ(outcome(sale, {program}), c.outcome) << c.name;
    }
}

TEST(Evaluate, PaysWhomTheIncentiveNames) {
    const auto program =
        applied(head + spiff("a", "to='reseller'\namount=1") + spiff("b", "to='distributor'\namount=2") +
                spiff("c", "to='rep'\namount=3\nfamilies=['ink']") +
                spiff("d", "to='reseller'\namount=4\nwhen='party.code == \"R1\"'"));
    EXPECT_EQ(outcome(a_sale(), {program}), "a=3(2) b=6(1) c:condition_false d=12(2)");
}

TEST(Evaluate, BuildsSharesAndBoostsOnEarlierAwards) {
    const std::string base = head + spiff("a", "to='rep'\namount=25") +
                             spiff("b", "to='rep'\namount=10\nskus=['LJ-400']") +
                             spiff("c", "to='rep'\namount='1.50'\nunit='EUR'");
    struct Case { const char* incentive; const char* outcome; };
    for (const Case& c : {
             Case{"kind='share'\nto='distributor'\npercent=25\nof=['a','b']", "x=26(1)<0<1"},  // 26.25
             {"kind='share'\nto='distributor'\npercent=25\nof=['a','b']\nrounding='up'", "x=27(1)<0<1"},
             {"kind='share'\nto='reseller'\npercent='10'\nof=['b']", "x=3(2)<1"},
             {"kind='share'\nto='reseller'\npercent='33.3'\nof=['c']", "x=150(2)<2"},  // of 450 cents
             {"kind='share'\nto='reseller'\npercent='1'\nof=['b']", "x:rounds_to_zero"},
             {"kind='boost'\nfactor=2\nof=['a']", "x=75(3)<0"},
             {"kind='boost'\nfactor='1.5'\nof=['a','b']", "x=52(3)<0<1"},  // 52.5, half to even
             {"kind='boost'\nfactor='1.5'\nof=['a','b']\nrounding='half_up'", "x=53(3)<0<1"},
             {"kind='boost'\nfactor='1.01'\nof=['b']", "x:rounds_to_zero"},
             {"kind='boost'\nfactor=3\nof=['a']\nvalid_to=2026-10-31", "x:after_window"},
         })
        EXPECT_EQ(outcome(a_sale(), {applied(base + "[[incentive]]\ncode='x'\ntitle='x'\n" + c.incentive + "\n")}),
                  std::string("a=75(3) b=30(3) c=450(3) ") + c.outcome)
            << c.incentive;
}

TEST(Evaluate, SharesIncludeBoostsAndNeedAnAward) {
    const auto program = applied(
        head + spiff("a", "to='rep'\namount=25\nwhen='event.quantity > 2'") +
        "[[incentive]]\ncode='b'\ntitle='b'\nkind='boost'\nfactor=3\nof=['a']\n"
        "[[incentive]]\ncode='s'\ntitle='s'\nkind='share'\nto='distributor'\npercent=10\nof=['a','b']\n");
    Event sale = a_sale();
    EXPECT_EQ(outcome(sale, {program}), "a=75(3) b=150(3)<0 s=22(1)<0<1");
    sale.quantity = {2, 0};
    EXPECT_EQ(outcome(sale, {program}), "a:condition_false b:no_base_award s:no_base_award");
    sale.quantity = {INT64_MAX / 25, 0};
    EXPECT_EQ(outcome(sale, {program}), "a=9223372036854775800(3) b:overflow s=922337203685477580(1)<0");
}

TEST(Evaluate, KeepsProgramsApart) {
    const std::string text = head + spiff("a", "to='rep'\namount=25") +
                             "[[incentive]]\ncode='b'\ntitle='b'\nkind='boost'\nfactor=2\nof=['a']\n";
    EXPECT_EQ(outcome(a_sale(), {applied(text), applied(text)}), "a=75(3) b=75(3)<0 a=75(3) b=75(3)<2");
    EXPECT_EQ(outcome(a_sale(), {}), "");
}

RC_GTEST_PROP(Evaluate, PaysExactlyWhatItsExplanationComputes, ()) {
    const auto digits = [](int64_t value, int scale) { return to_text(Decimal{value, scale}); };
    const int64_t units = *rc::gen::inRange<int64_t>(1, 1'000'000);
    const int64_t rate = *rc::gen::inRange<int64_t>(1, 1'000'000);
    const Decimal percent{*rc::gen::inRange<int64_t>(1, 100'000), 3};
    const Decimal factor{*rc::gen::inRange<int64_t>(101, 9'999), 2};
    const auto rounding = *rc::gen::element(Rounding::half_even, Rounding::half_up, Rounding::down, Rounding::up);
    const std::string rounded = fmt::format("rounding='{}'\n", name_of(rounding));
    const auto program = applied(
        head + spiff("a", fmt::format("to='rep'\nunit='EUR'\namount='{}'", format_minor(rate, 2)).c_str()) +
        "[[incentive]]\ncode='b'\ntitle='b'\nkind='boost'\nof=['a']\n" + rounded + "factor='" +
        digits(factor.value, 2) +
        "'\n[[incentive]]\ncode='s'\ntitle='s'\nkind='share'\nto='distributor'\nof=['a','b']\n" + rounded +
        "percent='" + digits(percent.value, 3) + "'\n");
    Event sale = a_sale();
    sale.quantity = {units, 0};
    const Evaluation evaluation = evaluate(sale, {program});
    const Explained& a = evaluation.explained.at(0);
    RC_ASSERT(a.amount == a.units * a.rate && a.units == units && a.rate == rate);
    const Explained& b = evaluation.explained.at(1);
    RC_ASSERT(b.base == a.amount);
    RC_ASSERT(b.amount == *mul_div(b.base, b.percent_or_factor.value - 100, 100, b.rounding));
    const Explained& s = evaluation.explained.at(2);
    RC_ASSERT(s.base == a.amount + b.amount);
    RC_ASSERT(s.amount == *mul_div(s.base, s.percent_or_factor.value, 100'000, s.rounding));
    int64_t paid = 0;
    for (const Award& award : evaluation.awards) {
        RC_ASSERT(award.amount > 0);
        paid += award.amount;
    }
    RC_ASSERT(paid == a.amount + b.amount + s.amount);
}

}  // namespace
}  // namespace tributary::rules
