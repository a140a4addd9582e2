// Tremendous API v2 as its contract describes it: orders with a permanent external_id (200 new, 201 the same again, 409
// other content, 202 waits for approval, 402 no funds), rewards, links, delivery that completes later, signed webhooks.
// The e-mail's local part tells the fate of an order: "bounce..." is not delivered, "cancel..." is canceled, "fail..."
// fails, "approval..." waits for approval first. Funds are kept per currency, without conversion or fees.
#pragma once
#include <map>
#include <string>

#include "tests/simulators/provider_sim.hpp"

namespace tributary::simulators {

struct TremendousOptions {
    std::string api_key = "TEST_simulator";
    std::string webhook_key = "tremendous-webhook-key";
    unsigned rate_per_second = 10;
    int64_t delivery_delay_ms = 300;
    int64_t approval_delay_ms = 600;
    std::string link_base = "https://reward.tremendous.invalid/rewards/payout/";
};

class TremendousSim final : public ProviderSim {
public:
    TremendousSim(SimWorld world, TremendousOptions options);

protected:
    net::Response serve(const net::Request& request) override;
    void advance() override;
    net::Response error(int status, std::string_view message) override;
    std::vector<net::Header> webhook_headers(const std::string& id, const std::string& body, bool is_forged) override;

private:
    struct Order {
        std::string id, reward_id, external_id, content, status, campaign_id;
        std::string name, email, method, delivery, link;
        std::string currency;
        int64_t minor = 0;
        uint32_t exponent = 2;
        int64_t created_ms = 0;
        int64_t approved_ms = 0;   // when it will be executed; 0 = is
        int64_t delivered_ms = 0;  // when delivery ends; 0 = has
    };
    enum class Shape { listed, repeated };  // a repeat holds "reward", everything else "rewards"

    net::Response create_order(const std::string& body);
    net::Response place(Order order);
    net::Response reward_action(Order& order, const std::string& action);
    net::Response list_orders(const std::string& external_id);
    net::Response register_webhook(const std::string& body);
    void execute(Order& order);
    void complete_delivery(Order& order);
    void notify(const std::string& event, const std::string& type, const std::string& id);
    Order* find_order(const std::string& id_or_external_id);
    Order* find_reward(const std::string& id);
    std::string order_text(const Order& order, Shape shape, bool shows_link) const;
    std::string reward_text(const Order& order, bool shows_link) const;

    TremendousOptions options_;
    std::map<std::string, Order> orders_;  // by id
    std::map<std::string, std::string> ids_;  // external_id -> id
};

}  // namespace tributary::simulators
