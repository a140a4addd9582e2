// The seam as the daemon uses it, with the teaching connectors.
#include "plugins/host/connector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/kit/recording.hpp"

namespace tributary::host {
namespace {

using kit::wait_for;
using testing::HasSubstr;

class TeachingConnectors : public testing::TestWithParam<Isolation> {
protected:
    std::shared_ptr<Connector> open(const std::string& name, std::map<std::string, std::string> options = {}) {
        ConnectorConfig config;
        config.name = name;
        config.path = std::string(CONNECTOR_DIR) + "/" + name + ".so";
        config.isolation = GetParam();
        config.options = std::move(options);
        if (name == "giftcard_null") config.secrets["token"] = Secret("tok_12345");
        auto opened = open_connector(std::move(config));
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? std::move(*opened) : nullptr;
    }
};

const std::string lines_text = "A-1;2;rep7;INV-9\nB-2;-1;rep8;INV-9\nno line\n\nC-3;5;rep7;INV-10";

TEST_P(TeachingConnectors, LinesGivesSalesReturnsAndFindings) {
    const auto connector = open("feed_lines");
    ASSERT_NE(connector->as_feed(), nullptr);
    EXPECT_EQ(connector->as_payout(), nullptr);
    EXPECT_EQ(connector->manifest().id, "feed-lines");
    kit::TextSource source(lines_text);
    kit::RecordingSink sink;
    const auto summary = connector->as_feed()->decode(source, sink, {}, {});
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_EQ(summary->bytes, lines_text.size());
    EXPECT_EQ(summary->events, 3u);
    EXPECT_EQ(summary->diagnostics, 1u);
    const auto events = sink.all<Event>();
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[0].product_ids, (std::vector<Pair>{{"VP", "A-1"}}));
    EXPECT_EQ(events[1].kind, uint32_t{TRIBUTARY_EVENT_RETURN});
    EXPECT_EQ(events[1].quantity, (Decimal{-1, 0, true}));
    EXPECT_EQ(events[2].invoice, "INV-10");
    EXPECT_EQ(events[2].ordinal, 5u);
    EXPECT_EQ(sink.all<Diagnostic>().at(0).value, "no line");
    EXPECT_EQ(sink.all<Set>().back().verdict, uint32_t{TRIBUTARY_ACCEPTED_WITH_ERRORS});
}

TEST_P(TeachingConnectors, LinesGivesTheSameWhateverTheChunks) {
    const auto connector = open("feed_lines");
    kit::TextSource whole(lines_text);
    kit::RecordingSink expected;
    ASSERT_TRUE(connector->as_feed()->decode(whole, expected, {}, {}));
    for (size_t split = 1; split < lines_text.size(); ++split) {
        kit::TextSource source(lines_text, {split, lines_text.size()});
        kit::RecordingSink sink;
        ASSERT_TRUE(connector->as_feed()->decode(source, sink, {}, {}));
        EXPECT_EQ(sink.records, expected.records) << split;
    }
}

TEST_P(TeachingConnectors, LinesCarriesALargeFileThrough) {
    const auto connector = open("feed_lines");
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "A-1;2;rep7;INV-9\n";
    kit::TextSource source(text);
    kit::RecordingSink sink;
    const auto summary = connector->as_feed()->decode(source, sink, {}, {});
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_EQ(summary->events, 20'000u);
    EXPECT_EQ(sink.all<Event>().back().ordinal, 20'000u);
}

TEST_P(TeachingConnectors, LinesStopsAtTheByteLimit) {
    const auto connector = open("feed_lines");
    DecodeLimits limits;
    limits.byte_count_max = 20, limits.chunk_size = 8;
    kit::TextSource source(lines_text);
    kit::RecordingSink sink;
    const auto summary = connector->as_feed()->decode(source, sink, {}, limits);
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().code, ErrorCode::too_large);
}

TEST_P(TeachingConnectors, LinesAcknowledges) {
    const auto connector = open("feed_lines");
    AckRequest request;
    request.interchange.phase = TRIBUTARY_END, request.interchange.verdict = TRIBUTARY_REJECTED;
    request.groups.resize(1), request.sets.resize(2), request.diagnostics.resize(3);
    EXPECT_EQ(*connector->as_feed()->acknowledge(request), "NO\n");
    request.interchange.verdict = TRIBUTARY_ACCEPTED;
    EXPECT_EQ(*connector->as_feed()->acknowledge(request), "OK\n");
}

PayoutJob job() {
    PayoutJob made;
    made.payout_id = "p-1", made.key = "0b4ff9a0-0001", made.recipient_email = "ann@example.com";
    made.amount = {1050, "USD", 2};
    return made;
}

TEST_P(TeachingConnectors, GiftCardBuildsTheSameRequestForTheSameKey) {
    const auto connector = open("giftcard_null", {{"url", "https://pay.example/v1"}});
    const auto build = [&] {
        return wait_for<HttpRequest>([&](auto done) { connector->as_payout()->build(job(), done); });
    };
    const auto request = build();
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->url, "https://pay.example/v1");
    EXPECT_EQ(request->body, R"({"key":"0b4ff9a0-0001","to":"ann@example.com","minor":1050,"currency":"USD"})");
    EXPECT_THAT(request->headers, testing::Contains(Pair{"authorization", "Bearer tok_12345"}));
    EXPECT_EQ(*build(), *request);
}

TEST_P(TeachingConnectors, GiftCardReadsAnswersByWhatTheyProve) {
    const auto connector = open("giftcard_null", {{"url", "https://pay.example/v1"}});
    const struct {
        uint32_t status;
        Outcome sent;
        Outcome looked_up;
    } table[] = {{200, Outcome::done, Outcome::done},         {202, Outcome::pending, Outcome::pending},
                 {400, Outcome::refused, Outcome::unknown},   {401, Outcome::log_in, Outcome::log_in},
                 {404, Outcome::unknown, Outcome::not_found}, {429, Outcome::slow_down, Outcome::slow_down},
                 {500, Outcome::unknown, Outcome::unknown},   {302, Outcome::unknown, Outcome::unknown}};
    for (const auto& row : table) {
        HttpResponse response;
        response.status = row.status;
        response.headers = {{"retry-after", "7"}};
        const auto sent =
            wait_for<PayoutResult>([&](auto done) { connector->as_payout()->interpret(job(), response, done); });
        const auto looked_up =
            wait_for<PayoutResult>([&](auto done) { connector->as_payout()->lookup_interpret(job(), response, done); });
        ASSERT_TRUE(sent && looked_up);
        EXPECT_EQ(sent->outcome, row.sent) << row.status;
        EXPECT_EQ(looked_up->outcome, row.looked_up) << row.status;
        EXPECT_EQ(sent->retry_after_ms, 7000u);
        EXPECT_THAT(sent->references, testing::ElementsAre("0b4ff9a0-0001"));
    }
}

TEST_P(TeachingConnectors, GiftCardHasNoWebhook) {
    const auto connector = open("giftcard_null", {{"url", "https://pay.example/v1"}});
    const auto found = wait_for<WebhookResult>([&](auto done) { connector->as_payout()->webhook({}, done); });
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().message, HasSubstr("cannot read webhooks"));
}

