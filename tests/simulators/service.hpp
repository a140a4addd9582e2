// tributary-sim as one object: the providers behind an HTTP server on loopback, the mail sink, and the sender of
// webhooks. The provider classes know no network; this is the only file here that does. Owns its threads.
//
//   /tremendous/...  /lithic/...       the providers
//   POST GET DELETE /_sim/faults       see fault_plan.hpp
//   GET  /_sim/effects                 what moved, by key and by recipient; duplicates
//   GET  /_sim/requests  /_sim/webhooks  /_sim/mails
//   POST /_sim/settings                {"lithic":{"webhook_url":"...","rate_per_second":0,"funds":{"USD":100}}, ...}
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "tests/simulators/lithic_sim.hpp"
#include "tests/simulators/tremendous_sim.hpp"

namespace tributary::simulators {

struct ServiceOptions {
    std::string listen = "127.0.0.1";
    uint16_t port = 0;
    uint16_t smtp_port = 0;
    std::string mail_folder;
    std::string webhook_url;  // "{provider}" stands for tremendous or lithic; empty = none until POST /_sim/settings
    TremendousOptions tremendous;
    LithicOptions lithic;
};

class Service {
public:
    static Result<std::unique_ptr<Service>> start(ServiceOptions options);
    virtual ~Service() = default;  // stops at once
    virtual uint16_t port() const = 0;
    virtual uint16_t smtp_port() const = 0;
};

}  // namespace tributary::simulators
