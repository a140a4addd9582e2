// A distributor's side, with the real programs: HTTPS, tokens, answers, repeats.
#include <gtest/gtest.h>

#include "tests/e2e/bench.hpp"

namespace tributary::e2e {
namespace {

class MainJob : public ::testing::Test {
protected:
    void SetUp() override {
        bench_.Start();
        bench_.ImportWorld(generator::make_world(small_world(40, 1)));
        bench_.FundAll();
    }
    Bench bench_;
};

TEST_F(MainJob, AnUploadIsAnsweredWithItsAcknowledgementAndPosted) {
    const std::string edi = make_867(small_world(40, 1));
    const Answer answer = bench_.Upload("/v1/feeds/orbit/interchanges?wait", edi);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.body.substr(0, 4), "ISA*");
    EXPECT_NE(answer.body.find("AK9*A*1*1*1"), std::string::npos) << answer.body;
    ASSERT_TRUE(Bench::Eventually([&] { return bench_.Get("/v1/interchanges/1").json.at("state") == "done"; }));
    const json::value shown = bench_.Get("/v1/interchanges/1").json;
    EXPECT_EQ(shown.at("lines").as_int64(), 40);
    EXPECT_EQ(shown.at("posted").as_int64() + shown.at("exceptions").as_int64(), 40);
    int exit_code = -1;
    bench_.Ctl({"ledger", "verify"}, &exit_code);
    EXPECT_EQ(exit_code, 0);
    EXPECT_EQ(bench_.Stop(), 0);
}

TEST_F(MainJob, WithoutWaitTheAnswerIsALocation) {
    const Answer answer = bench_.Upload("/v1/feeds/orbit/interchanges", make_867(small_world(5, 1)));
    EXPECT_EQ(answer.status, 202) << answer.body;
    EXPECT_EQ(answer.location, "/v1/interchanges/1");
}

TEST_F(MainJob, OnlyTheFeedsOwnTokenOpensIt) {
    const std::string edi = make_867(small_world(5, 1));
    EXPECT_EQ(bench_.Upload("/v1/feeds/orbit/interchanges", edi, "wrong").status, 401);
    EXPECT_EQ(bench_.Upload("/v1/feeds/orbit/interchanges", edi, "e2e-other-token-0123456789abcdef").status, 403);
    EXPECT_EQ(bench_.Get("/v1/interchanges/1").status, 404);
}

TEST_F(MainJob, TheSameNumberAnswersTheSameBytesAndOtherBytesAreRefused) {
    const std::string edi = make_867(small_world(10, 7));
    const Answer first = bench_.Upload("/v1/feeds/orbit/interchanges?wait", edi);
    const Answer again = bench_.Upload("/v1/feeds/orbit/interchanges?wait", edi);
    EXPECT_EQ(first.body, again.body);
    auto other = small_world(10, 7);
    other.seed = 99;
    const Answer refused = bench_.Upload("/v1/feeds/orbit/interchanges?wait", make_867(other));
    EXPECT_NE(refused.body.find("*R*025~"), std::string::npos) << refused.body;
    EXPECT_EQ(bench_.Get("/v1/interchanges/2").json.at("state"), "duplicate");
    EXPECT_EQ(bench_.Get("/v1/interchanges/3").json.at("state"), "rejected");
}

TEST_F(MainJob, TheSameKeyIsTheSameInterchange) {
    const std::string edi = make_867(small_world(10, 7));
    EXPECT_EQ(bench_.Upload("/v1/feeds/orbit/interchanges", edi, feed_token, "k1").location, "/v1/interchanges/1");
    EXPECT_EQ(bench_.Upload("/v1/feeds/orbit/interchanges", edi, feed_token, "k1").location, "/v1/interchanges/1");
    EXPECT_EQ(bench_.Upload("/v1/feeds/orbit/interchanges", edi + "\n", feed_token, "k1").status, 409);
}

TEST_F(MainJob, ACutFilePostsNothingAndValidateChangesNothing) {
    const std::string edi = make_867(small_world(10, 7));
    for (const size_t size : {edi.size() - 12, edi.size() / 2, size_t{200}, size_t{50}})
        bench_.Upload("/v1/feeds/orbit/interchanges?wait", edi.substr(0, size));
    const Answer preview = bench_.Upload("/v1/feeds/orbit/validate", edi);
    ASSERT_EQ(preview.status, 200) << preview.body;
    EXPECT_EQ(preview.json.at("would_be"), "accepted");
    EXPECT_EQ(preview.json.at("would_post").as_int64() + preview.json.at("would_wait").as_int64(), 10);
    EXPECT_EQ(bench_.RichRep(1), "");
    for (int i = 1; i <= 4; ++i)
        EXPECT_EQ(bench_.Get("/v1/interchanges/" + std::to_string(i)).json.at("state"), "rejected") << i;
}

TEST_F(MainJob, ABadFileGetsErrorsThatItsSenderCanMend) {
    std::string edi = make_867(small_world(3, 7));
    const size_t quantity = edi.find("QTY*32*");
    edi.replace(quantity + 7, 1, "X");
    const Answer answer = bench_.Upload("/v1/feeds/orbit/interchanges?wait", edi);
    EXPECT_NE(answer.body.find("AK3*QTY*"), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find("AK5*R*5"), std::string::npos) << answer.body;
    const json::value finding = bench_.Get("/v1/interchanges/1").json.at("report").at("findings").as_array().at(0);
    EXPECT_EQ(finding.at("segment"), "QTY");
    EXPECT_EQ(finding.at("element").as_int64(), 2);
    EXPECT_EQ(finding.at("byte").as_int64() > 0, true);
    EXPECT_FALSE(finding.at("hint").as_string().empty());
}

}  // namespace
}  // namespace tributary::e2e