TEST_P(TeachingConnectors, CallsFromManyThreadsAreAllAnswered) {
    const auto connector = open("giftcard_null", {{"url", "https://pay.example/v1"}});
    std::vector<std::future<bool>> answers;
    for (int i = 0; i < 8; ++i) {
        answers.push_back(std::async(std::launch::async, [&, i] {
            PayoutJob mine = job();
            mine.key = "key-" + std::to_string(i);
            const auto request = wait_for<HttpRequest>([&](auto done) { connector->as_payout()->build(mine, done); });
            return request && request->body.find(mine.key) != std::string::npos;
        }));
    }
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
}

TEST_P(TeachingConnectors, ACompletionMayDropTheLastReference) {
    auto connector = open("giftcard_null", {{"url", "https://pay.example/v1"}});
    auto* payout = connector->as_payout();
    std::promise<void> go;
    auto released = go.get_future().share();
    const auto request = wait_for<HttpRequest>([&](auto done) {
        payout->build(job(), [done, released, held = std::move(connector)](Result<HttpRequest> answer) mutable {
            released.wait();
            held.reset();
            done(std::move(answer));
        });
        go.set_value();
    });
    EXPECT_TRUE(request);
}

TEST_P(TeachingConnectors, MailLogBuildsJson) {
    const auto connector = open("mail_log", {{"url", "https://log.example/in"}});
    Message message;
    message.id = "m1", message.to_address = "ann@example.com", message.subject = "Hi \"Ann\"", message.text = "a\nb";
    const auto notice = wait_for<NoticeRequest>([&](auto done) { connector->as_notice()->build(message, done); });
    ASSERT_TRUE(notice) << notice.error().message;
    EXPECT_FALSE(notice->is_mail);
    EXPECT_THAT(notice->request.body, HasSubstr(R"("subject":"Hi \"Ann\"","text":"a\u000ab")"));
    HttpResponse response;
    response.status = 503;
    const auto result =
        wait_for<PayoutResult>([&](auto done) { connector->as_notice()->interpret(message, response, done); });
    EXPECT_EQ(result->outcome, Outcome::retry_same_key);
}

TEST_P(TeachingConnectors, PollGivesEventsAndACursor) {
    const auto connector = open("source_poll", {{"url", "https://lms.example/events"}});
    EXPECT_EQ(connector->as_source()->build({"7", 0})->url, "https://lms.example/events?after=7");
    HttpResponse response;
    response.status = 200;
    response.body =
        R"({"events":[{"id":8,"person":"rep7","course":"laser"},{"id":9,"person":"rep8","course":"ink"}],"more":true})";
    kit::RecordingSink sink;
    const auto outcome = connector->as_source()->interpret({"7", 0}, response, sink);
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->cursor, "9");
    EXPECT_TRUE(outcome->has_more);
    EXPECT_EQ(outcome->events, 2u);
    EXPECT_EQ(sink.all<Event>().at(1).rep_id, "rep8");
    response.body = "garbage";
    EXPECT_FALSE(connector->as_source()->interpret({"7", 0}, response, sink));
}

