#include <gtest/gtest.h>

#include <condition_variable>

#include "core/net/client.hpp"
#include "core/net/server.hpp"
#include "tests/simulators/service.hpp"

namespace tributary::simulators {
namespace {

struct Running : ::testing::Test {
    void SetUp() override {
        ServiceOptions options;
        options.lithic.rate_per_second = 0;
        auto started = Service::start(options);
        ASSERT_TRUE(started) << started.error().message;
        service = std::move(*started);
    }
    net::Outcome call(std::string method, const std::string& path, std::string body = {}) {
        net::OutgoingRequest request;
        request.method = std::move(method);
        request.url = "http://127.0.0.1:" + std::to_string(service->port()) + path;
        request.headers = {{"authorization", "lithic-simulator"}, {"content-type", "application/json"}};
        request.body = std::move(body);
        return net::exchange(std::move(request));
    }
    std::unique_ptr<Service> service;
};

TEST_F(Running, ServesAProviderAndItsEffects) {
    EXPECT_EQ(call("POST", "/lithic/v1/cards", R"({"type":"VIRTUAL"})").response.status, 200);
    EXPECT_EQ(call("GET", "/lithic/v1/nothing").response.status, 404);
    EXPECT_EQ(call("GET", "/tremendous/api/v2/orders/x").response.status, 401);
    const auto effects = parse_json(call("GET", "/_sim/effects").response.body);
    ASSERT_TRUE(effects);
    EXPECT_EQ(int_or(effects->as_object().at("lithic").as_object(), "requests"), 2);
}

TEST_F(Running, ADropClosesTheConnectionWithoutAnAnswer) {
    const std::string faults =
        R"([{"match":"/lithic/v1/cards","kind":"drop_after"},{"match":"/lithic","kind":"drop_before"}])";
    ASSERT_EQ(call("POST", "/_sim/faults", faults).response.status, 200);
    EXPECT_EQ(call("POST", "/lithic/v1/cards", R"({"type":"VIRTUAL"})").delivery, net::Delivery::maybe_sent);
    EXPECT_EQ(call("POST", "/lithic/v1/cards", R"({"type":"VIRTUAL"})").delivery, net::Delivery::maybe_sent);
    EXPECT_EQ(call("POST", "/_sim/faults", "[{}]").response.status, 400);
    const auto log = parse_json(call("GET", "/_sim/requests").response.body);
    const json::array entries = log->as_object().at("lithic").as_array();
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(text_or(entries[0].as_object(), "drop"), "after");
    EXPECT_EQ(text_or(entries[1].as_object(), "drop"), "before");
}

TEST_F(Running, ASlowAnswerComesWhole) {
    ASSERT_EQ(call("POST", "/_sim/faults", R"([{"match":"/lithic","kind":"slow","delay_ms":50}])").response.status,
              200);
    EXPECT_EQ(call("POST", "/lithic/v1/cards", R"({"type":"VIRTUAL"})").response.status, 200);
}

TEST_F(Running, SendsWebhooksUntilTheyAreTaken) {
    std::mutex mutex;
    std::condition_variable arrived;
    int calls = 0;
    net::Route route;
    route.method = "POST";
    route.pattern = "/hook";
    route.guard = [](net::Request&) { return std::optional<net::Response>(); };
    route.handler = [&](net::Request request, net::Respond respond) {
        const std::lock_guard lock(mutex);
        if (!request.header("webhook-signature").empty()) ++calls;
        respond(net::Response::text(calls == 1 ? 503 : 204, ""));
        arrived.notify_all();
    };
    net::Listener listener;
    listener.address = "127.0.0.1";
    listener.routes = {route};
    net::ServerOptions options;
    options.listeners.push_back(listener);
    auto server = net::HttpServer::start(options);
    ASSERT_TRUE(server) << server.error().message;
    const std::string url = "http://127.0.0.1:" + std::to_string((*server)->endpoints()[0].port) + "/hook";
    call("POST", "/_sim/settings", R"({"lithic":{"webhook_url":")" + url + "\"}}");
    call("POST", "/lithic/v1/cards", R"({"type":"VIRTUAL"})");
    std::unique_lock lock(mutex);
    arrived.wait(lock, [&] { return calls == 2; });
    lock.unlock();
    service.reset();  // before the server that it calls
}

}  // namespace
}  // namespace tributary::simulators
