// Redemptions and payouts, and the providers' webhooks.
#include <fmt/format.h>

#include "core/api/context.hpp"
#include "core/api/page.hpp"
#include "core/base/encoding.hpp"

namespace tributary::api {
namespace {

Result<payout::RedeemRequest> redeem_request(Context& context, const net::Request& request) {
    TRIBUTARY_TRY(const json::object body, body_of(request));
    payout::RedeemRequest out;
    out.key = std::string(request.header("idempotency-key"));
    if (out.key.empty())
        return fail(ErrorCode::invalid, "send an Idempotency-Key header, so that asking twice does not pay twice");
    TRIBUTARY_TRY(out.recipient, field_of(body, "recipient"));
    TRIBUTARY_TRY(out.connector, field_of(body, "connector"));
    const auto settings = context.settings();
    const auto route = settings->routes.find(out.connector);
    if (route == settings->routes.end())
        return fail(ErrorCode::not_found,
                    fmt::format("there is no way to redeem called '{}'; GET /v1/connectors lists them",
                                printable(out.connector)));
    TRIBUTARY_TRY(out.amount, amount_of(body, route->second.unit));
    TRIBUTARY_TRY(out.product, text_field(body, "product"));
    out.actor = request.principal;
    out.trace_id = request.trace_id;
    return out;
}

void redeem(const Shared& context, net::Request request, net::Respond respond) {
    Result<payout::RedeemRequest> wanted = redeem_request(*context, request);
    if (!wanted) return respond(net::Response::problem(wanted.error()));
    context->parts.payouts.redeem(std::move(*wanted), [respond](Result<json::object> payout) {
        if (!payout) return respond(net::Response::problem(payout.error()));
        net::Response response = net::Response::json(201, *payout);
        response.headers.push_back({"location", "/v1/payouts/" + text_or(*payout, "id")});
        respond(std::move(response));
    });
}

Result<PayoutId> payout_of(const net::Request& request) {
    const std::string& text = request.captures.at("id");
    const auto id = payout::parse_payout_id(text);
    if (!id)
        return fail(ErrorCode::invalid,
                    fmt::format("a payout is named P<number>, such as P17, not '{}'", printable(text)));
    return *id;
}

net::Response list(Context& context, const net::Request& request) {
    const auto page = page_of(request);
    if (!page) return net::Response::problem(page.error());
    return read_response(context.store(), [&](store::Tx& tx) {
        json::array items = payout::payouts_json(tx, page->state, page->is_newest_first ? 0 : page->after, page->limit);
        json::value last = 0;
        if (!items.empty())
            if (const auto id = payout::parse_payout_id(text_or(items.back().as_object(), "id"))) last = id->value;
        return page_response(std::move(items), *page, last);
    });
}

net::Response show(Context& context, const net::Request& request) {
    const auto id = payout_of(request);
    if (!id) return net::Response::problem(id.error());
    return read_response(context.store(), [&](store::Tx& tx) {
        const json::object payout = payout::payout_json(tx, *id);
        if (payout.empty())
            return net::Response::problem(fail(ErrorCode::not_found, "there is no payout " + payout::payout_text(*id)));
        return net::Response::json(200, payout);
    });
}

net::Response resolve(Context& context, const net::Request& request) {
    const auto id = payout_of(request);
    const auto body = body_of(request);
    if (!id || !body) return net::Response::problem(id ? body.error() : id.error());
    const auto outcome = field_of(*body, "outcome");
    const auto evidence = field_of(*body, "evidence");
    if (!outcome || !evidence) return net::Response::problem(outcome ? evidence.error() : outcome.error());
    const auto payout = context.parts.payouts.resolve(*id, *outcome, *evidence, request.principal, request.trace_id);
    return payout ? net::Response::json(200, *payout) : net::Response::problem(payout.error());
}

net::Response look_up(Context& context, const net::Request& request) {
    const auto id = payout_of(request);
    if (!id) return net::Response::problem(id.error());
    const auto entry = context.audit(request, "payout.look_up", payout::payout_text(*id));
    const auto recorded = ops::record_first(context.store(), context.parts.clock.now_ms(), entry);
    if (!recorded) return net::Response::problem(recorded.error());
    const auto payout = context.parts.payouts.look_up_now(*id);
    return payout ? net::Response::json(202, *payout) : net::Response::problem(payout.error());
}

// The code or link itself is money: shown once, and who saw it is on record before they did.
net::Response reveal(Context& context, const net::Request& request) {
    const auto id = payout_of(request);
    const auto body = body_of(request);
    if (!id || !body) return net::Response::problem(id ? body.error() : id.error());
    const auto is_again = flag_field(*body, "again");
    if (!is_again) return net::Response::problem(is_again.error());
    if (*is_again && request.role != "admin")
        return net::Response::problem(
            fail(ErrorCode::forbidden, "it was shown before; only an administrator may show it again"));
    const auto entry = context.audit(request, "payout.reveal", payout::payout_text(*id), {{"again", *is_again}});
    const auto recorded = ops::record_first(context.store(), context.parts.clock.now_ms(), entry);
    if (!recorded) return net::Response::problem(recorded.error());
    const auto bearer = context.parts.payouts.reveal_bearer(*id, *is_again);
    if (!bearer) return net::Response::problem(bearer.error());
    net::Response response =
        net::Response::json(200, json::object{{"id", payout::payout_text(*id)}, {"bearer", bearer->reveal()}});
    response.headers.push_back({"cache-control", "no-store"});
    return response;
}

void webhook(const Shared& context, net::Request request, net::Respond respond) {
    const std::string connector = request.captures.at("connector");
    if (!context->settings()->connectors.contains(connector))
        return respond(net::Response::problem(404, "not_found", "There is no such thing", "no connector of this name"));
    context->parts.payouts.webhook(connector, request, std::move(respond));
}

Endpoint post_payout(const char* pattern, Right right, const char* summary) {
    Endpoint endpoint{"POST", pattern, right, summary};
    endpoint.body = "application/json";
    return endpoint;
}

}  // namespace

void add_payouts(Endpoints& to, const Shared& context) {
    Endpoint ask = post_payout("/v1/redemptions", Right::redeem, "Turn a wallet's balance into a reward");
    ask.needs_key = true;
    ask.status = 201;
    ask.fields = {{"recipient", "Party code"},
                  {"connector", "How to redeem, see /v1/connectors"},
                  {"product", "Catalogue id; the route's when absent"},
                  {"amount", "In the wallet's unit: a whole number, or a decimal as text"}};
    ask.handler = [context](net::Request request, net::Respond respond) {
        redeem(context, std::move(request), std::move(respond));
    };
    to.push_back(std::move(ask));

    Endpoint all{"GET", "/v1/payouts", Right::look, "Payouts in the order they were asked for"};
    all.query = {{"after", "Cursor: next of the page before", true},
                 {"limit", "1 to 1000", true},
                 {"state", "reserved, sending, pending, unknown, settled, refused or operator"}};
    all.handler = answering(context, list);
    to.push_back(std::move(all));

    Endpoint one{"GET", "/v1/payouts/{id}", Right::desk, "A payout with its time line"};
    one.handler = answering(context, show);
    to.push_back(std::move(one));

    Endpoint decide =
        post_payout("/v1/payouts/{id}/resolve", Right::money, "Decide a payout that nobody else can decide");
    decide.fields = {{"outcome", "settled, refused or send_again"},
                     {"evidence", "How you know; stands in the audit trail"}};
    decide.handler = answering(context, resolve);
    to.push_back(std::move(decide));

    Endpoint ask_again =
        post_payout("/v1/payouts/{id}/look-up", Right::money, "Ask the provider soon what became of it");
    ask_again.status = 202;
    ask_again.handler = answering(context, look_up);
    to.push_back(std::move(ask_again));

    Endpoint show_bearer = post_payout("/v1/payouts/{id}/reveal", Right::redeem, "The link or code itself, once");
    show_bearer.fields = {{"again", "Show it although it was shown before (administrators)"}};
    show_bearer.handler = answering(context, reveal);
    to.push_back(std::move(show_bearer));

    Endpoint hook{"POST", "/webhooks/{connector}", Right::anyone,
                  "From a provider; the connector verifies its signature"};
    hook.body = "application/octet-stream";
    hook.body_size_max = 1 << 20;
    hook.handler = [context](net::Request request, net::Respond respond) {
        webhook(context, std::move(request), std::move(respond));
    };
    to.push_back(std::move(hook));
}

}  // namespace tributary::api
