#include <gtest/gtest.h>

#include "plugins/sdk/signature.hpp"
#include "tests/unit/connectors/rig.hpp"

extern "C" const tributary_connector* tremendous_connector(void);

namespace tributary::testing {
namespace {

const std::string api_key = "TEST_secret_0123456789";
const std::string webhook_key = "jXjdU8dozx571TG6YzL4";

struct Tremendous : ::testing::Test {
    Rig rig{tremendous_connector(), {{"api_key", api_key}, {"campaign_id", "CAMP1"}, {"webhook_key", webhook_key}}};
    Rig link_rig{tremendous_connector(), {{"api_key", api_key}, {"campaign_id", "CAMP1"}, {"delivery_method", "LINK"}}};
    Job job;
};

const std::string good_order =
    R"({"order":{"id":"ORDER1","external_id":"4d2c7a52-93a1-5c2e-8f60-0123456789ab",)"
    R"("created_at":"2026-01-02T03:04:05Z","status":"EXECUTED","payment":{"subtotal":10.5,"total":10.5,"fees":0},)"
    R"("rewards":[{"id":"REWARD1","order_id":"ORDER1",)"
    R"("value":{"denomination":10.5,"currency_code":"USD"},"recipient":{"name":"Jo Doe","email":"jo@example.com"},)"
    R"("delivery":{"method":"EMAIL","status":"SUCCEEDED"}}]}})";

TEST_F(Tremendous, BuildsTheOrder) {
    const Sent sent = rig.build(job);
    EXPECT_EQ(sent.status, TRIBUTARY_OK);
    EXPECT_EQ(sent.method, "POST");
    EXPECT_EQ(sent.url, "https://testflight.tremendous.com/api/v2/orders");
    EXPECT_EQ(sent.headers.at("Authorization"), "Bearer " + api_key);
    EXPECT_EQ(sent.headers.at("Content-Type"), "application/json");
    EXPECT_EQ(
        sent.body,
        R"({"external_id":"4d2c7a52-93a1-5c2e-8f60-0123456789ab","payment":{"funding_source_id":"balance"},)"
        R"("reward":{"campaign_id":"CAMP1","value":{"denomination":10.50,"currency_code":"USD"},)"
        R"("recipient":{"name":"Jo Doe","email":"jo@example.com"},"language":"en","delivery":{"method":"EMAIL"}}})");
}

TEST_F(Tremendous, ProductsOfThePayoutReplaceTheCampaign) {
    job.product = "OKMHM2X2OHYV, A2J05SWPI2QG";
    EXPECT_NE(rig.build(job).body.find(R"("reward":{"products":["OKMHM2X2OHYV","A2J05SWPI2QG"],"value")"),
              std::string::npos);
}

TEST_F(Tremendous, WritesAmountsExactlyInEveryCurrency) {
    const struct {
        int64_t minor;
        const char* currency;
        uint32_t exponent;
        const char* text;
    } rows[] = {{1500, "JPY", 0, R"("denomination":1500,)"},
                {1, "USD", 2, R"("denomination":0.01,)"},
                {1234, "KWD", 3, R"("denomination":1.234,)"},
                {900719925474099301, "USD", 2, R"("denomination":9007199254740993.01,)"}};
    for (const auto& row : rows) {
        job.minor = row.minor, job.currency = row.currency, job.exponent = row.exponent;
        EXPECT_NE(rig.build(job).body.find(row.text), std::string::npos) << row.text;
    }
}

TEST_F(Tremendous, RefusesUnusableJobs) {
    const auto refused = [&](auto change) {
        Job bad;
        change(bad);
        return rig.build(bad).status == TRIBUTARY_BAD_ARGUMENT;
    };
    EXPECT_TRUE(refused([](Job& bad) { bad.minor = 0; }));
    EXPECT_TRUE(refused([](Job& bad) { bad.key = "1/../2"; }));
    EXPECT_TRUE(refused([](Job& bad) { bad.email = ""; }));
    EXPECT_TRUE(refused([](Job& bad) { bad.currency = ""; }));
    EXPECT_TRUE(refused([](Job& bad) { bad.step = "other"; }));
    EXPECT_FALSE(refused([](Job&) {}));
}

TEST_F(Tremendous, ReadsEveryOrderStatus) {
    const struct {
        const char* order;
        const char* delivery;
        uint32_t outcome;
        const char* code;
    } rows[] = {{"EXECUTED", "SUCCEEDED", TRIBUTARY_OUTCOME_DONE, "delivered"},
                {"EXECUTED", "PENDING", TRIBUTARY_OUTCOME_PENDING, "delivery_pending"},
                {"EXECUTED", "SCHEDULED", TRIBUTARY_OUTCOME_PENDING, "delivery_pending"},
                {"EXECUTED", "FAILED", TRIBUTARY_OUTCOME_PENDING, "delivery_failed"},
                {"EXECUTED", "SOARING", TRIBUTARY_OUTCOME_UNKNOWN, "delivery_status_unknown"},
                {"CANCELED", "PENDING", TRIBUTARY_OUTCOME_REFUSED, "order_canceled"},
                {"FAILED", "PENDING", TRIBUTARY_OUTCOME_REFUSED, "order_failed"},
                {"PENDING APPROVAL", "SCHEDULED", TRIBUTARY_OUTCOME_PENDING, "order_pending"},
                {"PENDING INTERNAL PAYMENT APPROVAL", "SCHEDULED", TRIBUTARY_OUTCOME_PENDING, "order_pending"},
                {"PENDING SETTLEMENT", "SCHEDULED", TRIBUTARY_OUTCOME_PENDING, "order_pending"},
                {"CART", "SCHEDULED", TRIBUTARY_OUTCOME_PENDING, "order_pending"},
                {"OPEN", "SCHEDULED", TRIBUTARY_OUTCOME_PENDING, "order_pending"},
                {"EVAPORATED", "SUCCEEDED", TRIBUTARY_OUTCOME_UNKNOWN, "order_status_unknown"}};
    for (const auto& row : rows) {
        const std::string body = with(with(good_order, "EXECUTED", row.order), "SUCCEEDED", row.delivery);
        for (const uint32_t status : {200u, 201u, 202u}) {
            const Told told = rig.interpret(job, status, body);
            EXPECT_EQ(told.outcome, row.outcome) << body;
            EXPECT_EQ(told.code, row.code);
            EXPECT_EQ(told.references, (std::vector<std::string>{"ORDER1", "REWARD1"}));
        }
        EXPECT_EQ(rig.lookup_interpret(job, 200, body).outcome, row.outcome) << body;
    }
}

TEST_F(Tremendous, TheAnswerToARepeatHoldsOneReward) {
    std::string body = with(with(good_order, "\"rewards\":[", "\"reward\":"), "}]}}", "}}}");
    EXPECT_EQ(rig.interpret(job, 201, body).outcome, TRIBUTARY_OUTCOME_DONE);
}

TEST_F(Tremendous, WhateverDiffersFromThePayoutIsUnknown) {
    const struct {
        const char* from;
        const char* to;
        const char* code;
    } rows[] = {{"0123456789ab", "0123456789ac", "external_id_mismatch"},
                {R"("denomination":10.5)", R"("denomination":10.51)", "amount_mismatch"},
                {R"("denomination":10.5)", R"("denomination":"10.5")", "amount_mismatch"},
                {R"("denomination":10.5)", R"("denomination":10.5000000000000001)", "amount_mismatch"},
                {R"("USD"},"recipient")", R"("CAD"},"recipient")", "currency_mismatch"},
                {"jo@example.com", "joe@example.com", "recipient_mismatch"},
                {R"("email":"jo@example.com")", R"("phone":"+1")", "recipient_mismatch"},
                {R"("method":"EMAIL")", R"("method":"LINK")", "delivery_mismatch"},
                {R"("rewards":[{)", R"("rewards":[{},{)", "reward_count_mismatch"},
                {R"("id":"ORDER1",)", "", "unreadable_answer"}};
    for (const auto& row : rows) {
        const std::string body = with(good_order, row.from, row.to);
        for (const Told& told : {rig.interpret(job, 200, body), rig.lookup_interpret(job, 200, body)}) {
            EXPECT_EQ(told.outcome, TRIBUTARY_OUTCOME_UNKNOWN) << row.to;
            EXPECT_EQ(told.code, row.code);
            EXPECT_FALSE(told.has_amount);
        }
    }
}

TEST_F(Tremendous, AmountsAreComparedWithTheCurrencysDecimals) {
    const std::string body =
        with(with(good_order, "\"denomination\":10.5", "\"denomination\":1.234"), "\"USD\"", "\"KWD\"");
    job.minor = 1234, job.currency = "KWD", job.exponent = 3;
    const Told told = rig.interpret(job, 200, body);
    EXPECT_EQ(told.outcome, TRIBUTARY_OUTCOME_DONE);
    EXPECT_TRUE(told.has_amount);
    EXPECT_EQ(told.amount.minor, 1234);
    const std::string yen =
        with(with(good_order, "\"denomination\":10.5", "\"denomination\":1500"), "\"USD\"", "\"JPY\"");
    job.minor = 1500, job.currency = "JPY", job.exponent = 0;
    EXPECT_EQ(rig.interpret(job, 200, yen).outcome, TRIBUTARY_OUTCOME_DONE);
}

TEST_F(Tremendous, SortsEveryHttpStatus) {
    const struct {
        uint32_t status;
        uint32_t outcome;
        const char* code;
        uint32_t lookup_outcome;
    } rows[] = {{400, TRIBUTARY_OUTCOME_REFUSED, "status_400", TRIBUTARY_OUTCOME_UNKNOWN},
                {401, TRIBUTARY_OUTCOME_OPERATOR, "unauthorized", TRIBUTARY_OUTCOME_UNKNOWN},
                {402, TRIBUTARY_OUTCOME_OPERATOR, "insufficient_funds", TRIBUTARY_OUTCOME_UNKNOWN},
                {403, TRIBUTARY_OUTCOME_OPERATOR, "forbidden", TRIBUTARY_OUTCOME_UNKNOWN},
                {404, TRIBUTARY_OUTCOME_REFUSED, "status_404", TRIBUTARY_OUTCOME_NOT_FOUND},
                {408, TRIBUTARY_OUTCOME_UNKNOWN, "status_408", TRIBUTARY_OUTCOME_UNKNOWN},
                {409, TRIBUTARY_OUTCOME_UNKNOWN, "external_id_conflict", TRIBUTARY_OUTCOME_UNKNOWN},
                {418, TRIBUTARY_OUTCOME_UNKNOWN, "status_418", TRIBUTARY_OUTCOME_UNKNOWN},
                {422, TRIBUTARY_OUTCOME_REFUSED, "status_422", TRIBUTARY_OUTCOME_UNKNOWN},
                {429, TRIBUTARY_OUTCOME_SLOW_DOWN, "rate_limited", TRIBUTARY_OUTCOME_SLOW_DOWN},
                {302, TRIBUTARY_OUTCOME_UNKNOWN, "status_302", TRIBUTARY_OUTCOME_UNKNOWN},
                {204, TRIBUTARY_OUTCOME_UNKNOWN, "status_204", TRIBUTARY_OUTCOME_UNKNOWN},
                {500, TRIBUTARY_OUTCOME_UNKNOWN, "status_500", TRIBUTARY_OUTCOME_UNKNOWN},
                {503, TRIBUTARY_OUTCOME_UNKNOWN, "status_503", TRIBUTARY_OUTCOME_UNKNOWN}};
    for (const auto& row : rows) {
        const Told told = rig.interpret(job, row.status, R"({"errors":{"message":"because","payload":{}}})");
        EXPECT_EQ(told.outcome, row.outcome) << row.status;
        EXPECT_EQ(told.code, row.code);
        EXPECT_EQ(rig.lookup_interpret(job, row.status, "{}").outcome, row.lookup_outcome) << row.status;
    }
}

TEST_F(Tremendous, RateLimitWaitsAsToldOrOneSecond) {
    EXPECT_EQ(rig.interpret(job, 429, R"({"error":{"message":"slow"}})").retry_after_ms, 1000u);
    EXPECT_EQ(rig.interpret(job, 429, "", {{"retry-after", "7"}}).retry_after_ms, 7000u);
    EXPECT_EQ(rig.interpret(job, 429, "", {{"retry-after", "99999999999999999999"}}).retry_after_ms, 1000u);
}

TEST_F(Tremendous, GarbageAndEveryTruncationAreUnknown) {
    for (const char* body :
         {"", "<html>", "null", "[]", "{}", R"({"order":7})", "\xFF\xFE", R"({"order":{"rewards":[[]]}})"}) {
        EXPECT_EQ(rig.interpret(job, 200, body).outcome, TRIBUTARY_OUTCOME_UNKNOWN) << body;
    }
    for (size_t size = 0; size < good_order.size(); ++size) {
        EXPECT_EQ(rig.interpret(job, 200, good_order.substr(0, size)).outcome, TRIBUTARY_OUTCOME_UNKNOWN);
    }
}

TEST_F(Tremendous, MessagesHoldNoSecretAndNoLink) {
    const Told told =
        rig.interpret(job, 401, R"({"errors":{"message":"bad key )" + api_key + R"( or )" + webhook_key + "\"}}");
    EXPECT_EQ(told.message.find(api_key), std::string::npos);
    EXPECT_EQ(told.message.find(webhook_key), std::string::npos);
    EXPECT_NE(told.message.find("bad key ***"), std::string::npos);
}

TEST_F(Tremendous, LookUpAsksByExternalId) {
    const Sent sent = rig.lookup_build(job);
    EXPECT_EQ(sent.method, "GET");
    EXPECT_EQ(sent.url, "https://testflight.tremendous.com/api/v2/orders/" + job.key);
    EXPECT_EQ(sent.body, "");
}

TEST_F(Tremendous, TheLinkIsBearerAndNothingElse) {
    const std::string link = "https://reward.example/r/abc";
    const std::string body = with(good_order, R"("method":"EMAIL","status":"SUCCEEDED")",
                                  R"("method":"LINK","status":"SUCCEEDED","link":")" + link + "\"");
    const Told told = link_rig.interpret(job, 200, body);
    EXPECT_EQ(told.outcome, TRIBUTARY_OUTCOME_DONE);
    EXPECT_EQ(told.bearer, link);
    EXPECT_EQ(told.next_step, "");
    EXPECT_EQ(told.message.find("http"), std::string::npos);
    EXPECT_EQ(told.state, "");
}

