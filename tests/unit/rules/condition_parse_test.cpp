#include "core/base/encoding.hpp"
#include "tests/unit/rules/samples.hpp"

namespace tributary::rules {
namespace {

std::string errors_of(const std::string& text, size_t line = 1, size_t column = 1) {
    SourceErrors errors;
    Condition out;
    const bool is_parsed = Condition::parse(text, clusters(), "f", line, column, errors, out);
    EXPECT_EQ(is_parsed, errors.empty()) << text;
    return errors_text(errors);
}

struct Case { const char* text; const char* errors; };

TEST(ConditionText, RefusesWhatIsNoWord) {
    for (const Case& c : {
             Case{"party.level == \"gold", "f:1:16: this text is not closed: put a \" at its end, on the same line\n"},
             {"party.level == 'go\nld'",
              "f:1:16: this text is not closed: put a ' at its end, on the same line\n"
              "f:2:3: this text is not closed: put a ' at its end, on the same line\n"},
             {"event.quantity > 1e3", "f:1:18: '1e3' is not a number: write digits, with at most one point\n"},
             {"event.quantity > 5.", "f:1:18: a digit is missing after the decimal point\n"},
             {"event.quantity > .5", "f:1:18: a digit is missing before the decimal point\n"},
             {"event.quantity > 1234567890123456789",
              "f:1:18: this number is too long: at most 18 digits, at most 9 of them decimals\n"},
             {"event.date > 2026-02-30", "f:1:14: 2026-02-30 is not a day of the calendar\n"},
             {"true AND true", "f:1:6: write 'and' in lower case\n"},
             {"true && !false || true", "f:1:6: '&&' is not known here: write 'and'\n"
                                        "f:1:9: '!' is not known here: write 'not'\n"
                                        "f:1:16: '||' is not known here: write 'or'\n"},
             {"party.level = \"gold\"", "f:1:13: '=' is not known here: write '=='\n"},
             {"event.quantity / 2 == 1", "f:1:16: there is no '/' in conditions\n"},
             {"\"ä\" == ü", "f:1:8: 'ü' has no meaning here\n"},
         })
        EXPECT_EQ(errors_of(c.text), c.errors) << c.text;
}

TEST(ConditionText, RefusesWhatIsNoSentence) {
    for (const Case& c : {
             Case{"", "f:1:1: the condition is empty: write one, or leave the key out\n"},
             {" \n ", "f:1:1: the condition is empty: write one, or leave the key out\n"},
             {"true and", "f:1:9: a value or a field is missing before the end\n"},
             {"and true", "f:1:1: a value or a field is missing before 'and'\n"},
             {"(true or false", "f:1:1: this '(' is not closed before the end\n"},
             {"true) and false", "f:1:5: there is no '(' for this ')'\n"},
             {"true false", "f:1:6: 'false' does not belong here: 'and' or 'or' joins comparisons\n"},
             {"party.level \"gold\"", "f:1:13: '==' or 'in' is missing before '\"gold\"'\n"},
             {"1 < event.quantity < 3", "f:1:20: comparisons do not chain: join two of them with 'and'\n"},
             {"party.level in \"gold\"",
              "f:1:13: 'in' needs a list, a cluster or a list field on its right, '\"gold\"' is text\n"},
             {"party.level in [\"gold\" \"silver\"]", "f:1:24: ',' or ']' is missing before '\"silver\"'\n"},
             {"party.level in [\"gold\"", "f:1:23: this list is not closed: ']' is missing\n"},
             {"party.level in []", "f:1:16: nothing is in an empty list: name at least one item\n"},
             {"party.level in [rep.level]", "f:1:17: a list holds texts, numbers or dates, not 'rep.level'\n"},
             {"party.level in [\"gold\", 3]",
              "f:1:25: a list holds items of one type: the first is text, this one is an integer\n"},
             {"event.quantity == -", "f:1:19: a '-' without a number before it needs a number after it\n"},
             {"not", "f:1:4: a value or a field is missing before the end\n"},
         })
        EXPECT_EQ(errors_of(c.text), c.errors) << c.text;
}

TEST(ConditionText, RefusesWhatMakesNoSense) {
    for (const Case& c : {
             Case{"party.levle == \"gold\"", "f:1:1: unknown field 'party.levle' (did you mean 'party.level'?)\n"},
             {"level == \"gold\"", "f:1:1: unknown field 'level' (a text stands in quotes: \"level\")\n"},
             {"party.shoe_size == 44",
              "f:1:1: unknown field 'party.shoe_size': party has code, kind, name, level, country, region, "
                                       "role, groups\n"},
             {"partei.level == \"gold\"", "f:1:1: unknown field 'partei.level' (did you mean 'party.level'?)\n"},
             {"party.level == gold", "f:1:16: unknown field 'gold' (a text stands in quotes: \"gold\")\n"},
             {"party.country in cluster.dahc", "f:1:18: unknown cluster 'dahc' (did you mean 'dach'?)\n"},
             {"party.country in cluster.nordics", "f:1:18: unknown cluster 'nordics': declare it under [clusters]\n"},
             {"party.region in cluster.dach",
              "f:1:1: a cluster lists countries: compare it with a field such as party.country, "
              "not with 'party.region'\n"},
             {"party.level",
              "f:1:1: the condition needs a comparison, 'party.level' is text: compare it with == or in\n"},
             {"true and party.level",
              "f:1:10: 'and' needs a comparison, 'party.level' is text: compare it with == or in\n"},
             {"not party.level", "f:1:5: 'not' needs a comparison, 'party.level' is text: compare it with == or in\n"},
             {"party.level > \"gold\"",
              "f:1:13: '>' needs numbers or dates, 'party.level' is text: use ==, != or in\n"},
             {"event.quantity == \"3\"",
              "f:1:16: '==' cannot compare 'event.quantity' (a decimal) with '\"3\"' (text): "
                                         "write the number without quotes\n"},
             {"event.date >= \"2026-11-01\"",
              "f:1:12: '>=' cannot compare 'event.date' (a date) with '\"2026-11-01\"' (text): "
                                              "write the date without quotes\n"},
             {"event.date > 20261101",
              "f:1:12: '>' cannot compare 'event.date' (a date) with '20261101' (an integer)\n"},
             {"product.tags == \"eco\"", "f:1:14: 'product.tags' is a list, '==' compares single values: write "
                                         "'\"eco\" in product.tags'\n"},
             {"product.tags in [\"eco\"]", "f:1:14: 'product.tags' is a list: ask for one item at a time, "
                                           "'\"...\" in product.tags'\n"},
             {"event.quantity in [\"3\"]",
              "f:1:16: 'event.quantity' is a decimal, '[\"3\"]' lists items of another type: text\n"},
             {"party.level + 1 == 2", "f:1:13: '+' needs numbers: 'party.level' is text, '1' is an integer\n"},
             {"event.date + event.date > 2026-01-01",
              "f:1:12: '+' needs numbers: 'event.date' is a date, 'event.date' is a date\n"},
             {"event.kind == \"sael\"", "f:1:15: unknown kind of event 'sael' (did you mean 'sale'?)\n"},
             {"party.country == \"de\"", "f:1:18: 'de' is not a country code: countries are two upper-case letters "
                                         "(ISO 3166-1): write 'DE'\n"},
             {"party.country in [\"DE\", \"Austria\", \"UK\"]",
              "f:1:25: 'Austria' is not a country code: countries are two upper-case letters (ISO 3166-1), as in 'DE'\n"
              "f:1:36: 'UK' is not a country code: countries are two upper-case letters (ISO 3166-1): write 'GB'\n"},
         })
        EXPECT_EQ(errors_of(c.text), c.errors) << c.text;
}

TEST(ConditionText, ReportsSeveralMistakesAtOnceWhereTheyStand) {
    EXPECT_EQ(errors_of("party.levle in [\"gold\"]\n  and (party.country == \"de\" or\n event.quantity = 3)\n"
                        "and 'ö' < 4", 10, 5),
              "f:10:5: unknown field 'party.levle' (did you mean 'party.level'?)\n"
              "f:11:25: 'de' is not a country code: countries are two upper-case letters (ISO 3166-1): write 'DE'\n"
              "f:12:17: '=' is not known here: write '=='\n"
              "f:13:9: '<' cannot compare ''ö'' (text) with '4' (an integer): write the number without quotes\n");
}

TEST(ConditionText, HasLimits) {
    EXPECT_EQ(errors_of(std::string(4097, ' '), 3, 4),
              "f:3:4: the condition has 4097 bytes: at most 4096 are allowed; split the incentive or use a cluster, "
              "families, tags or skus\n");
    EXPECT_EQ(errors_of("\"\xff\" == \"\""), "f:1:1: the condition is not UTF-8 text\n");
    const auto nested = [](size_t depth) { return std::string(depth, '(') + "true" + std::string(depth, ')'); };
    EXPECT_EQ(errors_of(nested(32)), "");
    EXPECT_EQ(errors_of(nested(33)), "f:1:34: nested deeper than 32 levels: split the incentive\n");
    EXPECT_EQ(errors_of(nested(2000)), "f:1:34: nested deeper than 32 levels: split the incentive\n");
    std::string negated;
    for (int i = 0; i < 900; ++i) negated += "not ";
    EXPECT_EQ(errors_of(negated + "true"), "f:1:133: nested deeper than 32 levels: split the incentive\n");
    std::string sum = "event.quantity";
    for (int i = 0; i < 33; ++i) sum += "+1";
    EXPECT_EQ(errors_of(sum + " > 0"), "f:1:1: more than 32 calculations in a row\n");
    std::string list = "event.quantity in [1";
    for (int i = 0; i < 999; ++i) list += ",1";
    EXPECT_EQ(errors_of(list + "]"), "");
    EXPECT_EQ(errors_of(list + ",1]"), "f:1:19: this list has 1001 items: at most 1000 are allowed\n");
    std::string bad;
    for (int i = 0; i < 500; ++i) bad += "? ";
    SourceErrors errors;
    Condition out;
    EXPECT_FALSE(Condition::parse(bad, clusters(), "f", 1, 1, errors, out));
    EXPECT_EQ(errors.size(), condition_errors_max);
}

}  // namespace
}  // namespace tributary::rules
