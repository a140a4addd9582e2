#include "plugins/kit/conformance.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::kit {
namespace {

std::string told(const std::vector<Finding>& findings) {
    std::string text;
    for (const Finding& finding : findings)
        text += (finding.passed ? "ok      " : "FAILED  ") + finding.name + " " + finding.detail + "\n";
    return text;
}

Subject subject(const std::string& folder, const std::string& name) {
    Subject made;
    made.path = folder + "/" + name + ".so";
    made.isolation = host::Isolation::none;
    return made;
}

std::string failures(const Subject& made) {
    std::string text;
    for (const Finding& finding : run_conformance(made)) {
        if (!finding.passed) text += finding.name + ": " + finding.detail + "\n";
    }
    return text;
}

TEST(Conformance, TeachingFeedPasses) {
    Subject lines = subject(CONNECTOR_DIR, "feed_lines");
    lines.sample = "A-1;2;rep7;INV-9\nB-2;-1;rep8;INV-9\n\nC-3;5;rep7;INV-10\n";
    const auto findings = run_conformance(lines);
    EXPECT_TRUE(has_passed(findings)) << told(findings);
    EXPECT_GE(findings.size(), 10u);
}

TEST(Conformance, TeachingGiftCardPasses) {
    Subject gift_card = subject(CONNECTOR_DIR, "giftcard_null");
    gift_card.options = {{"url", "https://pay.example/v1"}};
    gift_card.secrets["token"] = Secret("tok_12345");
    const auto findings = run_conformance(gift_card);
    EXPECT_TRUE(has_passed(findings)) << told(findings);
    EXPECT_GE(findings.size(), 15u);
}

TEST(Conformance, AWorkerMakesNoDifference) {
    Subject lines = subject(CONNECTOR_DIR, "feed_lines");
    lines.sample = "A-1;2;rep7;INV-9\nB-2;-1;rep8;INV-9\n";
    Subject gift_card = subject(CONNECTOR_DIR, "giftcard_null");
    gift_card.options = {{"url", "https://pay.example/v1"}};
    for (Subject* made : {&lines, &gift_card}) {
        made->isolation = host::Isolation::process;
        const auto findings = run_conformance(*made);
        EXPECT_TRUE(has_passed(findings)) << told(findings);
    }
}

TEST(Conformance, TeachingNoticeAndSourcePass) {
    for (const char* name : {"mail_log", "source_poll"}) {
        Subject one = subject(CONNECTOR_DIR, name);
        one.options = {{"url", "https://there.example/x"}};
        const auto findings = run_conformance(one);
        EXPECT_TRUE(has_passed(findings)) << name << "\n" << told(findings);
    }
}

TEST(Conformance, BadConnectorsFailWhereTheyAreBad) {
    const struct {
        const char* name;
        const char* failure_part;
    } table[] = {
        {"wrong_major", "manifest is sound"},
        {"opens_socket", "imports socket"},
        {"forks", "imports fork"},
        {"opens_file", "imports open"},
        {"garbage_status", "status 24301"},
        {"invalid_utf8", "every answer to a request"},
        {"unknown_outcome", "429 to a request"},
        {"lies_about_amount", "429 to a request"},
        {"says_nothing", "no result"},
        {"feed_out_of_order", "hostile files"},
        {"missing_symbol", "the symbol is missing"},
    };
    for (const auto& row : table) {
        EXPECT_THAT(failures(subject(BAD_CONNECTOR_DIR, row.name)), testing::HasSubstr(row.failure_part)) << row.name;
    }
}

TEST(Conformance, APayoutThatSaysDoneToEverythingFails) {
    const std::string text = failures(subject(BAD_CONNECTOR_DIR, "wrong_host"));
    EXPECT_THAT(text, testing::HasSubstr("a 1xx is no answer"));
    EXPECT_THAT(text, testing::HasSubstr("the outcome is done"));
    EXPECT_THAT(text, testing::HasSubstr("evil.test"));
}

TEST(Conformance, AMissingFileGivesFindingsAndNoCrash) {
    const auto findings = run_conformance(subject("/nowhere", "nothing"));
    EXPECT_FALSE(has_passed(findings));
}

}  // namespace
}  // namespace tributary::kit