TEST_F(Tremendous, ALostLinkIsAskedForInAStepOfItsOwn) {
    const Told found = link_rig.lookup_interpret(job, 200, with(good_order, "\"EMAIL\"", "\"LINK\""));
    EXPECT_EQ(found.outcome, TRIBUTARY_OUTCOME_DONE);
    ASSERT_EQ(found.next_step, "link");
    job.step = found.next_step, job.state = found.state;
    const Sent sent = link_rig.build(job);
    EXPECT_EQ(sent.method, "POST");
    EXPECT_EQ(sent.url, "https://testflight.tremendous.com/api/v2/rewards/REWARD1/generate_link");
    const Told told = link_rig.interpret(job, 200, R"({"reward":{"id":"REWARD1","link":"https://r.example/x"}})");
    EXPECT_EQ(told.outcome, TRIBUTARY_OUTCOME_DONE);
    EXPECT_EQ(told.bearer, "https://r.example/x");
    EXPECT_EQ(told.next_step, "");
    EXPECT_EQ(link_rig.interpret(job, 200, R"({"reward":{"id":"OTHER","link":"https://r.example/x"}})").outcome,
              TRIBUTARY_OUTCOME_UNKNOWN);
    EXPECT_EQ(link_rig.interpret(job, 500, "").outcome, TRIBUTARY_OUTCOME_RETRY_SAME_KEY);
    EXPECT_EQ(link_rig.interpret(job, 422, "").outcome, TRIBUTARY_OUTCOME_OPERATOR);
    job.state = "../orders";
    EXPECT_EQ(link_rig.build(job).status, TRIBUTARY_BAD_ARGUMENT);
}

// Body and signature computed once with another HMAC implementation.
const std::string event_body =
    R"({"event":"REWARDS.DELIVERY.SUCCEEDED","uuid":"4b8a7a32-2d5f-4b0d-9f0b-5f6a6b1f1a11",)"
    R"("created_utc":"2026-01-02T03:04:05.678Z",)"
    R"("payload":{"resource":{"id":"REWARD123456","type":"rewards"},"meta":{}}})";
const std::string event_signature = "sha256=92b6ef8487d8abae60e0027faa02004f8747376e4d1b98e03bd5c9144ef2d186";

TEST_F(Tremendous, BelievesOnlySignedWebhooks) {
    const Judged judged = rig.webhook({{"tremendous-webhook-signature", event_signature}}, event_body, 0);
    EXPECT_EQ(judged.verdict, TRIBUTARY_WEBHOOK_LOOK_UP);
    EXPECT_EQ(judged.event_id, "4b8a7a32-2d5f-4b0d-9f0b-5f6a6b1f1a11");
    EXPECT_EQ(judged.event_kind, "REWARDS.DELIVERY.SUCCEEDED");
    EXPECT_EQ(judged.reference, "REWARD123456");
    const auto verdict = [&](const Headers& headers, const std::string& body) {
        return rig.webhook(headers, body, 0).verdict;
    };
    EXPECT_EQ(verdict({}, event_body), TRIBUTARY_WEBHOOK_FORGED);
    EXPECT_EQ(verdict({{"tremendous-webhook-signature", event_signature}}, event_body + "\n"),
              TRIBUTARY_WEBHOOK_FORGED);
    EXPECT_EQ(verdict({{"tremendous-webhook-signature", event_signature.substr(7)}}, event_body),
              TRIBUTARY_WEBHOOK_FORGED);
    EXPECT_EQ(link_rig.webhook({{"tremendous-webhook-signature", event_signature}}, event_body, 0).verdict,
              TRIBUTARY_WEBHOOK_FORGED);  // no key configured
}

TEST_F(Tremendous, SignedWebhooksOfNoInterestAreIgnored) {
    for (const std::string& body : {with(event_body, "REWARDS.DELIVERY.SUCCEEDED", "FUNDING_SOURCES.CREATED"),
                                    with(event_body, "\"id\":\"REWARD123456\",", ""), std::string("not json")}) {
        const std::string signature = "sha256=" + sdk::hex_text(sdk::hmac_sha256(webhook_key, body));
        EXPECT_EQ(rig.webhook({{"tremendous-webhook-signature", signature}}, body, 0).verdict,
                  TRIBUTARY_WEBHOOK_IGNORED);
    }
}

TEST(TremendousOptions, BadValuesAreNamedWithoutShowingThem) {
    const std::pair<const char*, const char*> rows[] = {{"api_key", "two\r\nlines"}, {"delivery_method", "PIGEON"},
                                                        {"funding_source_id", ""}, {"base_url", ""}};
    for (const auto& [name, value] : rows) {
        std::map<std::string, std::string> options = {{"api_key", api_key}};
        options[name] = value;
        Rig rig(tremendous_connector(), options);
        EXPECT_EQ(rig.created, TRIBUTARY_BAD_OPTION) << name;
        EXPECT_NE(rig.log.find(name), std::string::npos) << rig.log;
        EXPECT_EQ(rig.log.find("two"), std::string::npos);
    }
}

}  // namespace
}  // namespace tributary::testing
