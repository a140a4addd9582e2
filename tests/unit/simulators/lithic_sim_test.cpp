#include <gtest/gtest.h>

#include "core/base/digest.hpp"
#include "tests/simulators/lithic_sim.hpp"
#include "tests/unit/simulators/sim_rig.hpp"

namespace tributary::simulators {
namespace {

const std::string key_a = "aaaaaaaa-0000-4000-8000-000000000001", key_b = "bbbbbbbb-0000-4000-8000-000000000002";

struct Lithic : ::testing::Test {
    static LithicOptions options() {
        LithicOptions out;
        out.settle_delay_ms = 200;
        out.rate_per_second = 0;
        return out;
    }
    World world;
    LithicSim sim{world.view(), options()};
    Reply call(std::string method, std::string path, std::string body = {}, const std::string& key = {}) {
        return sim.handle(request(std::move(method), std::move(path), std::move(body),
                                  {{"authorization", "lithic-simulator"}, {"idempotency-key", key}}));
    }
    std::string new_card() { return text_or(object_of(call("POST", "/v1/cards", R"({"type":"VIRTUAL"})")), "token"); }
    static std::string transfer_body(const std::string& token, const std::string& card, const std::string& amount,
                                     const std::string& payout = "pay-1") {
        return R"({"token":")" + token + R"(","amount":)" + amount +
               R"(,"category":"REWARD","type":"DISBURSE","subtype":"S",)" + R"("from_financial_account_token":")" +
               options().financial_account + R"(","to_financial_account_token":")" + card + R"(","external_id":")" +
               payout + "\"}";
    }
    Reply transfer(const std::string& token, const std::string& card, const std::string& amount,
                   const std::string& payout = "pay-1") {
        return call("POST", "/v1/book_transfers", transfer_body(token, card, amount, payout));
    }
    int64_t balance(const std::string& card) {
        const json::object answer = object_of(call("GET", "/v1/cards/" + card + "/balances"));
        return int_or(answer.at("data").as_array()[0].as_object(), "available_amount");
    }
};

TEST_F(Lithic, AnIdempotencyKeyIsOneCard) {
    const json::object first = object_of(call("POST", "/v1/cards", R"({"type":"VIRTUAL"})", key_a));
    const json::object again = object_of(call("POST", "/v1/cards", R"({"type":"VIRTUAL"})", key_a));
    EXPECT_EQ(first, again);
    EXPECT_EQ(status_of(call("POST", "/v1/cards", R"({"type":"SINGLE_USE"})", key_a)), 409);
    EXPECT_NE(object_of(call("POST", "/v1/cards", R"({"type":"VIRTUAL"})", key_b)).at("token"), first.at("token"));
    EXPECT_EQ(status_of(call("POST", "/v1/cards", R"({"type":"STONE"})")), 422);
    EXPECT_EQ(status_of(sim.handle(request("POST", "/v1/cards", R"({"type":"VIRTUAL"})", {}))), 401);
}

TEST_F(Lithic, ATokenIsOneTransferThatSettlesLater) {
    const std::string card = new_card();
    EXPECT_EQ(status_of(call("GET", "/v1/book_transfers/" + key_a)), 404);
    const Reply made = transfer(key_a, card, "1050");
    EXPECT_EQ(text_or(object_of(made), "status"), "PENDING");
    EXPECT_EQ(int_or(object_of(made), "pending_amount"), 1050);
    EXPECT_EQ(object_of(transfer(key_a, card, "1050")), object_of(made));
    EXPECT_EQ(status_of(transfer(key_a, card, "1051")), 409);
    world.clock.advance_ms(200);
    const json::object settled = object_of(call("GET", "/v1/book_transfers/" + key_a));
    EXPECT_EQ(text_or(settled, "status"), "SETTLED");
    EXPECT_EQ(int_or(settled, "settled_amount"), 1050);
    EXPECT_EQ(balance(card), 1050);
    EXPECT_EQ(int_or(sim.effects(), "orders"), 1);
    EXPECT_EQ(int_or(sim.effects(), "duplicates"), 0);
}

TEST_F(Lithic, TwoTransfersForOnePayoutAreCountedAsADuplicate) {
    const std::string card = new_card();
    transfer(key_a, card, "10", "pay-1");
    transfer(key_b, card, "10", "pay-1");
    EXPECT_EQ(int_or(sim.effects(), "duplicates"), 1);
    EXPECT_EQ(int_or(sim.effects().at("by_recipient").as_object(), card + " USD"), 20);
}

TEST_F(Lithic, NoFundsIsADeclineInsideA200) {
    sim.set_funds("USD", 5);
    const Reply made = transfer(key_a, new_card(), "10");
    EXPECT_EQ(status_of(made), 200);
    EXPECT_EQ(text_or(object_of(made), "result"), "DECLINED");
    EXPECT_NE(made.response->body.find("FUNDS_INSUFFICIENT"), std::string::npos);
    EXPECT_EQ(int_or(sim.effects(), "orders"), 0);
}

TEST_F(Lithic, RefusesWhatTheContractRefuses) {
    const std::string card = new_card();
    for (const char* amount : {"0", "-5", "10.5", "1e2", "\"10\"", "null"}) {
        EXPECT_EQ(status_of(transfer(key_a, card, amount)), 400) << amount;
    }
    EXPECT_EQ(status_of(transfer("no-uuid", card, "10")), 400);
    EXPECT_EQ(status_of(transfer(key_a, key_b, "10")), 404);
    EXPECT_EQ(status_of(call("POST", "/v1/book_transfers", "{")), 400);
    EXPECT_EQ(int_or(sim.effects(), "orders"), 0);
}

TEST_F(Lithic, AReversalTakesTheMoneyBack) {
    const std::string card = new_card();
    transfer(key_a, card, "10");
    world.clock.advance_ms(200);
    EXPECT_EQ(text_or(object_of(call("POST", "/v1/book_transfers/" + key_a + "/reverse")), "status"), "REVERSED");
    EXPECT_EQ(balance(card), 0);
    EXPECT_EQ(int_or(sim.effects(), "orders"), 0);
    EXPECT_EQ(int_or(sim.effects(), "undone"), 1);
}

TEST_F(Lithic, SignsStandardWebhooks) {
    sim.set_webhook_url("http://127.0.0.1:1/hook");
    transfer(key_a, new_card(), "10");
    world.clock.advance_ms(200);
    const auto calls = sim.take_webhooks();
    ASSERT_EQ(calls.size(), 3u);
    EXPECT_EQ(calls[0].kind, "card.created");
    EXPECT_EQ(calls[2].kind, "book_transfer_transaction.updated");
    const WebhookCall& last = calls[2];
    const std::string content =
        header_of(last.headers, "webhook-id") + "." + header_of(last.headers, "webhook-timestamp") + "." + last.body;
    const std::string secret = *base64_decode(options().webhook_secret.substr(6));
    EXPECT_EQ(header_of(last.headers, "webhook-signature"),
              "v1," + base64_encode(bytes_of(hmac_sha256(secret, content))));
    EXPECT_NE(last.body.find("\"token\":\"" + key_a), std::string::npos);
}

}  // namespace
}  // namespace tributary::simulators
