// What the simulated payout providers share: faults, rate limit, request log, signed webhooks, and the books of what
// really moved. A provider derives and answers serve() from its contract. No network, no time of its own: the clock
// and the dice come in. handle() and take_webhooks() may be called from any thread; the provider's code runs under
// its lock.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/random.hpp"
#include "core/net/http.hpp"
#include "tests/simulators/fault_plan.hpp"

namespace tributary::simulators {

// No response: the connection is closed without an answer, before or after the request had its effect.
struct Reply {
    std::optional<net::Response> response;
    bool drop_before = false;
    bool drop_after = false;
    int64_t delay_ms = 0;
};

struct WebhookCall {
    int64_t due_ms = 0;
    std::string url;
    std::vector<net::Header> headers;
    std::string body;
    std::string kind;
};

// One movement of money that a request caused. What an idempotent repeat gave back is no movement.
struct Effect {
    std::string key;        // the caller's idempotency key
    std::string reference;  // the caller's payout, where the provider has a field for it
    std::string recipient;
    std::string currency;
    int64_t minor = 0;
    bool is_undone = false;  // refused, canceled or reversed later
};

struct SimWorld {
    Clock& clock;
    Random& random;
    FaultPlan& faults;
};

class ProviderSim {
public:
    ProviderSim(std::string name, SimWorld world, unsigned rate_per_second);
    virtual ~ProviderSim() = default;
    // request.path is the provider's own: "/v1/cards". Faults match "/<name>/v1/cards".
    Reply handle(const net::Request& request);
    // Completes what is due, then gives the webhooks that are due, in order.
    std::vector<WebhookCall> take_webhooks();
    void set_webhook_url(std::string url);
    void set_rate(unsigned rate_per_second);  // 0 = no limit
    void set_funds(const std::string& currency, int64_t minor);
    json::object effects();
    json::array requests();
    const std::string& name() const { return name_; }

protected:
    virtual net::Response serve(const net::Request& request) = 0;
    virtual void advance() = 0;  // completes what is due at now_ms()
    virtual net::Response error(int status, std::string_view message) = 0;
    virtual std::vector<net::Header> webhook_headers(const std::string& id, const std::string& body,
                                                     bool is_forged) = 0;

    int64_t now_ms() const { return world_.clock.now_ms(); }
    std::string new_uuid();
    std::string new_id(size_t size);  // of A-Z and 0-9
    void emit(const std::string& id, const std::string& kind, std::string body);
    Effect& record(Effect effect);
    void undo(const std::string& key);
    int64_t& funds(const std::string& currency);
    bool distorts(FaultKind kind) const { return distortion_ == kind; }
    void count_repeat() { ++repeats_; }
    void count_conflict() { ++conflicts_; }
    std::string webhook_url_;

private:
    bool is_over_rate();
    Reply answer(const net::Request& request);
    void log(const net::Request& request, const Reply& reply);

    const std::string name_;
    SimWorld world_;
    std::mutex mutex_;
    unsigned rate_per_second_;
    int64_t tokens_milli_ = 0, refilled_ms_ = 0;
    std::optional<FaultKind> distortion_;
    std::vector<WebhookCall> webhooks_;
    std::deque<json::object> log_;
    std::deque<Effect> effects_;
    std::map<std::string, int64_t> funds_;
    int64_t handled_ = 0, repeats_ = 0, conflicts_ = 0;
};

}  // namespace tributary::simulators
