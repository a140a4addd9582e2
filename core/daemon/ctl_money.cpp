// Awards, budgets, payouts and the books.
#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/base/file.hpp"
#include "core/base/uuid.hpp"
#include "core/daemon/ctl.hpp"

namespace tributary::ctl {
namespace {

constexpr int64_t long_timeout_ms = 6 * 3'600'000;

void put(Call& call, const Listing& listing) {
    if (!listing.after.empty()) call.query["after"] = listing.after;
    if (!listing.state.empty()) call.query["state"] = listing.state;
}

std::string payout_text(const json::object& o) {
    const json::value v(o);
    Facts facts;
    facts.add("payout", cell(v, "id"));
    facts.add("state", cell(v, "state"));
    facts.add("recipient", cell(v, "recipient"));
    facts.add("reward", fmt::format("{} for {} by {}", cell(v, "money"), cell(v, "amount"), cell(v, "connector")));
    facts.add("product", cell(v, "product"));
    facts.add("requested", fmt::format("{} by {}", short_time(cell(v, "requested_at")), cell(v, "requested_by")));
    facts.add("changed", short_time(cell(v, "changed_at")));
    facts.add("next step at", short_time(cell(v, "next_at")));
    facts.add("message", cell(v, "message"));
    facts.add("reference", cell(v, "reference"));
    facts.add("trace", cell(v, "trace_id"));
    std::string out = facts.text();
    Table table({{"AT"},
                 {"WHAT"},
                 {"STEP"},
                 {"STATUS", Align::right},
                 {"OUTCOME"},
                 {"CODE", Align::left, true},
                 {"MESSAGE", Align::left, true}});
    for (const auto& [name, list] : o) {
        if (!list.is_array()) continue;
        for (const json::value& moment : list.as_array())
            table.add({short_time(cell(moment, "at")), cell(moment, "what"), cell(moment, "step"),
                       cell(moment, "status"), cell(moment, "outcome"), cell(moment, "code"), cell(moment, "message")});
    }
    return table.is_empty() ? out : out + "\n" + table.text();
}

int show_payout(const Session& session, const Result<json::object>& answer) {
    return answer ? session.show(*answer, payout_text(*answer)) : session.fail(answer.error());
}

}  // namespace

int award_list(const Session& session, const Listing& listing, const std::string& recipient) {
    Call call{.path = "/v1/awards", .query = {{"recipient", recipient}}};
    if (!listing.is_oldest_first) call.query["order"] = "newest";
    put(call, listing);
    const auto items = session.client.items(call, listing.rows_max);
    if (!items) return session.fail(items.error());
    Table table({{"AWARD", Align::right},
                 {"LINE"},
                 {"PROGRAM", Align::left, true},
                 {"INCENTIVE", Align::left, true},
                 {"AMOUNT", Align::right},
                 {"AT"},
                 {"NOTE"}});
    for (const json::value& i : *items) {
        const std::string reverses = cell(i, "reverses");
        table.add({cell(i, "award"), cell(i, "line"), cell(i, "program"), cell(i, "incentive"), cell(i, "amount"),
                   short_time(cell(i, "at")),
                   !reverses.empty()                ? "takes back " + reverses
                   : cell(i, "is_waiting") == "yes" ? "waits for its budget"
                                                    : ""});
    }
    return session.show(*items, table.is_empty() ? "no awards\n" : table.text());
}

int explain(const Session& session, const std::string& line, const std::string& language) {
    const auto answer = session.client.send_json(
        {.path = "/v1/events/" + escape(line) + "/explanation", .query = {{"language", language}}});
    if (!answer) return session.fail(answer.error());
    std::string text;
    for (const json::value& sentence : answer->at("text").as_array())
        text += harmless(std::string(sentence.as_string())) + "\n";
    return session.show(*answer, text);
}

int budget_list(const Session& session) {
    const auto answer = session.client.send_json({.path = "/v1/budgets"});
    if (!answer) return session.fail(answer.error());
    Table table({{"BUDGET", Align::left, true},
                 {"AVAILABLE", Align::right},
                 {"FUNDED", Align::right},
                 {"AWARDED", Align::right},
                 {"PLANNED", Align::right},
                 {"WAITING", Align::right},
                 {"ACTIVE"}});
    for (const json::value& i : answer->at("items").as_array())
        table.add({cell(i, "program") + "/" + cell(i, "incentive"), cell(i, "available"), cell(i, "funded"),
                   cell(i, "awarded"), cell(i, "planned"), cell(i, "awards_waiting"), cell(i, "is_active")});
    return session.show(*answer, table.is_empty() ? "no budgets: no program is applied\n" : table.text());
}

int budget_fund(const Session& session, const std::string& budget, const std::string& amount, std::string key) {
    const size_t slash = budget.find('/');
    if (slash == std::string::npos)
        return session.fail(
            fail(ErrorCode::invalid, fmt::format("a budget is named <program>/<incentive>, not '{}'", budget)));
    if (key.empty()) {
        key = uuid_v7(system_clock(), system_random());
        session.progress("key " + key + ": should this be cut off, repeat it with --key and it counts once");
    }
    const std::string path =
        fmt::format("/v1/budgets/{}/{}/fund", escape(budget.substr(0, slash)), escape(budget.substr(slash + 1)));
    const auto answer = session.client.send_json(post(path, {{"amount", amount}, {"key", key}}));
    if (!answer) return session.fail(answer.error());
    return session.show(*answer, fmt::format("{}: {} available; {} waiting awards released, {} still wait\n", budget,
                                             cell(*answer, "available"), int_or(*answer, "awards_released"),
                                             int_or(*answer, "awards_waiting")));
}

int program_list(const Session& session) {
    const auto answer = session.client.send_json({.path = "/v1/programs"});
    if (!answer) return session.fail(answer.error());
    Table table({{"PROGRAM"},
                 {"VERSION", Align::right},
                 {"INCENTIVE"},
                 {"UNIT"},
                 {"FROM"},
                 {"TO"},
                 {"TITLE", Align::left, true}});
    for (const json::value& program : answer->at("items").as_array())
        for (const json::value& i : program.at("incentives").as_array())
            table.add({cell(program, "program"), cell(program, "version"), cell(i, "code"), cell(i, "unit"),
                       cell(i, "valid_from"), cell(i, "valid_to"), cell(i, "title")});
    return session.show(*answer, table.is_empty() ? "no programs\n" : table.text());
}

int redeem(const Session& session, Redeem redeem) {
    if (redeem.key.empty()) {
        redeem.key = uuid_v7(system_clock(), system_random());
        session.progress("key " + redeem.key + ": should this be cut off, repeat it with --key and it pays once");
    }
    json::object body{{"recipient", redeem.recipient}, {"connector", redeem.connector}, {"amount", redeem.amount}};
    if (!redeem.product.empty()) body["product"] = redeem.product;
    Call call = post("/v1/redemptions", body);
    call.headers.push_back({"idempotency-key", redeem.key});
    return show_payout(session, session.client.send_json(call));
}

int payout_list(const Session& session, const Listing& listing) {
    Call call{.path = "/v1/payouts"};
    put(call, listing);
    const auto items = session.client.items(call, listing.rows_max);
    if (!items) return session.fail(items.error());
    Table table({{"PAYOUT"},
                 {"STATE"},
                 {"RECIPIENT", Align::left, true},
                 {"CONNECTOR", Align::left, true},
                 {"AMOUNT", Align::right},
                 {"MONEY", Align::right},
                 {"REQUESTED"},
                 {"MESSAGE", Align::left, true}});
    for (const json::value& i : *items)
        table.add({cell(i, "id"), cell(i, "state"), cell(i, "recipient"), cell(i, "connector"), cell(i, "amount"),
                   cell(i, "money"), short_time(cell(i, "requested_at")), cell(i, "message")});
    return session.show(*items, table.is_empty() ? "no payouts\n" : table.text());
}

int payout_show(const Session& session, const std::string& id) {
    return show_payout(session, session.client.send_json({.path = "/v1/payouts/" + escape(id)}));
}

int payout_resolve(const Session& session, const std::string& id, const std::string& outcome,
                   const std::string& evidence) {
    return show_payout(session, session.client.send_json(post("/v1/payouts/" + escape(id) + "/resolve",
                                                              {{"outcome", outcome}, {"evidence", evidence}})));
}

int payout_look_up(const Session& session, const std::string& id) {
    return show_payout(session, session.client.send_json(post("/v1/payouts/" + escape(id) + "/look-up", {})));
}

int payout_reveal(const Session& session, const std::string& id, bool is_again) {
    const auto answer = session.client.send_json(post("/v1/payouts/" + escape(id) + "/reveal", {{"again", is_again}}));
    if (!answer) return session.fail(answer.error());
    return session.show(*answer, harmless(text_or(*answer, "bearer")) + "\n");
}

int account_list(const Session& session, const Listing& listing, const std::string& prefix) {
    Call call{.path = "/v1/accounts", .query = {{"prefix", prefix}}};
    put(call, listing);
    const auto items = session.client.items(call, listing.rows_max);
    if (!items) return session.fail(items.error());
    Table table({{"ACCOUNT", Align::left, true},
                 {"BALANCE", Align::right},
                 {"DEBITS", Align::right},
                 {"CREDITS", Align::right},
                 {"RESERVED", Align::right}});
    for (const json::value& i : *items)
        table.add({cell(i, "account"), cell(i, "balance"), cell(i, "debits"), cell(i, "credits"),
                   cell(i, "debits_reserved")});
    return session.show(*items, table.is_empty() ? "no accounts\n" : table.text());
}

int account_statement(const Session& session, const Listing& listing, const std::string& code) {
    Call call{.path = "/v1/accounts/statement", .query = {{"code", code}}};
    put(call, listing);
    const auto items = session.client.items(call, listing.rows_max);
    if (!items) return session.fail(items.error());
    Table table({{"TRANSFER", Align::right},
                 {"AT"},
                 {"KIND"},
                 {"ORIGIN"},
                 {"AMOUNT", Align::right},
                 {"BALANCE", Align::right},
                 {"OTHER ACCOUNT", Align::left, true}});
    for (const json::value& i : *items)
        table.add({cell(i, "transfer"), short_time(cell(i, "at")), cell(i, "kind"),
                   cell(i, "origin") + " " + cell(i, "origin_id"), cell(i, "amount"), cell(i, "balance_after"),
                   cell(i, "other_account")});
    return session.show(*items, table.is_empty() ? "no transfers\n" : table.text());
}

int ledger_verify(const Session& session, const std::string& head_file) {
    json::object body;
    if (!head_file.empty()) {
        const auto text = read_file(head_file, 4096);
        if (!text) return session.fail(text.error());
        body["head"] = trim(*text);
    }
    Call call = post("/v1/ledger/verify", body);
    call.timeout_ms = long_timeout_ms;
    session.progress("verifying every balance and the whole chain; this reads everything");
    const auto answer = session.client.send_json(call);
    if (!answer) return session.fail(answer.error());
    const bool is_balanced = bool_or(*answer, "is_balanced"), is_intact = bool_or(*answer, "is_intact");
    std::string text = fmt::format("books  {}: {} transfers\n", is_balanced ? "balance" : "DO NOT BALANCE",
                                   int_or(*answer, "transfers"));
    for (const json::value& finding : answer->at("findings").as_array())
        text += "  " + harmless(std::string(finding.as_string())) + "\n";
    text += fmt::format("chain  {}: {} batches, {} rows\n", is_intact ? "intact" : "BROKEN", int_or(*answer, "batches"),
                        int_or(*answer, "rows"));
    if (!is_intact) text += "  " + harmless(text_or(*answer, "broken")) + "\n";
    text += "head   " + cell(answer->at("head"), "text") + "\n";
    if (head_file.empty())
        text +=
            "Checked against itself only; keep the head elsewhere and use --head FILE to notice a rewritten store.\n";
    session.show(*answer, text);
    return is_balanced && is_intact ? 0 : exit_code_of(ErrorCode::corrupt);
}

int ledger_head(const Session& session) {
    const auto answer = session.client.send_json({.path = "/v1/ledger/head"});
    if (!answer) return session.fail(answer.error());
    return session.show(*answer, text_or(*answer, "text") + "\n");
}

int ledger_export(const Session& session, const std::string& format, const std::string& path) {
    if (path.empty()) {
        const auto response = session.client.send(
            {.path = "/v1/ledger/export", .query = {{"format", format}}, .timeout_ms = long_timeout_ms});
        if (!response) return session.fail(response.error());
        fmt::print("{}", response->body);
        return 0;
    }
    Call call = post("/v1/ledger/export", {{"format", format}, {"path", path}});
    call.timeout_ms = long_timeout_ms;
    session.progress("writing " + path);
    const auto answer = session.client.send_json(call);
    if (!answer) return session.fail(answer.error());
    return session.show(*answer, fmt::format("{}: {}\n", path, size_text(int_or(*answer, "size"))));
}

}  // namespace tributary::ctl
