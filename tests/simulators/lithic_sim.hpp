// Lithic as its contract describes it: cards with an Idempotency-Key, book transfers whose token is ours (the same
// token again gives the first transfer), declines inside a 200, settlement that completes later, Standard Webhooks.
// Chosen where the contract is silent: the same key or token with other content is 409.
#pragma once
#include <map>
#include <string>

#include "tests/simulators/provider_sim.hpp"

namespace tributary::sdk {
class Json;
}

namespace tributary::simulators {

struct LithicOptions {
    std::string api_key = "lithic-simulator";
    std::string webhook_secret = "whsec_dHJpYnV0YXJ5LXNpbXVsYXRvci1zZWNyZXQ=";
    std::string financial_account = "5b1f2c3d-0000-4000-8000-00000000f00d";  // pays; only this one exists
    unsigned rate_per_second = 5;
    int64_t settle_delay_ms = 0;  // 0: SETTLED at once
};

class LithicSim final : public ProviderSim {
public:
    LithicSim(SimWorld world, LithicOptions options);

protected:
    net::Response serve(const net::Request& request) override;
    void advance() override;
    net::Response error(int status, std::string_view message) override;
    std::vector<net::Header> webhook_headers(const std::string& id, const std::string& body, bool is_forged) override;

private:
    struct Card {
        std::string token, last_four, type, state, memo;
        int64_t created_ms = 0;
        int64_t balance = 0;
    };
    struct Transfer {
        std::string token, content, category, type, subtype, from, to, external_id, memo;
        std::string status, result, event_token;
        int64_t amount = 0;
        int64_t created_ms = 0, updated_ms = 0;
        int64_t settles_ms = 0;  // 0 = has
    };

    net::Response cards(const net::Request& request, const std::vector<std::string_view>& parts);
    net::Response create_card(const net::Request& request);
    net::Response transfers(const net::Request& request, const std::vector<std::string_view>& parts);
    net::Response create_transfer(const std::string& body);
    net::Response place(Transfer transfer);
    net::Response reverse(Transfer& transfer);
    void settle(Transfer& transfer);
    void notify(const Transfer& transfer, const std::string& event);
    std::string card_text(const Card& card) const;
    std::string transfer_text(const Transfer& transfer, const std::string& event) const;

    LithicOptions options_;
    std::string webhook_key_;
    std::map<std::string, Card> cards_;           // by token
    std::map<std::string, std::pair<std::string, std::string>> card_keys_;  // Idempotency-Key -> content, token
    std::map<std::string, Transfer> transfers_;   // by token
};

}  // namespace tributary::simulators
