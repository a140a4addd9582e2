#include <gtest/gtest.h>

#include "core/base/encoding.hpp"
#include "core/notice/notice.hpp"
#include "core/notice/templates.hpp"

namespace tributary::notice {
namespace {

json::object award_data() {
    return {{"name", "Jo"}, {"program", "Spring"}, {"period", "2026-11"}, {"interchange", "acme.x12"},
            {"lines", json::array{json::object{{"title", "Laser <fast> & new"}, {"amount", "120 points"}},
                                  json::object{{"title", "Ink"}, {"amount", "30 points"}}}},
            {"total", "150 points"}, {"balance", "900 points"}};
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(Render, WritesAnAwardSummaryInEnglish) {
    const auto page = render("award_summary", "en-US", award_data());
    ASSERT_TRUE(page);
    EXPECT_EQ(page->subject, "You earned 150 points - Spring");
    EXPECT_EQ(page->language, "en");
    EXPECT_TRUE(contains(page->text, "Hello Jo,")) << page->text;
    EXPECT_TRUE(contains(page->text, "  Laser <fast> & new: 120 points\n  Ink: 30 points\n")) << page->text;
    EXPECT_TRUE(contains(page->text, "Your balance: 900 points"));
    EXPECT_TRUE(contains(page->html, "<html lang=\"en\">"));
    EXPECT_TRUE(contains(page->html, "<td>Laser &lt;fast&gt; &amp; new</td>"));
}

TEST(Render, FollowsTheLanguageAndFallsBackToEnglish) {
    struct Case {
        const char* asked;
        const char* got;
    };
    const Case cases[] = {{"de", "de"}, {"de-AT", "de"}, {"DE_CH", "de"}, {"en", "en"},
                          {"fr", "en"}, {"", "en"},      {"deu", "en"}};
    for (const Case& one : cases)
        EXPECT_EQ(render("award_summary", one.asked, award_data())->language, one.got) << one.asked;
    EXPECT_TRUE(contains(render("award_summary", "de", award_data())->text, "Ihr Guthaben: 900 points"));
}

TEST(Render, KnowsEveryKindInBothLanguagesEvenWithoutData) {
    for (const char* kind : {"award_summary", "payout_settled", "payout_refused"}) {
        for (const char* language : {"en", "de"}) {
            const auto page = render(kind, language, {});
            ASSERT_TRUE(page) << kind;
            EXPECT_EQ(page->language, language);
            EXPECT_FALSE(page->subject.empty());
            EXPECT_FALSE(contains(page->text + page->html + page->subject, "{{")) << kind;
            EXPECT_TRUE(contains(page->html, std::string("<html lang=\"") + language + "\">"));
            EXPECT_FALSE(contains(page->html, "<img"));
            EXPECT_TRUE(is_utf8(page->subject) && is_utf8(page->text) && is_utf8(page->html));
        }
    }
    EXPECT_EQ(templates().size(), 6u);
}

TEST(Render, TellsWhyARewardWasNotPaid) {
    const json::object data{{"name", "Jo"},           {"reward", "Gift card"},
                            {"amount", "10.00 USD"},  {"reason", "The card is closed."},
                            {"spent", "1000 points"}, {"payout", "P7"}};
    const auto page = render("payout_refused", "en", data);
    EXPECT_TRUE(contains(page->text, "Reason: The card is closed."));
    EXPECT_TRUE(contains(page->text, "1000 points are back in your balance."));
}

TEST(Render, LetsNoDataBreakOutOfItsPlace) {
    const std::string evil = "x\r\nBcc: all@example.com\x01<script>alert('1')</script>{{total}}";
    for (const char* kind : {"award_summary", "payout_settled", "payout_refused"}) {
        const json::object data{{"name", evil}, {"program", evil}, {"reward", evil}, {"amount", evil}, {"reason", evil},
                                {"reference", evil}, {"total", evil}};
        const auto page = render(kind, "en", data);
        ASSERT_TRUE(page);
        EXPECT_EQ(page->subject.find_first_of("\r\n"), std::string::npos);
        EXPECT_LE(page->subject.size(), 200u);
        EXPECT_FALSE(contains(page->html, "<script"));
        EXPECT_FALSE(contains(page->text, "\r"));
        EXPECT_FALSE(contains(page->text, "\x01"));
    }
}

TEST(Render, CutsALongSubjectBetweenCharacters) {
    std::string name;
    while (name.size() < 400) name += "ä";
    const auto page = render("payout_settled", "en", {{"reward", name}});
    EXPECT_LE(page->subject.size(), 200u);
    EXPECT_TRUE(is_utf8(page->subject));
}

TEST(Render, RefusesAnUnknownKind) {
    const auto page = render("birthday", "en", {});
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace tributary::notice
