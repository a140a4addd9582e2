// Who earned what, and why, and why not.
#include <fmt/format.h>

#include "core/api/context.hpp"
#include "core/api/page.hpp"
#include "core/api/program_names.hpp"
#include "core/base/encoding.hpp"
#include "core/directory/directory.hpp"

namespace tributary::api {
namespace {

json::object award_of(const store::Rows& rows) {
    json::object award{
        {"award", rows.integer(0)},  {"line", line_text(EventId{rows.integer(1)})}, {"program", rows.text(2)},
        {"incentive", rows.text(3)}, {"at", iso_instant(rows.integer(7))},          {"is_waiting", !rows.is_null(8)}};
    award["amount"] = amount_json(rows.string(4), rows.integer(5));
    if (rows.integer(6) != 0) award["reverses"] = rows.integer(6);
    return award;
}

net::Response list(Context& context, const net::Request& request) {
    const auto page = page_of(request);
    if (!page) return net::Response::problem(page.error());
    const std::string code = query_of(request, "recipient");
    if (code.empty()) return net::Response::problem(fail(ErrorCode::invalid, "name a party: ?recipient=<code>"));
    return read_response(context.store(), [&](store::Tx& tx) {
        const auto recipient = directory::party_by_code(tx, code);
        if (!recipient)
            return net::Response::problem(
                fail(ErrorCode::not_found, fmt::format("there is no party '{}'", printable(code))));
        json::array items;
        int64_t last = 0;
        store::Rows rows =
            page->is_newest_first
                ? tx.query(
                      "SELECT a.seq, a.event_id, i.program, i.code, a.unit, a.amount, a.reverses, a.at, w.award FROM "
                      "award a "
                      "JOIN incentive i ON i.id = a.incentive LEFT JOIN waiting_award w ON w.award = a.seq "
                      "WHERE a.recipient = ? AND a.seq < ? ORDER BY a.seq DESC LIMIT ?",
                      *recipient, page->after, page->limit)
                : tx.query(
                      "SELECT a.seq, a.event_id, i.program, i.code, a.unit, a.amount, a.reverses, a.at, w.award FROM "
                      "award a "
                      "JOIN incentive i ON i.id = a.incentive LEFT JOIN waiting_award w ON w.award = a.seq "
                      "WHERE a.recipient = ? AND a.seq > ? ORDER BY a.seq LIMIT ?",
                      *recipient, page->after, page->limit);
        while (rows.next()) {
            last = rows.integer(0);
            items.push_back(award_of(rows));
        }
        return page_response(std::move(items), *page, last);
    });
}

net::Response explain(Context& context, ProgramNames& names, const net::Request& request) {
    const auto id = parse_line(request.captures.at("id"));
    if (!id) return net::Response::problem(id.error());
    std::string language = query_of(request, "language");
    if (language.empty()) language = "en";
    return read_response(context.store(), [&](store::Tx& tx) {
        const auto data = tx.one_text("SELECT explanation FROM event WHERE id = ?", *id);
        if (!data) {
            const auto cause = tx.one_text("SELECT cause || ': ' || detail FROM exception WHERE event_id = ?", *id);
            if (!cause) return net::Response::problem(fail(ErrorCode::not_found, "there is no line " + line_text(*id)));
            return net::Response::problem(404, "not_posted", "The line is not posted", "it is an exception: " + *cause);
        }
        json::array text;
        for (std::string& line : rules::render_explanation(*data, names.of(tx, *data), language))
            text.emplace_back(std::move(line));
        const Result<json::value> parsed = parse_json(*data, 16 << 20);
        return net::Response::json(200, json::object{{"line", line_text(*id)},
                                                     {"language", language},
                                                     {"text", std::move(text)},
                                                     {"data", parsed ? *parsed : json::value(nullptr)}});
    });
}

}  // namespace

void add_awards(Endpoints& to, const Shared& context) {
    Endpoint all{"GET", "/v1/awards", Right::desk, "The awards of one party"};
    all.query = {{"recipient", "Party code"},
                 {"after", "Cursor: next of the page before", true},
                 {"limit", "1 to 1000", true},
                 {"order", "oldest or newest first"}};
    all.handler = answering(context, list);
    to.push_back(std::move(all));

    Endpoint why{"GET", "/v1/events/{id}/explanation", Right::desk,
                 "Why a line earned what it earned, and why not more; id: <interchange>-<line>"};
    why.query = {{"language", "en or de"}};
    why.handler =
        answering(context, [names = std::make_shared<ProgramNames>()](Context& c, const net::Request& request) {
            return explain(c, *names, request);
        });
    to.push_back(std::move(why));
}

}  // namespace tributary::api
