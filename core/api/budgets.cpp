// Programs and the budgets of their incentives.
#include <fmt/format.h>

#include "core/api/context.hpp"
#include "core/api/page.hpp"
#include "core/base/encoding.hpp"

namespace tributary::api {
namespace {

const rules::Incentive* planned(const Settings& settings, std::string_view program, std::string_view code) {
    for (const rules::AppliedProgram& applied : settings.programs)
        for (const rules::Incentive& incentive : applied.program.incentives)
            if (applied.program.id == program && incentive.code == code) return &incentive;
    return nullptr;
}

json::object budget_of(const Settings& settings, const store::Rows& rows) {
    const int64_t debits = rows.integer(4), credits = rows.integer(5), held = rows.integer(6);
    json::object out{{"program", rows.text(0)}, {"incentive", rows.text(1)}, {"account", rows.text(3)}};
    const std::string unit = rows.string(2);
    out["available"] = amount_json(unit, credits - debits - held);
    // What returns brought back counts as not awarded, not as funded.
    const int64_t funded = rows.integer(8);
    out["funded"] = amount_json(unit, funded);
    out["awarded"] = amount_json(unit, debits - (credits - funded));
    out["awards_waiting"] = rows.integer(7);
    const rules::Incentive* incentive = planned(settings, rows.text(0), rows.text(1));
    out["is_active"] = incentive != nullptr;
    if (incentive != nullptr)
        out["title"] = incentive->title, out["planned"] = amount_json(unit, incentive->budget_minor);
    return out;
}

net::Response list(Context& context, const net::Request&) {
    const auto settings = context.settings();
    return read_response(context.store(), [&](store::Tx& tx) {
        json::array items;
        store::Rows rows = tx.query(
            "SELECT i.program, i.code, i.unit, a.code, a.debits_posted, a.credits_posted, a.debits_pending, "
            "(SELECT count(*) FROM waiting_award w WHERE w.incentive = i.id), "
            "(SELECT coalesce(sum(f.amount), 0) FROM funding f WHERE f.incentive = i.id) "
            "FROM incentive i JOIN account a ON a.id = i.budget_account ORDER BY i.program, i.id");
        while (rows.next()) items.push_back(budget_of(*settings, rows));
        return net::Response::json(200, json::object{{"items", std::move(items)}});
    });
}

net::Response fund(Context& context, const net::Request& request) {
    const auto body = body_of(request);
    if (!body) return net::Response::problem(body.error());
    const std::string &program = request.captures.at("program"), &incentive = request.captures.at("incentive");
    std::optional<std::string> unit;
    const auto known = context.store().read([&](store::Tx& tx) {
        unit = tx.one_text("SELECT unit FROM incentive WHERE program = ? AND code = ?", program, incentive);
    });
    if (!known) return net::Response::problem(known.error());
    if (!unit)
        return net::Response::problem(
            fail(ErrorCode::not_found,
                 fmt::format("there is no incentive {}/{}", printable(program), printable(incentive))));
    const auto amount = amount_of(*body, *unit);
    const auto key = field_of(*body, "key");
    if (!amount || !key) return net::Response::problem(amount ? key.error() : amount.error());
    const auto report = flow::fund_budget(context.store(), context.parts.ledger, context.parts.clock, program,
                                          incentive, *amount, *key, request.principal);
    if (!report) return net::Response::problem(report.error());
    json::object out{{"program", program}, {"incentive", incentive}};
    out["available"] = amount_json(*unit, report->balance);
    out["awards_released"] = report->awards_released;
    out["awards_waiting"] = report->awards_waiting;
    return net::Response::json(200, out);
}

net::Response programs(Context& context, const net::Request&) {
    const auto settings = context.settings();
    json::array items;
    for (const rules::AppliedProgram& applied : settings->programs) {
        json::array incentives;
        for (const rules::Incentive& incentive : applied.program.incentives)
            incentives.push_back({{"code", incentive.code},
                                  {"title", incentive.title},
                                  {"unit", incentive.unit.code},
                                  {"valid_from", iso_date(incentive.valid_from)},
                                  {"valid_to", iso_date(incentive.valid_to)}});
        items.push_back({{"program", applied.program.id},
                         {"title", applied.program.title},
                         {"version", applied.version},
                         {"time_zone", applied.program.time_zone},
                         {"incentives", std::move(incentives)}});
    }
    return net::Response::json(200, json::object{{"items", std::move(items)}});
}

}  // namespace

void add_budgets(Endpoints& to, const Shared& context) {
    Endpoint all{"GET", "/v1/budgets", Right::look, "What every budget can still give"};
    all.handler = answering(context, list);
    to.push_back(std::move(all));

    Endpoint put{"POST", "/v1/budgets/{program}/{incentive}/fund", Right::money,
                 "Put money in; waiting awards are then tried in order"};
    put.body = "application/json";
    put.fields = {{"amount", "In the budget's unit: a whole number, or a decimal as text"},
                  {"key", "A key of yours; the same key again changes nothing"}};
    put.handler = answering(context, fund);
    to.push_back(std::move(put));

    Endpoint running{"GET", "/v1/programs", Right::desk, "The programs as they run now"};
    running.handler = answering(context, programs);
    to.push_back(std::move(running));
}

}  // namespace tributary::api
