// Interchanges and exceptions.
#include "tests/unit/api/api_fixture.hpp"

namespace tributary::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string header_of(const net::Response& response, std::string_view name) {
    for (const net::Header& header : response.headers)
        if (header.name == name) return header.value;
    return {};
}

class FeedsTest : public ApiTest {
protected:
    net::Response upload(const std::string& target, const std::string& bytes = "ISA") {
        net::Request out = with_file(request("POST", target), bytes);
        out.headers.push_back({"idempotency-key", "k1"});
        return send(with_token(std::move(out), "acme-token-0123456789"));
    }
    void add_interchange(int64_t seq, const char* feed, const char* state) {
        write([&](store::Tx& tx) {
            tx.run("INSERT INTO interchange VALUES (?, ?, 'https', '', 'f.edi', ?, 5, 1000, 't', '')", seq, feed,
                   sha256("x"));
            tx.run("INSERT INTO interchange_state (interchange, state, exceptions, changed_at) VALUES (?, ?, 1, 0)",
                   seq, state);
        });
    }
    void add_exception(int64_t id, EventId event) {
        write([&](store::Tx& tx) {
            tx.run(
                "INSERT INTO exception (id, event_id, report, cause, subject, detail, raw, state, created_at) "
                "VALUES (?, ?, 0, 'unknown_rep', 'X', 'who?', '{}', 'open', 1000)",
                id, event);
        });
    }
};

TEST_F(FeedsTest, UploadAnswers202WithTheLocation) {
    const net::Response response = upload("/v1/feeds/acme/interchanges?file_name=a.edi");
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(header_of(response, "location"), "/v1/interchanges/12");
    ASSERT_EQ(intake_.arrivals.size(), 1u);
    EXPECT_EQ(intake_.arrivals[0].feed, "acme");
    EXPECT_EQ(intake_.arrivals[0].transport, "https");
    EXPECT_EQ(intake_.arrivals[0].transport_id, "k1");
    EXPECT_EQ(intake_.arrivals[0].file_name, "a.edi");
    EXPECT_EQ(intake_.arrivals[0].trace_id, "0123456789abcdef0123456789abcdef");
}

TEST_F(FeedsTest, WaitingGivesTheAcknowledgementItself) {
    const net::Response response = upload("/v1/feeds/acme/interchanges?wait=5");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "ISA*00~");
    EXPECT_EQ(header_of(response, "content-type"), "application/edi-x12");
    EXPECT_EQ(header_of(response, "tributary-interchange"), "12");
}

TEST_F(FeedsTest, WaitingEndsWhenTimeIsUp) {
    flow_.is_answering = false;
    EXPECT_EQ(upload("/v1/feeds/acme/interchanges?wait=0").status, 202);
}

TEST_F(FeedsTest, WaitingEndsWhenTheDaemonStops) {
    flow_.is_answering = false;
    auto answer = std::async(std::launch::async, [&] { return upload("/v1/feeds/acme/interchanges?wait=60"); });
    api_->stop_waiting();
    EXPECT_EQ(answer.get().status, 202);
}

TEST_F(FeedsTest, NoAcknowledgementIsNoContent) {
    flow_.ack.clear();
    EXPECT_EQ(upload("/v1/feeds/acme/interchanges?wait").status, 204);
}

TEST_F(FeedsTest, RefusedUploadsLeaveNoFile) {
    EXPECT_EQ(upload("/v1/feeds/acme/interchanges", std::string(1001, 'x')).status, 413);
    EXPECT_FALSE(upload_exists());
    EXPECT_EQ(upload("/v1/feeds/acme/interchanges", "").status, 400);
    EXPECT_FALSE(upload_exists());
    EXPECT_EQ(upload("/v1/feeds/acme/interchanges?wait=61").status, 400);
    EXPECT_FALSE(upload_exists());
    EXPECT_EQ(send(with_file(request("POST", "/v1/feeds/nobody/interchanges"), "x")).status, 404);
    EXPECT_FALSE(upload_exists());
    EXPECT_TRUE(intake_.arrivals.empty());
}

