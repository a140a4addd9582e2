// The HTTP API: requests become calls of the modules, answers become JSON. Owns the list of endpoints and what they
// share; the modules in Parts outlive it. Handlers run on the server's handler threads; those that wait answer later
// from wherever the answer comes. Settings are replaced whole on reload, and each request sees one version of them.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/api/access.hpp"
#include "core/api/endpoint.hpp"
#include "core/flow/flow.hpp"
#include "core/intake/intake.hpp"
#include "core/ops/health.hpp"
#include "core/ops/metrics.hpp"
#include "core/payout/payout.hpp"
#include "core/store/ledger_store.hpp"
#include "core/store/store.hpp"
#include "plugins/host/connector.hpp"

namespace tributary::api {

struct Parts {
    store::Store& store;
    store::Ledger& ledger;
    flow::Flow& flow;
    intake::Intake& intake;
    payout::Payouts& payouts;
    Clock& clock;
    ops::Metrics& metrics;
    ops::Health& health;
    std::string version;
    // Loads the configuration anew; the answer says what changed, the error lists every mistake.
    std::function<Result<json::object>(const std::string& actor, const std::string& trace_id)> reload;
    std::function<json::object()> status;  // what only the daemon knows; merged into /v1/status
};

struct Settings {
    Access access;
    std::map<std::string, flow::FeedProfile> feeds;
    std::map<std::string, payout::PayoutRoute> routes;
    std::map<std::string, std::shared_ptr<host::Connector>> connectors;
    std::vector<rules::AppliedProgram> programs;
};

class Context;

class Api {
public:
    Api(Parts parts, Settings settings);
    ~Api();  // answers what still waits
    void replace_settings(Settings settings);
    void stop_waiting();                             // answers ?wait at once, from now on
    std::vector<net::Route> routes() const;          // for the public listener and the Unix socket
    std::vector<net::Route> metrics_routes() const;  // /metrics and the probes
    const Endpoints& endpoints() const { return endpoints_; }

private:
    net::Route route_of(const Endpoint& endpoint) const;

    std::shared_ptr<Context> context_;
    Endpoints endpoints_;
    Endpoints metrics_endpoints_;
};

}  // namespace tributary::api
