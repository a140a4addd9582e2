// Golden files in tests/golden/x12: <name>.edi in, <name>.txt out (records, then the answer). A <name>.profile holds
// the partner profile. UPDATE_GOLDEN=1 writes the outputs anew; look at the difference before you commit it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/unit/x12/feed_harness.hpp"

namespace tributary::x12::test {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

ProfilePairs profile_of(const fs::path& input) {
    ProfilePairs profile;
    std::istringstream lines(read(fs::path(input).replace_extension(".profile")));
    for (std::string line; std::getline(lines, line);) {
        const size_t equals = line.find('=');
        if (equals != std::string::npos) profile[line.substr(0, equals)] = line.substr(equals + 1);
    }
    return profile;
}

std::vector<fs::path> inputs() {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(TRIBUTARY_GOLDEN_DIR)) {
        if (entry.path().extension() == ".edi") found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::string name_of(const testing::TestParamInfo<fs::path>& info) {
    return info.param.stem().string();
}

class Golden : public testing::TestWithParam<fs::path> {};
INSTANTIATE_TEST_SUITE_P(X12, Golden, testing::ValuesIn(inputs()), name_of);

TEST_P(Golden, RecordsAndAnswerAreAsWritten) {
    const std::string input = read(GetParam());
    const Outcome outcome = decode(input, profile_of(GetParam()));
    ASSERT_EQ(outcome.opened, TRIBUTARY_OK);
    ASSERT_EQ(outcome.status, TRIBUTARY_OK);
    const std::string text = outcome.dump + "---- answer ----\n" + outcome.answer;
    const fs::path expected = fs::path(GetParam()).replace_extension(".txt");
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        std::ofstream(expected, std::ios::binary) << text;
        return;
    }
    EXPECT_EQ(text, read(expected));
}

TEST_P(Golden, DoesNotDependOnChunking) {
    const std::string input = read(GetParam());
    const ProfilePairs profile = profile_of(GetParam());
    const Outcome whole = decode(input, profile);
    for (const size_t chunk : {size_t(1), size_t(3), size_t(17), size_t(4096)}) {
        EXPECT_EQ(decode(input, profile, {.chunk = chunk, .splits = {}}).dump, whole.dump) << "chunks of " << chunk;
    }
}

TEST_P(Golden, ASinkThatIsFullNowAndThenGetsTheSameRecords) {
    const std::string input = read(GetParam());
    const ProfilePairs profile = profile_of(GetParam());
    const Outcome whole = decode(input, profile);
    for (const size_t chunk : {size_t(1), size_t(100), SIZE_MAX}) {
        const Outcome slow = decode(input, profile, {.chunk = chunk, .splits = {}, .is_sink_full_at_times = true});
        EXPECT_EQ(slow.status, TRIBUTARY_OK);
        EXPECT_EQ(slow.dump, whole.dump) << "chunks of " << chunk;
    }
}

TEST_P(Golden, TheAnswerIsAcceptedByThisDecoderAndNotAnsweredAgain) {
    const Outcome outcome = decode(read(GetParam()), profile_of(GetParam()));
    if (outcome.answer.empty()) return;
    const Outcome answer = decode(outcome.answer);
    for (const std::string& verdict : answer.verdicts) {
        const bool is_accepted = verdict.find(" A") != std::string::npos;
        EXPECT_TRUE(is_accepted) << verdict << "\n" << answer.dump;
    }
    EXPECT_TRUE(answer.answer.empty()) << answer.answer;
}

TEST(GoldenFiles, ShowEveryFindingThereIs) {
    std::set<std::string> seen;
    for (const fs::path& input : inputs()) {
        const Outcome outcome = decode(read(input), profile_of(input));
        seen.insert(outcome.codes.begin(), outcome.codes.end());
    }
    const std::string all[] = {
#define X(name, code, severity, scope, ack_segment, ack_element, rule, message, hint) code,
#include "connectors/feeds/x12/findings.def"
#undef X
    };
    seen.insert({"X12-E0118", "X12-N0126"});  // need big inputs: session_test.cpp
    for (const std::string& code : all) EXPECT_TRUE(seen.count(code)) << code << " is shown by no golden file";
}

TEST(GoldenFiles, FindingCodesAreUnique) {
    std::set<std::string> seen;
    const std::string all[] = {
#define X(name, code, severity, scope, ack_segment, ack_element, rule, message, hint) code,
#include "connectors/feeds/x12/findings.def"
#undef X
    };
    for (const std::string& code : all) EXPECT_TRUE(seen.insert(code).second) << code;
}

}  // namespace
}  // namespace tributary::x12::test
