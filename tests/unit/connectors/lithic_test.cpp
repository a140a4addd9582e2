#include <gtest/gtest.h>

#include "plugins/sdk/signature.hpp"
#include "tests/unit/connectors/rig.hpp"

extern "C" const tributary_connector* lithic_connector(void);

namespace tributary::testing {
namespace {

const std::string api_key = "lithic-secret-0123456789";
const std::string account = "11111111-2222-4333-8444-555555555555";
const std::string card_token = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
const std::string card_state = R"({"card_token":")" + card_token + R"(","last_four":"4242"})";
const std::string webhook_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

std::map<std::string, std::string> options_of_lithic() {
    return {{"api_key", api_key}, {"financial_account_token", account}, {"book_transfer_subtype", "REWARD_LOAD"},
            {"webhook_secret", webhook_secret}};
}

struct Lithic : ::testing::Test {
    Lithic() { load.step = "load", load.state = card_state; }
    Rig rig{lithic_connector(), options_of_lithic()};
    Job first;  // no card yet
    Job load;
};

const std::string good_card = R"({"token":")" + card_token + R"(","last_four":"4242","state":"OPEN","type":"VIRTUAL"})";
const std::string good_transfer =
    R"({"token":"4d2c7a52-93a1-5c2e-8f60-0123456789ab","family":"TRANSFER","status":"SETTLED","result":"APPROVED",)"
    R"("category":"REWARD","currency":"USD","pending_amount":0,"settled_amount":1050,"events":[],)"
    R"("from_financial_account_token":"11111111-2222-4333-8444-555555555555",)"
    R"("to_financial_account_token":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee","external_id":"pay-1"})";
const std::string pending_transfer =
    with(with(with(good_transfer, "SETTLED", "PENDING"), "\"pending_amount\":0", "\"pending_amount\":1050"),
         "\"settled_amount\":1050", "\"settled_amount\":0");

TEST_F(Lithic, TheFirstPayoutMakesACard) {
    const Sent sent = rig.build(first);
    EXPECT_EQ(sent.status, TRIBUTARY_OK);
    EXPECT_EQ(sent.method, "POST");
    EXPECT_EQ(sent.url, "https://sandbox.lithic.com/v1/cards");
    EXPECT_EQ(sent.headers.at("Authorization"), api_key);
    EXPECT_EQ(sent.headers.at("Idempotency-Key"), first.key);
    EXPECT_EQ(sent.body, R"({"type":"VIRTUAL","memo":"Recipient p-7","state":"OPEN"})");
    const Told told = rig.interpret(first, 200, good_card);
    EXPECT_EQ(told.outcome, TRIBUTARY_OUTCOME_DONE);
    EXPECT_EQ(told.next_step, "load");
    EXPECT_EQ(told.state, card_state);
    EXPECT_EQ(told.recipient_state, card_state);
    EXPECT_EQ(told.references, std::vector<std::string>{card_token});
}

TEST_F(Lithic, TheSecondStepLoadsTheCard) {
    const Sent sent = rig.build(load);
    EXPECT_EQ(sent.url, "https://sandbox.lithic.com/v1/book_transfers");
    EXPECT_EQ(sent.headers.count("Idempotency-Key"), 0u);
    EXPECT_EQ(
        sent.body,
        R"({"token":"4d2c7a52-93a1-5c2e-8f60-0123456789ab","amount":1050,"category":"REWARD","type":"DISBURSE",)"
        R"("subtype":"REWARD_LOAD","from_financial_account_token":"11111111-2222-4333-8444-555555555555",)"
        R"("to_financial_account_token":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee","external_id":"pay-1","memo":"Q1",)"
        R"("on_closed_account":"FAIL"})");
}

TEST_F(Lithic, ALaterPayoutLoadsTheRecipientsCardAtOnce) {
    first.recipient_state = card_state;
    EXPECT_EQ(rig.build(first).body, rig.build(load).body);
    EXPECT_EQ(rig.interpret(first, 200, good_transfer).outcome, TRIBUTARY_OUTCOME_DONE);
}

TEST_F(Lithic, ACardAnswerIsReadAsOneEvenWhenTheRecipientGotACardMeanwhile) {
    first.recipient_state = with(card_state, "aaaaaaaa", "99999999");
    const Told told = rig.interpret(first, 200, good_card);
    EXPECT_EQ(told.outcome, TRIBUTARY_OUTCOME_DONE);
    EXPECT_EQ(told.next_step, "load");
    load.recipient_state = first.recipient_state;  // the payout goes on with its own card
    EXPECT_NE(rig.build(load).body.find(card_token), std::string::npos);
}

