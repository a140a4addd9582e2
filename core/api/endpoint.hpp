// One endpoint of the HTTP API as data: who may call it, what it takes and gives. The server's routes and /openapi.json
// are made of the same list, so neither can lag behind.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/net/http.hpp"

namespace tributary::api {

// What a caller must be allowed to do; access.hpp says which role may what.
enum class Right {
    anyone,   // no caller is authenticated: probes, the API's description, webhooks (the connector verifies them)
    feed,     // send to one feed: its own token, or who may operate
    desk,     // look at one party's awards and payouts
    look,     // look at everything
    operate,  // interchanges, exceptions, directory, connectors
    money,    // budgets, payouts, the ledger
    redeem,   // turn a wallet into a reward
    admin,    // the daemon itself
    local,    // admin, on this machine's socket only
};

struct Parameter {
    const char* name;
    const char* help;
    bool is_integer = false;
};

struct Endpoint {
    const char* method;
    const char* pattern;
    Right right;
    const char* summary;
    std::vector<Parameter> query = {};
    const char* body = "";               // content type taken; "" = none
    std::vector<Parameter> fields = {};  // of a JSON body
    int status = 200;                    // of success
    const char* answer = "application/json";
    int other_status = 0;  // of another success, 0 = none
    const char* other_answer = "";
    bool needs_key = false;  // Idempotency-Key
    uint64_t body_size_max = 64 << 10;
    bool body_to_file = false;
    net::Handler handler = nullptr;
};

using Endpoints = std::vector<Endpoint>;

// OpenAPI 3.0.3.
json::object openapi(const Endpoints& endpoints, const std::string& version);

}  // namespace tributary::api
