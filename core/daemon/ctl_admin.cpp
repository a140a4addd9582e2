// The daemon itself: configuration, status, notices, audit trail, backup.
#include <filesystem>

#include <fmt/format.h>

#include "core/daemon/config_reference.hpp"
#include "core/daemon/ctl.hpp"
#include "core/daemon/loaded.hpp"

namespace tributary::ctl {
namespace {

constexpr int64_t long_timeout_ms = 6 * 3'600'000;

std::string absolute(const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
}

void put(Call& call, const Listing& listing) {
    if (!listing.after.empty()) call.query["after"] = listing.after;
    if (!listing.state.empty()) call.query["state"] = listing.state;
}

// What a way to redeem gives, else what the connector calls itself, else why it does not work.
std::string purpose_of(const json::value& connector) {
    if (const std::string reason = cell(connector, "reason"); !reason.empty()) return reason;
    const json::value* route = find(connector.as_object(), "route");
    if (route == nullptr) return cell(connector, "title");
    return fmt::format("{}: {} is {}", cell(*route, "title"), cell(route->at("rate"), "per"),
                       cell(route->at("rate"), "money"));
}

std::string connectors_text(const json::array& connectors) {
    Table table({{"CONNECTOR"}, {"KIND"}, {"STATE"}, {"ID"}, {"VERSION"}, {"WHAT IT IS", Align::left, true}});
    for (const json::value& i : connectors)
        table.add(
            {cell(i, "name"), cell(i, "kind"), cell(i, "state"), cell(i, "id"), cell(i, "version"), purpose_of(i)});
    return table.is_empty() ? "no connectors\n" : table.text();
}

}  // namespace

int check(const Session& session, const Check& check) {
    SourceErrors errors;
    tributary::check(check.config, check.is_text_only ? Depth::text : Depth::environment, errors);
    if (session.is_json) {
        json::array out;
        for (const SourceError& error : errors)
            out.push_back(
                {{"file", error.file}, {"line", error.line}, {"column", error.column}, {"message", error.message}});
        fmt::print("{}\n", to_pretty_text(json::object{{"is_valid", errors.empty()}, {"errors", std::move(out)}}));
        return errors.empty() ? 0 : exit_code_of(ErrorCode::config);
    }
    for (const SourceError& error : errors) fmt::print(stderr, "{}\n", to_text(error));
    if (errors.empty()) {
        fmt::print("{}: fine{}\n", check.config,
                   check.is_text_only ? " (credentials and connectors were not looked at)" : "");
        return 0;
    }
    fmt::print(stderr, "{} mistake{}\n", errors.size(), errors.size() == 1 ? "" : "s");
    return exit_code_of(ErrorCode::config);
}

std::string socket_of(const std::string& config, const std::string& fallback) {
    SourceErrors ignored;  // what is wrong elsewhere in it is for `check` to say
    const Config loaded = load_config(config, ignored);
    return loaded.socket_path.empty() ? fallback : loaded.socket_path;
}

int config_page(const std::string& format) {
    if (format == "markdown")
        fmt::print("{}", config::reference_markdown());
    else if (format == "man")
        fmt::print("{}", config::reference_man());
    else if (format == "schema-tributary")
        fmt::print("{}\n", to_pretty_text(config::json_schema(config::main_file())));
    else if (format == "schema-feed")
        fmt::print("{}\n", to_pretty_text(config::json_schema(config::feed_file())));
    else
        fmt::print("{}\n", to_pretty_text(config::json_schema(config::connector_file())));
    return 0;
}

int status(const Session& session) {
    const auto answer = session.client.send_json({.path = "/v1/status"});
    if (!answer) return session.fail(answer.error());
    const json::object& o = *answer;
    const json::value& health = o.at("health");
    Facts facts;
    facts.add("tributaryd", fmt::format("{}, pid {}, since {}", cell(o, "version"), cell(o, "pid"),
                                        short_time(cell(o, "started_at"))));
    facts.add("configuration", cell(o, "config"));
    facts.add("data", fmt::format("{}: spool {}, {} free", cell(o, "data_directory"),
                                  size_text(int_or(o, "spool_size")), size_text(int_or(o, "disk_free"))));
    facts.add("ready", cell(health, "ready"));
    for (const auto& [name, problem] : health.at("checks").as_object())
        if (problem != "ok") facts.add("  " + std::string(name), std::string(problem.as_string()));
    facts.add("interchanges", fmt::format("{}, {} unfinished, {} waiting", cell(o, "interchanges"),
                                          cell(o, "interchanges_unfinished"), cell(o, "flow_queue_length")));
    facts.add("events", fmt::format("{}; {} exceptions open", cell(o, "events"), cell(o, "exceptions_open")));
    facts.add("awards", fmt::format("{}; {} wait for their budget", cell(o, "awards"), cell(o, "awards_waiting")));
    std::string payouts =
        fmt::format("{} open, {} calls in flight", cell(o, "payouts_open"), cell(o, "payouts_in_flight"));
    if (int_or(o, "payouts_open") > 0) payouts += fmt::format(", the oldest {} s old", cell(o, "payout_oldest_open_s"));
    facts.add("payouts", payouts);
    facts.add("ledger head", cell(o, "ledger_head"));
    session.show(o, facts.text() + "\n" + connectors_text(o.at("connectors").as_array()));
    return bool_or(health.as_object(), "ready") ? 0 : exit_code_of(ErrorCode::unavailable);
}

int notice_list(const Session& session, const Listing& listing) {
    Call call{.path = "/v1/notices"};
    put(call, listing);
    const auto items = session.client.items(call, listing.rows_max);
    if (!items) return session.fail(items.error());
    Table table({{"ID", Align::right},
                 {"KIND"},
                 {"PARTY", Align::left, true},
                 {"STATE"},
                 {"TRIES", Align::right},
                 {"CHANGED"},
                 {"MESSAGE", Align::left, true}});
    for (const json::value& i : *items)
        table.add({cell(i, "id"), cell(i, "kind"), cell(i, "party"), cell(i, "state"), cell(i, "attempt"),
                   short_time(cell(i, "changed_at")), cell(i, "message")});
    return session.show(*items, table.is_empty() ? "no notices\n" : table.text());
}

int audit_list(const Session& session, const Listing& listing) {
    Call call{.path = "/v1/audit"};
    if (!listing.is_oldest_first) call.query["order"] = "newest";
    put(call, listing);
    const auto items = session.client.items(call, listing.rows_max);
    if (!items) return session.fail(items.error());
    Table table({{"NO.", Align::right},
                 {"AT"},
                 {"ACTOR", Align::left, true},
                 {"ACTION"},
                 {"SUBJECT", Align::left, true},
                 {"DETAIL", Align::left, true}});
    for (const json::value& i : *items)
        table.add({cell(i, "seq"), short_time(cell(i, "at")), cell(i, "actor"), cell(i, "action"), cell(i, "subject"),
                   to_text(i.at("detail"))});
    return session.show(*items, table.is_empty() ? "nothing was changed yet\n" : table.text());
}

int connector_list(const Session& session) {
    const auto answer = session.client.send_json({.path = "/v1/connectors"});
    if (!answer) return session.fail(answer.error());
    return session.show(*answer, connectors_text(answer->at("items").as_array()));
}

int backup(const Session& session, const std::string& path) {
    Call call = post("/v1/backup", {{"path", absolute(path)}});
    call.timeout_ms = long_timeout_ms;
    session.progress("copying the store; the daemon goes on meanwhile");
    const auto answer = session.client.send_json(call);
    if (!answer) return session.fail(answer.error());
    return session.show(
        *answer,
        fmt::format("{}\nKeep bearer.key of the data directory with it: gift-card links cannot be read without.\n",
                    absolute(path)));
}

int reload(const Session& session) {
    const auto answer = session.client.send_json(post("/v1/reload", {}));
    if (!answer) return session.fail(fail(ErrorCode::config, answer.error().message));
    std::string text = fmt::format("{} feeds, {} connectors, {} programs\n", cell(*answer, "feeds"),
                                   cell(*answer, "connectors"), cell(*answer, "programs"));
    for (const json::value& name : answer->at("connectors_opened").as_array())
        text += fmt::format("opened anew: {}\n", cell(json::object{{"x", name}}, "x"));
    for (const json::value& name : answer->at("needs_restart").as_array())
        text += fmt::format("takes effect at the next start: {}\n", cell(json::object{{"x", name}}, "x"));
    if (const std::string warning = text_or(*answer, "warning"); !warning.empty()) text += "warning: " + warning + "\n";
    return session.show(*answer, text);
}

int metrics(const Session& session) {
    const auto response = session.client.send({.path = "/v1/metrics"});
    if (!response) return session.fail(response.error());
    fmt::print("{}", response->body);
    return 0;
}

}  // namespace tributary::ctl