TEST_F(Lithic, RefusesUnusableJobs) {
    const auto refused = [&](auto change) {
        Job bad = load;
        change(bad);
        return rig.build(bad).status == TRIBUTARY_BAD_ARGUMENT;
    };
    EXPECT_TRUE(refused([](Job& bad) { bad.minor = 0; }));
    EXPECT_TRUE(refused([](Job& bad) { bad.currency = "JPY", bad.exponent = 0; }));
    EXPECT_TRUE(refused([](Job& bad) { bad.currency = "KWD", bad.exponent = 3; }));
    EXPECT_TRUE(refused([](Job& bad) { bad.key = "no-uuid"; }));
    EXPECT_TRUE(refused([](Job& bad) { bad.state = "{}"; }));
    EXPECT_TRUE(refused([](Job& bad) { bad.step = "melt"; }));
    EXPECT_TRUE(refused([](Job& bad) { bad.step = "", bad.state = "", bad.recipient_state = "broken"; }));
    EXPECT_FALSE(refused([](Job&) {}));
}

TEST_F(Lithic, LongMemosAreCutBetweenCharacters) {
    load.memo = std::string(511, 'm') + "\xC3\xA9";
    EXPECT_NE(rig.build(load).body.find("\"memo\":\"" + std::string(511, 'm') + "\""), std::string::npos);
}

TEST_F(Lithic, ReadsEveryTransferStatus) {
    const std::string declined = with(with(pending_transfer, "PENDING", "DECLINED"), "APPROVED", "DECLINED");
    const struct {
        std::string body;
        uint32_t outcome;
        const char* code;
    } rows[] = {{good_transfer, TRIBUTARY_OUTCOME_DONE, "settled"},
                {pending_transfer, TRIBUTARY_OUTCOME_PENDING, "pending"},
                {declined, TRIBUTARY_OUTCOME_REFUSED, "declined"},
                {with(declined, "\"events\":[]", R"("events":[{"detailed_results":["FUNDS_INSUFFICIENT"]}])"),
                 TRIBUTARY_OUTCOME_REFUSED, "funds_insufficient"},
                {with(declined, "\"events\":[]", R"("events":[{"detailed_results":["Bad <b>"]},7])"),
                 TRIBUTARY_OUTCOME_REFUSED, "declined"},
                {with(pending_transfer, "APPROVED", "DECLINED"), TRIBUTARY_OUTCOME_REFUSED, "declined"},
                {with(good_transfer, "SETTLED", "REVERSED"), TRIBUTARY_OUTCOME_REFUSED, "reversed"},
                {with(good_transfer, "SETTLED", "RETURNED"), TRIBUTARY_OUTCOME_REFUSED, "reversed"},
                {with(good_transfer, "SETTLED", "CANCELED"), TRIBUTARY_OUTCOME_REFUSED, "canceled"},
                {with(good_transfer, "APPROVED", "DECLINED"), TRIBUTARY_OUTCOME_UNKNOWN, "contradictory_answer"},
                {with(pending_transfer, "PENDING", "DECLINED"), TRIBUTARY_OUTCOME_UNKNOWN, "contradictory_answer"},
                {with(good_transfer, "APPROVED", "PERHAPS"), TRIBUTARY_OUTCOME_UNKNOWN, "contradictory_answer"},
                {with(good_transfer, "SETTLED", "MELTED"), TRIBUTARY_OUTCOME_UNKNOWN, "status_unknown"}};
    for (const auto& row : rows) {
        for (const Told& told : {rig.interpret(load, 200, row.body), rig.lookup_interpret(load, 200, row.body)}) {
            EXPECT_EQ(told.outcome, row.outcome) << row.body;
            EXPECT_EQ(told.code, row.code);
            EXPECT_EQ(told.references, std::vector<std::string>{load.key});
        }
    }
}