TEST_P(TeachingConnectors, AreRefusedWithBadOptions) {
    ConnectorConfig config;
    config.name = "cards", config.path = std::string(CONNECTOR_DIR) + "/giftcard_null.so",
    config.isolation = GetParam();
    config.options = {{"ulr", "https://pay.example"}};
    const auto opened = open_connector(config);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::config);
    EXPECT_THAT(opened.error().message, HasSubstr("connector 'cards'"));
    EXPECT_THAT(opened.error().message, HasSubstr("did you mean 'url'?"));
    EXPECT_THAT(opened.error().message, HasSubstr("'url' is required"));
}

TEST_P(TeachingConnectors, CanBeInspectedWithoutOptions) {
    const auto manifest = inspect_connector(std::string(CONNECTOR_DIR) + "/source_poll.so", GetParam());
    ASSERT_TRUE(manifest) << manifest.error().message;
    EXPECT_EQ(manifest->kind, Kind::source);
    EXPECT_EQ(manifest->interval_s, 300u);
}

INSTANTIATE_TEST_SUITE_P(Isolation, TeachingConnectors, testing::Values(Isolation::none, Isolation::process),
                         [](const auto& test) { return test.param == Isolation::none ? "InProcess" : "Isolated"; });

}  // namespace
}  // namespace tributary::host
