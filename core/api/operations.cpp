// The daemon itself: status, connectors, notices, audit trail, reload, backup; and the probes of the metrics listener.
#include <fmt/format.h>

#include "core/api/context.hpp"
#include "core/api/page.hpp"
#include "core/store/chain.hpp"

namespace tributary::api {
namespace {

json::object connector_json(const host::Connector& connector, const Settings& settings) {
    const host::ConnectorState state = connector.state();
    const host::Manifest& manifest = connector.manifest();
    json::object out{{"name", connector.name()},
                     {"id", manifest.id},
                     {"version", manifest.version},
                     {"title", manifest.title},
                     {"kind", host::name_of(manifest.kind)},
                     {"state", host::name_of(state.phase)},
                     {"restarts", state.restart_count}};
    if (!state.reason.empty()) out["reason"] = state.reason;
    if (const auto route = settings.routes.find(connector.name()); route != settings.routes.end()) {
        const payout::PayoutRoute& to = route->second;
        out["route"] = json::object{{"title", to.title},
                                    {"unit", to.unit},
                                    {"currency", to.currency},
                                    {"rate", json::object{{"money", amount_json(to.currency, to.rate_money)},
                                                          {"per", amount_json(to.unit, to.rate_per)}}},
                                    {"min", amount_json(to.unit, to.amount_min)}};
        if (to.amount_max != INT64_MAX) out["route"].as_object()["max"] = amount_json(to.unit, to.amount_max);
    }
    return out;
}

json::array connectors_json(const Settings& settings) {
    json::array items;
    for (const auto& [name, connector] : settings.connectors) items.push_back(connector_json(*connector, settings));
    return items;
}

net::Response connectors(Context& context, const net::Request&) {
    return net::Response::json(200, json::object{{"items", connectors_json(*context.settings())}});
}

void put_counts(store::Tx& tx, json::object& out, int64_t now_ms) {
    const auto count = [&](const char* sql) { return tx.one_integer(sql).value_or(0); };
    out["interchanges"] = count("SELECT max(seq) FROM interchange");
    out["interchanges_unfinished"] =
        count("SELECT count(*) FROM interchange_state WHERE state IN ('received', 'posting')");
    out["events"] = count("SELECT max(seq) FROM event");
    out["awards"] = count("SELECT max(seq) FROM award");
    out["awards_waiting"] = count("SELECT count(*) FROM waiting_award");
    out["exceptions_open"] = count("SELECT count(*) FROM exception WHERE state = 'open'");
    out["payouts_open"] =
        count("SELECT count(*) FROM payout_state WHERE state IN ('reserved', 'sending', 'pending', 'unknown')");
    out["payout_oldest_open_s"] = payout::oldest_unsettled_ms(tx, now_ms) / 1000;
    out["ledger_head"] = store::export_head(store::chain_head(tx));
}

net::Response status(Context& context, const net::Request&) {
    json::object out = context.parts.status ? context.parts.status() : json::object{};
    const auto settings = context.settings();
    const auto findings = context.parts.health.findings();
    out["version"] = context.parts.version;
    out["health"] = ops::Health::to_json(findings);
    out["feeds"] = settings->feeds.size();
    out["programs"] = settings->programs.size();
    out["connectors"] = connectors_json(*settings);
    return read_response(context.store(), [&](store::Tx& tx) {
        put_counts(tx, out, context.parts.clock.now_ms());
        return net::Response::json(200, out);
    });
}

net::Response notices(Context& context, const net::Request& request) {
    const auto page = page_of(request);
    if (!page) return net::Response::problem(page.error());
    return read_response(context.store(), [&](store::Tx& tx) {
        json::array items;
        int64_t last = 0;
        store::Rows rows = tx.query(
            "SELECT n.id, n.kind, p.code, n.connector, n.state, n.attempt, n.message, n.created_at, n.changed_at, "
            "n.trace_id FROM notice n "
            "LEFT JOIN party p ON p.id = n.party WHERE n.id > ?1 AND (?2 = '' OR n.state = ?2) ORDER BY n.id LIMIT ?3",
            page->is_newest_first ? 0 : page->after, page->state, page->limit);
        while (rows.next()) {
            last = rows.integer(0);
            items.push_back({{"id", last},
                             {"kind", rows.text(1)},
                             {"party", rows.text(2)},
                             {"connector", rows.text(3)},
                             {"state", rows.text(4)},
                             {"attempt", rows.integer(5)},
                             {"message", rows.text(6)},
                             {"created_at", iso_instant(rows.integer(7))},
                             {"changed_at", iso_instant(rows.integer(8))},
                             {"trace_id", rows.text(9)}});
        }
        return page_response(std::move(items), *page, last);
    });
}

net::Response audit(Context& context, const net::Request& request) {
    const auto page = page_of(request);
    if (!page) return net::Response::problem(page.error());
    return read_response(context.store(), [&](store::Tx& tx) {
        json::array items = ops::audit_json(tx, page->after, page->limit, page->is_newest_first);
        const json::value last = items.empty() ? json::value(0) : items.back().at("seq");
        return page_response(std::move(items), *page, last);
    });
}

net::Response reload(Context& context, const net::Request& request) {
    const auto changes = context.parts.reload(request.principal, request.trace_id);
    if (changes) return net::Response::json(200, *changes);
    return net::Response::problem(422, name_of(changes.error().code), "The running configuration stays in use",
                                  changes.error().message);
}

net::Response backup(Context& context, const net::Request& request) {
    const auto body = body_of(request);
    if (!body) return net::Response::problem(body.error());
    const auto path = field_of(*body, "path");
    if (!path) return net::Response::problem(path.error());
    if (!path->starts_with('/'))
        return net::Response::problem(
            fail(ErrorCode::invalid, "path must be absolute: the daemon has a working directory of its own"));
    const auto recorded =
        ops::record_first(context.store(), context.parts.clock.now_ms(), context.audit(request, "backup", *path));
    if (!recorded) return net::Response::problem(recorded.error());
    const auto done = context.store().backup(*path);
    return done ? net::Response::json(200, json::object{{"path", *path}}) : net::Response::problem(done.error());
}

Endpoint get(const char* pattern, Right right, const char* summary, net::Handler handler) {
    Endpoint endpoint{"GET", pattern, right, summary};
    endpoint.handler = std::move(handler);
    return endpoint;
}

}  // namespace

void add_operations(Endpoints& to, const Shared& context) {
    to.push_back(get("/v1/status", Right::look, "How the daemon is", answering(context, status)));
    to.push_back(
        get("/v1/connectors", Right::desk, "Connectors, and the ways to redeem", answering(context, connectors)));
    const std::vector<Parameter> paging{{"after", "Cursor: next of the page before", true},
                                        {"limit", "1 to 1000", true}};
    to.push_back(
        get("/v1/notices", Right::look, "Mails to people and what became of them", answering(context, notices)));
    to.back().query = paging;
    to.back().query.push_back({"state", "waiting, sending, sent, failed or unknown"});
    to.push_back(get("/v1/audit", Right::look, "Who changed what", answering(context, audit)));
    to.back().query = paging;
    to.back().query.push_back({"order", "oldest or newest first"});

    Endpoint again{"POST", "/v1/reload", Right::admin, "Load the configuration anew; a mistake changes nothing"};
    again.handler = answering(context, reload);
    to.push_back(std::move(again));

    Endpoint copy{"POST", "/v1/backup", Right::local, "Copy the store to a file while it runs"};
    copy.body = "application/json";
    copy.fields = {{"path", "Absolute, on the daemon's machine"}};
    copy.handler = answering(context, backup);
    to.push_back(std::move(copy));

    Endpoint numbers = get("/v1/metrics", Right::look, "The metrics, for who can reach the API only",
                           [context](net::Request, net::Respond respond) {
                               respond(net::Response::text(200, context->parts.metrics.text(),
                                                           "text/plain; version=0.0.4; charset=utf-8"));
                           });
    numbers.answer = "text/plain";
    to.push_back(std::move(numbers));
}

void add_probes(Endpoints& to, const Shared& context) {
    to.push_back(
        get("/metrics", Right::anyone, "Metrics for Prometheus", [context](net::Request, net::Respond respond) {
            respond(
                net::Response::text(200, context->parts.metrics.text(), "text/plain; version=0.0.4; charset=utf-8"));
        }));
    to.push_back(get("/-/healthy", Right::anyone, "503 when only a new start can help",
                     [context](net::Request, net::Respond respond) {
                         const auto findings = context->parts.health.findings();
                         respond(net::Response::json(ops::Health::is_healthy(findings) ? 200 : 503,
                                                     ops::Health::to_json(findings)));
                     }));
    to.push_back(
        get("/-/ready", Right::anyone, "503 while it cannot take work", [context](net::Request, net::Respond respond) {
            const auto findings = context->parts.health.findings();
            respond(net::Response::json(ops::Health::is_ready(findings) ? 200 : 503, ops::Health::to_json(findings)));
        }));
}

}  // namespace tributary::api