TEST_F(Lithic, WhateverDiffersFromThePayoutIsUnknown) {
    const struct {
        const char* from;
        const char* to;
        const char* code;
    } rows[] = {{"0123456789ab", "0123456789ac", "token_mismatch"},
                {"\"USD\"", "\"CAD\"", "currency_mismatch"},
                {"\"settled_amount\":1050", "\"settled_amount\":1051", "amount_mismatch"},
                {"\"settled_amount\":1050", "\"settled_amount\":1050.5", "amount_mismatch"},
                {"\"settled_amount\":1050", "\"settled_amount\":\"1050\"", "amount_mismatch"},
                {"aaaaaaaa", "aaaaaaab", "recipient_mismatch"},
                {"11111111-", "11111112-", "source_mismatch"},
                {"\"pay-1\"", "\"pay-2\"", "external_id_mismatch"}};
    for (const auto& row : rows) {
        const Told told = rig.interpret(load, 200, with(good_transfer, row.from, row.to));
        EXPECT_EQ(told.outcome, TRIBUTARY_OUTCOME_UNKNOWN) << row.to;
        EXPECT_EQ(told.code, row.code);
        EXPECT_FALSE(told.has_amount);
    }
    EXPECT_EQ(rig.interpret(load, 200, with(good_transfer, "\"pay-1\"", "null")).outcome, TRIBUTARY_OUTCOME_DONE);
}

TEST_F(Lithic, ADifferentCardIsUnknown) {
    EXPECT_EQ(rig.interpret(first, 200, with(good_card, "VIRTUAL", "PHYSICAL")).code, "card_type_mismatch");
    EXPECT_EQ(rig.interpret(first, 200, with(good_card, "OPEN", "CLOSED")).code, "card_state_unknown");
    EXPECT_EQ(rig.interpret(first, 200, with(good_card, "4242", "42424")).code, "unreadable_answer");
    EXPECT_EQ(rig.interpret(first, 200, with(good_card, "aaaaaaaa", "../../")).outcome, TRIBUTARY_OUTCOME_UNKNOWN);
}

TEST_F(Lithic, SortsEveryHttpStatus) {
    const struct {
        uint32_t status;
        uint32_t load_outcome, card_outcome, lookup_outcome;
    } rows[] = {
        {400, TRIBUTARY_OUTCOME_REFUSED, TRIBUTARY_OUTCOME_REFUSED, TRIBUTARY_OUTCOME_UNKNOWN},
        {401, TRIBUTARY_OUTCOME_OPERATOR, TRIBUTARY_OUTCOME_OPERATOR, TRIBUTARY_OUTCOME_UNKNOWN},
        {403, TRIBUTARY_OUTCOME_OPERATOR, TRIBUTARY_OUTCOME_OPERATOR, TRIBUTARY_OUTCOME_UNKNOWN},
        {404, TRIBUTARY_OUTCOME_REFUSED, TRIBUTARY_OUTCOME_REFUSED, TRIBUTARY_OUTCOME_NOT_FOUND},
        {408, TRIBUTARY_OUTCOME_UNKNOWN, TRIBUTARY_OUTCOME_RETRY_SAME_KEY, TRIBUTARY_OUTCOME_UNKNOWN},
        {409, TRIBUTARY_OUTCOME_UNKNOWN, TRIBUTARY_OUTCOME_RETRY_SAME_KEY, TRIBUTARY_OUTCOME_UNKNOWN},
        {418, TRIBUTARY_OUTCOME_UNKNOWN, TRIBUTARY_OUTCOME_UNKNOWN, TRIBUTARY_OUTCOME_UNKNOWN},
        {422, TRIBUTARY_OUTCOME_REFUSED, TRIBUTARY_OUTCOME_REFUSED, TRIBUTARY_OUTCOME_UNKNOWN},
        {429, TRIBUTARY_OUTCOME_SLOW_DOWN, TRIBUTARY_OUTCOME_SLOW_DOWN, TRIBUTARY_OUTCOME_SLOW_DOWN},
        {500, TRIBUTARY_OUTCOME_UNKNOWN, TRIBUTARY_OUTCOME_RETRY_SAME_KEY, TRIBUTARY_OUTCOME_UNKNOWN},
        {503, TRIBUTARY_OUTCOME_UNKNOWN, TRIBUTARY_OUTCOME_RETRY_SAME_KEY, TRIBUTARY_OUTCOME_UNKNOWN},
        {302, TRIBUTARY_OUTCOME_UNKNOWN, TRIBUTARY_OUTCOME_UNKNOWN, TRIBUTARY_OUTCOME_UNKNOWN}};
    const std::string body = R"({"debugging_request_id":"x","message":"because"})";
    for (const auto& row : rows) {
        EXPECT_EQ(rig.interpret(load, row.status, body).outcome, row.load_outcome) << row.status;
        EXPECT_EQ(rig.interpret(first, row.status, body).outcome, row.card_outcome) << row.status;
        EXPECT_EQ(rig.lookup_interpret(load, row.status, body).outcome, row.lookup_outcome) << row.status;
    }
    EXPECT_EQ(rig.interpret(load, 429, body, {{"retry-after", "3"}}).retry_after_ms, 3000u);
}

