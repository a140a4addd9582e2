#include "core/api/api.hpp"

#include "core/api/context.hpp"
#include "core/base/log.hpp"

namespace tributary::api {
namespace {

net::Response failed(const std::string& route, const std::string& trace_id, const char* what) {
    log_error("api.failed", {{"route", route}, {"trace_id", trace_id}, {"what", what}});
    return net::Response::problem(500, "internal", "Internal error",
                                  "this is a bug; the log has more under the trace id " + trace_id);
}

void add_description(Endpoints& to, const Shared& context) {
    Endpoint endpoint{"GET", "/openapi.json", Right::anyone, "This description"};
    endpoint.handler = [context](net::Request, net::Respond respond) { respond(net::Response::json(500, nullptr)); };
    to.push_back(std::move(endpoint));
    // It describes itself, too, so it is written when the list is complete.
    const auto text = std::make_shared<const std::string>(to_text(openapi(to, context->parts.version)));
    to.back().handler = [text](net::Request, net::Respond respond) {
        respond(net::Response::text(200, *text, "application/json"));
    };
}

}  // namespace

Api::Api(Parts parts, Settings settings) : context_(std::make_shared<Context>(std::move(parts), std::move(settings))) {
    add_feeds(endpoints_, context_);
    add_interchanges(endpoints_, context_);
    add_exceptions(endpoints_, context_);
    add_directory(endpoints_, context_);
    add_awards(endpoints_, context_);
    add_budgets(endpoints_, context_);
    add_payouts(endpoints_, context_);
    add_ledger(endpoints_, context_);
    add_ledger_checks(endpoints_, context_);
    add_operations(endpoints_, context_);
    add_description(endpoints_, context_);
    add_probes(metrics_endpoints_, context_);
}

Api::~Api() {
    context_->deadlines.finish();
}

void Api::stop_waiting() {
    context_->deadlines.finish();
}

void Api::replace_settings(Settings settings) {
    context_->replace(std::move(settings));
}

net::Route Api::route_of(const Endpoint& endpoint) const {
    net::Route route;
    route.method = endpoint.method;
    route.pattern = endpoint.pattern;
    route.body_size_max = endpoint.body_size_max;
    route.body_to_file = endpoint.body_to_file;
    route.guard = [context = context_, method = route.method, pattern = route.pattern,
                   right = endpoint.right](net::Request& head) -> std::optional<net::Response> {
        auto refusal = context->settings()->access.check(head, right);
        if (refusal) context->parts.metrics.count_request(method, pattern, refusal->status, 0);
        return refusal;
    };
    route.handler = [context = context_, method = route.method, pattern = route.pattern, handler = endpoint.handler](
                        net::Request request, net::Respond respond) {
        const int64_t started_ms = context->parts.clock.monotonic_ms();
        const auto answer = std::make_shared<OneAnswer>([=](net::Response response) {
            context->parts.metrics.count_request(method, pattern, response.status,
                                                 context->parts.clock.monotonic_ms() - started_ms);
            respond(std::move(response));
        });
        const std::string trace_id = request.trace_id;
        try {
            handler(std::move(request), [answer](net::Response response) { answer->give(std::move(response)); });
        } catch (const std::exception& exception) {
            answer->give(failed(pattern, trace_id, exception.what()));
        }
    };
    return route;
}

std::vector<net::Route> Api::routes() const {
    std::vector<net::Route> out;
    for (const Endpoint& endpoint : endpoints_) out.push_back(route_of(endpoint));
    return out;
}

std::vector<net::Route> Api::metrics_routes() const {
    std::vector<net::Route> out;
    for (const Endpoint& endpoint : metrics_endpoints_) out.push_back(route_of(endpoint));
    return out;
}

}  // namespace tributary::api
