// What must hold whatever the bytes are: splits, truncation, limits, and memory of control numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "connectors/feeds/x12/control_numbers.hpp"
#include "connectors/feeds/x12/text.hpp"
#include "tests/unit/x12/feed_harness.hpp"

namespace tributary::x12::test {
namespace {

std::string golden(const std::string& name) {
    std::ifstream file(std::string(TRIBUTARY_GOLDEN_DIR) + "/" + name + ".edi", std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

bool has(const std::vector<std::string>& list, const std::string& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

const std::string isa =
    "ISA*00*          *00*          *ZZ*ORBITDIST      *ZZ*KESTRELHW      *260401*0815*U*00401*000000001*0*P*>~";
const std::string gs = "GS*PT*ORBITAPP*KESTRELAPP*20260401*0815*1*X*004010~";

class EverySplit : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(X12, EverySplit,
                         testing::Values("bom_blanks_and_two_interchanges", "binary_segment_hides_delimiters",
                                         "e0309_binary_length", "e0103_data_outside", "e0119_isa_before_iea",
                                         "cr_lf_ends_segments", "lf_ends_segments"));

TEST_P(EverySplit, InTwoGivesTheSameRecords) {
    const std::string input = golden(GetParam());
    ASSERT_FALSE(input.empty());
    const std::string whole = decode(input).dump;
    for (size_t split = 0; split <= input.size(); ++split) {
        ASSERT_EQ(decode(input, {}, {.splits = {split}}).dump, whole) << "split at " << split;
    }
}

TEST(Splits, InTwoGiveTheSameRecordsForALenientPartner) {
    const ProfilePairs lenient = {{"lenient", "true"}, {"order", "lenient"}};
    for (const char* name :
         {"lenient_unpadded_header", "lenient_component_missing", "lenient_wrapped_at_80", "lenient_order"}) {
        const std::string input = golden(name);
        const std::string whole = decode(input, lenient).dump;
        for (size_t split = 0; split <= input.size(); ++split) {
            ASSERT_EQ(decode(input, lenient, {.splits = {split}}).dump, whole) << name << " split at " << split;
        }
    }
}

class Truncated : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(X12, Truncated,
                         testing::Values("fields_of_the_867", "lf_ends_segments", "one_set_of_three_rejected"));

TEST_P(Truncated, NeverHasASetWithoutSeOrAnInterchangeWithoutIea) {
    const std::string input = golden(GetParam());
    ASSERT_FALSE(input.empty());
    for (const bool is_lenient : {false, true}) {
        for (size_t size = 0; size < input.size(); ++size) {
            const std::string cut = input.substr(0, size);
            const Outcome outcome = decode(cut, {{"lenient", is_lenient ? "true" : "false"}});
            const auto count = [&](const char* text) {
                size_t found = 0;
                for (size_t at = cut.find(text); at != cut.npos; at = cut.find(text, at + 1)) ++found;
                return found;
            };
            const auto accepted_sets = size_t(std::count(outcome.verdicts.begin(), outcome.verdicts.end(), "set A "));
            ASSERT_LE(accepted_sets, count("\nSE*")) << "cut at " << size;
            if (has(outcome.verdicts, "interchange A 000")) {
                ASSERT_NE(cut.find("\nIEA*1*000000001"), cut.npos) << "cut at " << size;
            } else {
                ASSERT_FALSE(outcome.verdicts.empty()) << "cut at " << size;
                EXPECT_EQ(outcome.verdicts.back().substr(0, 13), "interchange R") << "cut at " << size;
            }
        }
    }
}

TEST(Limits, ASegmentThatNeverEndsRejectsTheInterchangeAndTheNextOneIsRead) {
    const std::string good = golden("lf_ends_segments");
    std::string second = good;
    second.replace(second.find("000000001"), 9, "000000002");
    second.replace(second.rfind("000000001"), 9, "000000002");
    const std::string input = isa + gs + "ST*867*0001~PID*F****" + std::string(200000, 'X') + "\n" + second;
    const Outcome whole = decode(input);
    EXPECT_TRUE(has(whole.codes, "X12-E0118"));
    EXPECT_TRUE(has(whole.verdicts, "interchange R 022"));
    EXPECT_EQ(decode(input, {}, {.chunk = 999, .splits = {}}).dump, whole.dump);
}

TEST(Limits, FindingsOfAFileAreCapped) {
    std::string input = isa + gs;
    for (int set = 0; set < 1100; ++set) {
        const std::string number = std::to_string(10000 + set);
        input += "ST*867*" + number + "~BPT*00*X*20260401~PTD*SS~QTY*32*x*EA~SE*5*" + number + "~\n";
    }
    input += "GE*1100*1~IEA*1*000000001~";
    const Outcome outcome = decode(input);
    EXPECT_EQ(outcome.codes.back(), "X12-N0126");
    EXPECT_LE(outcome.codes.size(), 1001U);
    EXPECT_EQ(size_t(std::count(outcome.codes.begin(), outcome.codes.end(), "X12-E0506")) > 499, true);
    EXPECT_EQ(std::count(outcome.verdicts.begin(), outcome.verdicts.end(), "set R 5"), 1100);
}

TEST(Limits, WarningsNeverPushErrorsOutOfTheReport) {
    std::string body = "ST*867*0001~BPT*00*X*20260401~";
    int segments = 2;
    for (int line = 0; line < 150; ++line, segments += 2) body += "PTD*SS~QTY*17*1*EA~";
    body += "QTY*32*x*EA~";
    ++segments;
    const std::string input = isa + gs + body + "SE*" + std::to_string(segments + 1) + "*0001~GE*1*1~IEA*1*000000001~";
    const Outcome outcome = decode(input);
    EXPECT_TRUE(has(outcome.codes, "X12-E0506"));
    EXPECT_TRUE(has(outcome.codes, "X12-N0310"));
}

TEST(Binary, DataLongerThanAnyBufferIsSkipped) {
    const std::string data(300000, '~');
    const std::string input = isa + gs + "ST*867*0001~BIN*300000*" + data + "~SE*3*0001~GE*1*1~IEA*1*000000001~";
    for (const size_t chunk : {size_t(1000), SIZE_MAX}) {
        const Outcome outcome = decode(input, {}, {.chunk = chunk, .splits = {}});
        EXPECT_TRUE(has(outcome.verdicts, "interchange A 000")) << outcome.dump;
        EXPECT_TRUE(has(outcome.codes, "X12-E0406"));
        EXPECT_FALSE(has(outcome.codes, "X12-E0309"));
    }
}

TEST(Profile, RefusesValuesThatCannotBeUsed) {
    for (const auto& [name, value] : ProfilePairs{{"lenient", "yes"},
                                                  {"order", "random"},
                                                  {"serials.max", "0"},
                                                  {"sale.codes", "TOOLONG"},
                                                  {"version.aliases", "004030"},
                                                  {"codes.x", "A"}}) {
        const Outcome outcome = decode("", {{name, value}});
        EXPECT_EQ(outcome.opened, TRIBUTARY_BAD_OPTION) << name;
        ASSERT_FALSE(outcome.log.empty()) << name;
    }
}

TEST(Profile, NamesThatAreNotUsedAreLogged) {
    const Outcome outcome = decode("", {{"resellers.qualifier", "BY"}});
    EXPECT_EQ(outcome.opened, TRIBUTARY_OK);
    ASSERT_EQ(outcome.log.size(), 1U);
    EXPECT_NE(outcome.log[0].find("resellers.qualifier"), std::string::npos);
}

TEST(ControlNumbers, RemembersRunsAndWordsAsText) {
    ControlNumbers numbers;
    for (int i = 1; i <= 100000; ++i) {
        std::string number = std::to_string(i);
        EXPECT_TRUE(numbers.add(std::string(9 - number.size(), '0') + number));
    }
    EXPECT_FALSE(numbers.add("000000001"));
    EXPECT_FALSE(numbers.add("000100000"));
    EXPECT_TRUE(numbers.add("1"));
    EXPECT_TRUE(numbers.add("AB12"));
    EXPECT_FALSE(numbers.add("AB12"));
    EXPECT_TRUE(numbers.add("000100002"));
    EXPECT_TRUE(numbers.add("000100001"));
    EXPECT_FALSE(numbers.add("000100002"));
}

TEST(Dates, AreCalendarDates) {
    EXPECT_EQ(date_of("20240229"), 20240229);
    EXPECT_EQ(date_of("20230229"), 0);
    EXPECT_EQ(date_of("21000229"), 0);
    EXPECT_EQ(date_of("20261301"), 0);
    EXPECT_EQ(date_of("20260400"), 0);
    EXPECT_EQ(date_of("260401"), 20260401);
    EXPECT_EQ(date_of("990401"), 19990401);
    EXPECT_EQ(date_of("2026041"), 0);
}

TEST(Decimals, AreExactAndBounded) {
    const auto same = [](const char* text, int64_t value, uint32_t scale) {
        const tributary_decimal decimal = decimal_of(text);
        return decimal.is_set == 1 && decimal.value == value && decimal.scale == scale;
    };
    EXPECT_TRUE(same("-.5", -5, 1));
    EXPECT_TRUE(same("3.0", 30, 1));
    EXPECT_TRUE(same("12", 12, 0));
    EXPECT_TRUE(same("000000000000000000000012", 12, 0));
    for (const char* text : {"", "-", ".", "1.2.3", "1e5", "1.0000000001", "1234567890123456789"}) {
        EXPECT_EQ(decimal_of(text).is_set, 0U) << text;
    }
}

// Real-world samples that are not part of the project; each must end as its index says.
TEST(SharedSamples, EndAsTheirIndexSays) {
    const char* folder = std::getenv("TRIBUTARY_SHARED_FEEDS");
    if (folder == nullptr) GTEST_SKIP() << "TRIBUTARY_SHARED_FEEDS is not set";
    std::ifstream index(std::string(folder) + "/INDEX.tsv");
    ASSERT_TRUE(index.is_open());
    size_t checked = 0;
    for (std::string line; std::getline(index, line);) {
        std::vector<std::string> columns;
        std::istringstream fields(line);
        for (std::string field; std::getline(fields, field, '\t');) columns.push_back(field);
        if (columns.size() < 5 || columns[0].rfind("x12/", 0) != 0) continue;
        std::ifstream file(std::string(folder) + "/" + columns[0], std::ios::binary);
        std::stringstream bytes;
        bytes << file.rdbuf();
        const std::string &sets = columns[2], &valid = columns[4];
        const bool is_lenient = valid.find("lenient") != std::string::npos;
        const Outcome outcome = decode(bytes.str(), {{"lenient", is_lenient ? "true" : "false"}});
        const bool is_ours = sets == "867" || sets == "997" || sets == "999" || sets == "000";
        const bool has_fault = std::any_of(outcome.verdicts.begin(), outcome.verdicts.end(),
                                           [](const std::string& v) { return v.find(" R") != std::string::npos; });
        const bool is_interchange_fine = has(outcome.verdicts, "interchange A 000");
        EXPECT_EQ(outcome.status, TRIBUTARY_OK) << columns[0];
        if (valid == "valid") {
            EXPECT_TRUE(is_interchange_fine) << columns[0] << "\n" << outcome.dump;
            EXPECT_EQ(has_fault, !is_ours) << columns[0] << "\n" << outcome.dump;
            EXPECT_EQ(has(outcome.verdicts, "set R 1"), !is_ours) << columns[0];
        } else if (valid.rfind("invalid", 0) == 0 && !is_lenient) {
            EXPECT_TRUE(has_fault) << columns[0] << "\n" << outcome.dump;
            EXPECT_FALSE(has(outcome.verdicts, "set A ") && is_interchange_fine) << columns[0];
        }
        ++checked;
    }
    EXPECT_GT(checked, 30U);
}

}  // namespace
}  // namespace tributary::x12::test