TEST_F(Lithic, GarbageAndEveryTruncationAreUnknown) {
    for (const char* body : {"", "<html>", "null", "[]", "{}", "7", "\xFF", R"({"token":[]})"}) {
        EXPECT_EQ(rig.interpret(load, 200, body).outcome, TRIBUTARY_OUTCOME_UNKNOWN) << body;
        EXPECT_EQ(rig.interpret(first, 200, body).outcome, TRIBUTARY_OUTCOME_UNKNOWN) << body;
    }
    for (size_t size = 0; size < good_transfer.size(); ++size) {
        EXPECT_EQ(rig.interpret(load, 200, good_transfer.substr(0, size)).outcome, TRIBUTARY_OUTCOME_UNKNOWN);
    }
    for (size_t size = 0; size < good_card.size(); ++size) {
        EXPECT_EQ(rig.interpret(first, 200, good_card.substr(0, size)).outcome, TRIBUTARY_OUTCOME_UNKNOWN);
    }
}

TEST_F(Lithic, LooksUpLoadsByTokenButNoCards) {
    const Sent sent = rig.lookup_build(load);
    EXPECT_EQ(sent.method, "GET");
    EXPECT_EQ(sent.url, "https://sandbox.lithic.com/v1/book_transfers/" + load.key);
    EXPECT_EQ(rig.lookup_build(first).status, TRIBUTARY_UNSUPPORTED);
}

TEST_F(Lithic, MessagesHoldNoSecret) {
    const Told told = rig.interpret(load, 401, R"({"message":"no such key )" + api_key + " " + webhook_secret + "\"}");
    EXPECT_EQ(told.message.find(api_key), std::string::npos);
    EXPECT_EQ(told.message.find(webhook_secret), std::string::npos);
}

Headers signed_headers(const std::string& body, int64_t at_s) {
    const std::string key = *sdk::standard_webhooks_key(webhook_secret), at = std::to_string(at_s);
    const std::string digest = sdk::hmac_sha256(key, "msg_1." + at + "." + body);
    return {
        {"webhook-id", "msg_1"}, {"webhook-timestamp", at}, {"webhook-signature", "v1," + sdk::base64_text(digest)}};
}

TEST_F(Lithic, SortsWebhooks) {
    const std::string body = R"({"event_type":"book_transfer_transaction.updated","token":")" + load.key + "\"}";
    const int64_t at_s = 1'770'000'000;
    const auto judge = [&](const std::string& text, int64_t now_ms) {
        return rig.webhook(signed_headers(text, at_s), text, now_ms);
    };
    const Judged judged = judge(body, at_s * 1000 + 20'000);
    EXPECT_EQ(judged.verdict, TRIBUTARY_WEBHOOK_LOOK_UP);
    EXPECT_EQ(judged.event_id, "msg_1");
    EXPECT_EQ(judged.reference, load.key);
    EXPECT_EQ(judge(with(body, "updated", "created"), at_s * 1000).verdict, TRIBUTARY_WEBHOOK_LOOK_UP);
    EXPECT_EQ(judge(with(body, "book_transfer_transaction.updated", "card.created"), at_s * 1000).verdict,
              TRIBUTARY_WEBHOOK_IGNORED);
    EXPECT_EQ(judge("no json", at_s * 1000).verdict, TRIBUTARY_WEBHOOK_IGNORED);
    EXPECT_EQ(judge(body, at_s * 1000 + 300'001).verdict, TRIBUTARY_WEBHOOK_STALE);
    EXPECT_EQ(rig.webhook(signed_headers(body, at_s), body + " ", at_s * 1000).verdict, TRIBUTARY_WEBHOOK_FORGED);
    EXPECT_EQ(rig.webhook({}, body, at_s * 1000).verdict, TRIBUTARY_WEBHOOK_FORGED);
}

TEST(LithicOptions, BadValuesAreNamed) {
    const std::pair<const char*, const char*> rows[] = {{"api_key", "a b"}, {"financial_account_token", "main"},
                                                        {"card_program_token", "x"}, {"book_transfer_subtype", ""},
                                                        {"card_type", "PHYSICAL"}, {"webhook_secret", "whsec_???"}};
    for (const auto& [name, value] : rows) {
        auto options = options_of_lithic();
        options[name] = value;
        Rig rig(lithic_connector(), options);
        EXPECT_EQ(rig.created, TRIBUTARY_BAD_OPTION) << name;
        EXPECT_NE(rig.log.find(name), std::string::npos) << rig.log;
    }
}

}  // namespace
}  // namespace tributary::testing