TEST_F(FeedsTest, ValidateLeavesNoFile) {
    const net::Response response = upload("/v1/feeds/acme/validate");
    EXPECT_EQ(object(response).at("size"), 3);
    EXPECT_FALSE(upload_exists());
}

TEST_F(FeedsTest, ListsInPagesBothWays) {
    for (int64_t seq = 1; seq <= 5; ++seq)
        add_interchange(seq, seq == 3 ? "other" : "acme", seq == 5 ? "rejected" : "done");
    const auto numbers = [&](const std::string& target) {
        std::vector<int64_t> out;
        for (const json::value& item : items(get(target))) out.push_back(item.at("interchange").as_int64());
        return out;
    };
    EXPECT_THAT(numbers("/v1/interchanges?limit=2"), ElementsAre(1, 2));
    EXPECT_EQ(object(get("/v1/interchanges?limit=2")).at("next"), 2);
    EXPECT_THAT(numbers("/v1/interchanges?limit=2&after=4"), ElementsAre(5));
    EXPECT_FALSE(object(get("/v1/interchanges?limit=2&after=4")).contains("next"));
    EXPECT_THAT(numbers("/v1/interchanges?order=newest&limit=2"), ElementsAre(5, 4));
    EXPECT_THAT(numbers("/v1/interchanges?order=newest&limit=2&after=4"), ElementsAre(3, 2));
    EXPECT_THAT(numbers("/v1/interchanges?state=rejected"), ElementsAre(5));
    EXPECT_THAT(numbers("/v1/interchanges?feed=other"), ElementsAre(3));
    for (const char* bad : {"limit=0", "limit=1001", "limit=x", "after=-1", "order=best"})
        EXPECT_EQ(get(std::string("/v1/interchanges?") + bad).status, 400) << bad;
    EXPECT_EQ(get("/v1/interchanges/x").status, 400);
    EXPECT_EQ(get("/v1/interchanges/99").status, 404);
    EXPECT_EQ(get("/v1/interchanges/99/ack").status, 404);
}

TEST_F(FeedsTest, IgnoringAnExceptionNeedsAReasonAndIsAudited) {
    add_interchange(1, "acme", "done");
    add_exception(7, event_id_of(InterchangeSeq{1}, 4));
    EXPECT_EQ(post("/v1/exceptions/7/ignore", {}).status, 400);
    EXPECT_EQ(post("/v1/exceptions/8/ignore", {{"reason", "old"}}).status, 404);
    EXPECT_EQ(items(get("/v1/exceptions"))[0].at("line"), "1-4");
    EXPECT_EQ(post("/v1/exceptions/7/ignore", {{"reason", "old"}}).status, 200);
    EXPECT_TRUE(items(get("/v1/exceptions")).empty());
    EXPECT_EQ(items(get("/v1/exceptions?state=all"))[0].at("note"), "old");
    EXPECT_EQ(items(get("/v1/interchanges"))[0].at("exceptions"), 0);
    EXPECT_EQ(post("/v1/exceptions/7/ignore", {{"reason", "again"}}).status, 404);
    EXPECT_THAT(audited(), ElementsAre(HasSubstr("exception.ignore 7")));
}

TEST_F(FeedsTest, ADryRetryIsNotAudited) {
    EXPECT_EQ(object(post("/v1/exceptions/retry", {{"cause", "unknown_rep"}, {"dry_run", true}})).at("posted"), 2);
    EXPECT_EQ(flow_.retried, "0/unknown_rep/true");
    EXPECT_TRUE(audited().empty());
    post("/v1/exceptions/retry", {{"id", 3}});
    EXPECT_EQ(flow_.retried, "3//false");
    EXPECT_EQ(audited().size(), 1u);
}

TEST_F(FeedsTest, ALineThatIsAnExceptionSaysSo) {
    add_interchange(1, "acme", "done");
    add_exception(7, event_id_of(InterchangeSeq{1}, 4));
    const net::Response response = get("/v1/events/1-4/explanation");
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("unknown_rep"));
    for (const char* bad : {"1", "1-", "-1", "x-1", "1-99999999", "0-1"})
        EXPECT_EQ(get(std::string("/v1/events/") + bad + "/explanation").status, 400) << bad;
}

}  // namespace
}  // namespace tributary::api
