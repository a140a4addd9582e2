#include <gtest/gtest.h>

#include "core/base/digest.hpp"
#include "tests/simulators/tremendous_sim.hpp"
#include "tests/unit/simulators/sim_rig.hpp"

namespace tributary::simulators {
namespace {

std::string order_body(const std::string& external_id, const std::string& denomination = "10.50",
                       const std::string& email = "jo@example.com", const std::string& method = "EMAIL") {
    return R"({"external_id":")" + external_id + R"(","payment":{"funding_source_id":"balance"},"reward":{)" +
           R"("campaign_id":"CAMP1","value":{"denomination":)" + denomination + R"(,"currency_code":"USD"},)" +
           R"("recipient":{"name":"Jo","email":")" + email + R"("},"delivery":{"method":")" + method + R"("}}})";
}

struct Tremendous : ::testing::Test {
    World world;
    TremendousSim sim{world.view(), {}};
    Reply call(std::string method, std::string path, std::string body = {}) {
        return sim.handle(request(std::move(method), std::move(path), std::move(body),
                                  {{"authorization", "Bearer TEST_simulator"}}));
    }
    Reply order(const std::string& body) { return call("POST", "/api/v2/orders", body); }
    int64_t effect(const char* name) { return int_or(sim.effects(), name); }
};

TEST_F(Tremendous, ChecksTheKey) {
    EXPECT_EQ(status_of(sim.handle(request("POST", "/api/v2/orders", order_body("a"), {}))), 401);
    EXPECT_EQ(effect("orders"), 0);
}

TEST_F(Tremendous, AnExternalIdIsOneOrderForEver) {
    const Reply first = order(order_body("a"));
    EXPECT_EQ(status_of(first), 200);
    const json::object made = object_of(first).at("order").as_object();
    EXPECT_EQ(text_or(made, "status"), "EXECUTED");
    EXPECT_EQ(made.at("rewards").as_array().size(), 1u);
    world.clock.advance_ms(1000LL * 86'400 * 365);
    const Reply again = order(order_body("a", "10.5"));
    EXPECT_EQ(status_of(again), 201) << "the same content, written in another way";
    EXPECT_EQ(text_or(object_of(again).at("order").as_object(), "id"), text_or(made, "id"));
    EXPECT_TRUE(object_of(again).at("order").as_object().contains("reward"));
    EXPECT_EQ(status_of(order(order_body("a", "10.51"))), 409);
    EXPECT_EQ(effect("orders"), 1);
    EXPECT_EQ(effect("repeats"), 1);
    EXPECT_EQ(effect("conflicts"), 1);
    EXPECT_EQ(int_or(sim.effects().at("moved").as_object(), "USD"), 1050);
}

TEST_F(Tremendous, RefusesWhatTheContractRefuses) {
    const struct {
        std::string body;
        int status;
    } rows[] = {{"no json", 400},
                {order_body("a", "0"), 422},
                {order_body("a", "10.505"), 422},
                {order_body("a", "\"10.50\""), 422},
                {order_body("a", "10", "nobody"), 422},
                {order_body("a", "10", "jo@example.com", "PIGEON"), 422},
                {order_body("a", "99999999"), 402}};
    for (const auto& row : rows) EXPECT_EQ(status_of(order(row.body)), row.status) << row.body;
    EXPECT_EQ(effect("orders"), 0);
    EXPECT_EQ(status_of(call("GET", "/api/v2/orders/a")), 404) << "a refused order takes no external_id";
}

TEST_F(Tremendous, DeliveryCompletesLaterAndIsFoundByExternalId) {
    order(order_body("a"));
    const auto delivery = [&] {
        const Reply reply = call("GET", "/api/v2/orders/a");
        const json::object reward = object_of(reply).at("order").as_object().at("rewards").as_array()[0].as_object();
        return text_or(reward.at("delivery").as_object(), "status");
    };
    EXPECT_EQ(delivery(), "PENDING");
    world.clock.advance_ms(300);
    EXPECT_EQ(delivery(), "SUCCEEDED");
}

TEST_F(Tremendous, TheAddressTellsTheOrdersFate) {
    order(order_body("c", "10", "cancel@example.com"));
    order(order_body("b", "10", "bounce-jo@example.com"));
    EXPECT_EQ(status_of(order(order_body("w", "10", "approval@example.com"))), 202);
    EXPECT_EQ(effect("orders"), 3);
    world.clock.advance_ms(700);
    EXPECT_EQ(effect("orders"), 2) << "the canceled order gave its money back";
    EXPECT_EQ(effect("undone"), 1);
    const auto status = [&](const char* id) {
        return text_or(object_of(call("GET", std::string("/api/v2/orders/") + id)).at("order").as_object(), "status");
    };
    EXPECT_EQ(status("c"), "CANCELED");
    EXPECT_EQ(status("b"), "EXECUTED");
    EXPECT_EQ(status("w"), "EXECUTED");
}

TEST_F(Tremendous, OnlyTheFirstAnswerShowsTheLink) {
    const Reply made = order(order_body("l", "10", "jo@example.com", "LINK"));
    EXPECT_NE(made.response->body.find("\"link\":\"https://"), std::string::npos);
    const Reply found = call("GET", "/api/v2/orders/l");
    EXPECT_EQ(found.response->body.find("\"link\""), std::string::npos);
    const json::object reward = object_of(found).at("order").as_object().at("rewards").as_array()[0].as_object();
    const Reply link = call("POST", "/api/v2/rewards/" + text_or(reward, "id") + "/generate_link");
    EXPECT_EQ(status_of(link), 200);
    EXPECT_NE(link.response->body.find("\"link\":\"https://"), std::string::npos);
    EXPECT_EQ(effect("orders"), 1);
}

TEST_F(Tremendous, LimitsRequestsPerSecond) {
    for (int i = 0; i < 10; ++i) EXPECT_EQ(status_of(call("GET", "/api/v2/orders/x")), 404);
    const Reply refused = call("GET", "/api/v2/orders/x");
    EXPECT_EQ(status_of(refused), 429);
    EXPECT_EQ(header_of(refused.response->headers, "retry-after"), "1");
    EXPECT_TRUE(object_of(refused).contains("error")) << "429 names its error differently";
    world.clock.advance_ms(100);
    EXPECT_EQ(status_of(call("GET", "/api/v2/orders/x")), 404);
    EXPECT_EQ(status_of(call("GET", "/api/v2/orders/x")), 429);
}

TEST_F(Tremendous, FaultsBeforeHaveNoEffectAndFaultsAfterHaveOne) {
    const struct {
        const char* kind;
        int status;
        int64_t orders;
    } rows[] = {{"drop_before", 0, 0}, {"error_before", 500, 0}, {"rate_limited", 429, 0}, {"drop_after", 0, 1},
                {"error_after", 500, 1}, {"malformed", 200, 1}, {"slow", 200, 1}};
    int number = 0;
    for (const auto& row : rows) {
        const int64_t before = effect("orders");
        ASSERT_TRUE(
            world.faults.add(R"([{"match":"/tremendous/api/v2/orders","kind":")" + std::string(row.kind) + "\"}]"));
        const Reply reply = order(order_body("f" + std::to_string(++number)));
        EXPECT_EQ(status_of(reply), row.status) << row.kind;
        EXPECT_EQ(effect("orders") - before, row.orders) << row.kind;
        EXPECT_EQ(reply.drop_before, std::string_view(row.kind) == "drop_before");
        EXPECT_EQ(reply.drop_after, std::string_view(row.kind) == "drop_after");
        EXPECT_EQ(reply.delay_ms, std::string_view(row.kind) == "slow" ? 1000 : 0);
        world.clock.advance_ms(1000);
    }
}

TEST_F(Tremendous, DistortedAnswersLeaveTheBooksTrue) {
    const std::pair<const char*, const char*> rows[] = {{"wrong_amount", "\"denomination\":10.51"},
                                                        {"wrong_currency", "\"currency_code\":\"CAD\""},
                                                        {"changed_id", "\"external_id\":\"k0\""}};
    for (const auto& [kind, text] : rows) {
        ASSERT_TRUE(world.faults.add(R"([{"match":"/tremendous","kind":")" + std::string(kind) + "\"}]"));
        const Reply reply = order(order_body("k"));
        EXPECT_NE(reply.response->body.find(text), std::string::npos) << reply.response->body;
    }
    EXPECT_EQ(effect("orders"), 1);
    EXPECT_EQ(int_or(sim.effects().at("moved").as_object(), "USD"), 1050);
}

TEST_F(Tremendous, SignsWebhooksAndMistreatsThemWhenTold) {
    const Reply registered = call("POST", "/api/v2/webhooks", R"({"url":"http://127.0.0.1:1/hook"})");
    const std::string key = text_or(object_of(registered).at("webhook").as_object(), "private_key");
    order(order_body("a"));
    world.clock.advance_ms(300);
    const auto calls = sim.take_webhooks();
    ASSERT_EQ(calls.size(), 2u);
    EXPECT_EQ(calls[0].kind, "ORDERS.CREATED");
    EXPECT_EQ(calls[1].kind, "REWARDS.DELIVERY.SUCCEEDED");
    const auto is_genuine = [&](const WebhookCall& sent) {
        return header_of(sent.headers, "tremendous-webhook-signature") ==
               "sha256=" + hex_of(hmac_sha256(key, sent.body));
    };
    EXPECT_EQ(calls[1].url, "http://127.0.0.1:1/hook");
    EXPECT_TRUE(is_genuine(calls[0]) && is_genuine(calls[1]));
    EXPECT_TRUE(sim.take_webhooks().empty());

    ASSERT_TRUE(world.faults.add(R"([{"match":"/tremendous/webhooks","kind":"webhook_lost"}])"));
    order(order_body("b"));
    EXPECT_TRUE(sim.take_webhooks().empty());
    ASSERT_TRUE(world.faults.add(R"([{"match":"/tremendous/webhooks","kind":"webhook_duplicate"}])"));
    world.clock.advance_ms(300);
    const auto twice = sim.take_webhooks();
    ASSERT_EQ(twice.size(), 2u);
    EXPECT_EQ(twice[0].body, twice[1].body);
    ASSERT_TRUE(world.faults.add(R"([{"match":"/tremendous/webhooks","kind":"webhook_forged"}])"));
    order(order_body("c"));
    const auto forged = sim.take_webhooks();
    ASSERT_EQ(forged.size(), 2u);
    EXPECT_FALSE(is_genuine(forged[0]));
    EXPECT_TRUE(is_genuine(forged[1]));
    ASSERT_TRUE(world.faults.add(R"([{"match":"/tremendous/webhooks","kind":"webhook_reordered","delay_ms":400}])"));
    order(order_body("d"));
    world.clock.advance_ms(300);
    std::vector<std::string> kinds;
    for (const WebhookCall& sent : sim.take_webhooks()) kinds.push_back(sent.kind);
    world.clock.advance_ms(100);
    for (const WebhookCall& sent : sim.take_webhooks()) kinds.push_back(sent.kind);
    EXPECT_EQ(kinds, (std::vector<std::string>{"REWARDS.DELIVERY.SUCCEEDED", "REWARDS.DELIVERY.SUCCEEDED",
                                               "ORDERS.CREATED"}));
}

}  // namespace
}  // namespace tributary::simulators
