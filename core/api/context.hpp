// What the handlers share. Any thread.
#pragma once
#include <memory>
#include <mutex>

#include "core/api/api.hpp"
#include "core/api/deadline.hpp"
#include "core/ops/audit.hpp"

namespace tributary::api {

class Context {
public:
    Context(Parts modules, Settings settings)
        : parts(std::move(modules)),
          deadlines(parts.clock),
          settings_(std::make_shared<const Settings>(std::move(settings))) {}

    std::shared_ptr<const Settings> settings() const {
        const std::lock_guard lock(mutex_);
        return settings_;
    }
    void replace(Settings settings) {
        auto next = std::make_shared<const Settings>(std::move(settings));
        const std::lock_guard lock(mutex_);
        settings_.swap(next);
    }
    store::Store& store() const { return parts.store; }
    ops::AuditRecord audit(const net::Request& request, std::string action, std::string subject,
                           json::object detail = {}) const {
        return {request.principal, std::move(action), std::move(subject), std::move(detail), request.trace_id};
    }

    Parts parts;
    Deadlines deadlines;
    std::mutex verifying;  // one check of the whole ledger at a time

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Settings> settings_;
};

using Shared = std::shared_ptr<Context>;

// A handler that answers at once.
template <class Function>
net::Handler answering(Shared context, Function function) {
    return [context = std::move(context), function](net::Request request, net::Respond respond) {
        respond(function(*context, request));
    };
}

// Each adds the endpoints of its topic.
void add_feeds(Endpoints& to, const Shared& context);
void add_interchanges(Endpoints& to, const Shared& context);
void add_exceptions(Endpoints& to, const Shared& context);
void add_directory(Endpoints& to, const Shared& context);
void add_awards(Endpoints& to, const Shared& context);
void add_budgets(Endpoints& to, const Shared& context);
void add_payouts(Endpoints& to, const Shared& context);
void add_ledger(Endpoints& to, const Shared& context);
void add_ledger_checks(Endpoints& to, const Shared& context);
void add_operations(Endpoints& to, const Shared& context);
void add_probes(Endpoints& to, const Shared& context);

}  // namespace tributary::api
