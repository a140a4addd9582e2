// Lines that could not be resolved: list, try again, give up with a reason.
#include <fmt/format.h>

#include "core/api/context.hpp"
#include "core/api/page.hpp"
#include "core/base/encoding.hpp"

namespace tributary::api {
namespace {

net::Response list(Context& context, const net::Request& request) {
    const auto page = page_of(request);
    if (!page) return net::Response::problem(page.error());
    const std::string cause = query_of(request, "cause"), state = page->state.empty() ? "open" : page->state;
    return read_response(context.store(), [&](store::Tx& tx) {
        json::array items;
        int64_t last = 0;
        store::Rows rows = tx.query(
            "SELECT id, event_id, cause, subject, detail, state, created_at, closed_at, note FROM exception "
            "WHERE id > ?1 AND (?2 = 'all' OR state = ?2) AND (?3 = '' OR cause = ?3) ORDER BY id LIMIT ?4",
            page->is_newest_first ? 0 : page->after, state, cause, page->limit);
        while (rows.next()) {
            last = rows.integer(0);
            json::object item{{"id", last},
                              {"line", line_text(EventId{rows.integer(1)})},
                              {"cause", rows.text(2)},
                              {"subject", rows.text(3)},
                              {"detail", rows.text(4)},
                              {"state", rows.text(5)},
                              {"created_at", iso_instant(rows.integer(6))}};
            if (rows.integer(7) != 0) item["closed_at"] = iso_instant(rows.integer(7)), item["note"] = rows.text(8);
            items.push_back(std::move(item));
        }
        return page_response(std::move(items), *page, last);
    });
}

struct Selection {
    int64_t id = 0;
    std::string cause, subject;
    bool is_dry = false;
};

Result<Selection> selection_of(const net::Request& request) {
    Selection out;
    TRIBUTARY_TRY(const json::object body, body_of(request));
    TRIBUTARY_TRY(out.id, integer_field(body, "id"));
    TRIBUTARY_TRY(out.cause, text_field(body, "cause"));
    TRIBUTARY_TRY(out.subject, text_field(body, "subject"));
    TRIBUTARY_TRY(out.is_dry, flag_field(body, "dry_run"));
    return out;
}

net::Response retry(Context& context, const net::Request& request) {
    const auto wanted = selection_of(request);
    if (!wanted) return net::Response::problem(wanted.error());
    if (!wanted->is_dry) {
        const std::string subject = wanted->id != 0 ? fmt::to_string(wanted->id) : wanted->cause;
        const auto entry = context.audit(request, "exception.retry", subject, {{"subject", wanted->subject}});
        const auto recorded = ops::record_first(context.store(), context.parts.clock.now_ms(), entry);
        if (!recorded) return net::Response::problem(recorded.error());
    }
    const auto report = context.parts.flow.retry_exceptions(wanted->id, wanted->cause, wanted->subject, wanted->is_dry);
    if (!report) return net::Response::problem(report.error());
    json::object causes;
    for (const auto& [name, count] : report->causes) causes[name] = count;
    return net::Response::json(200, json::object{{"dry_run", wanted->is_dry},
                                                 {"tried", report->tried},
                                                 {"posted", report->posted},
                                                 {"still_open", report->still_open},
                                                 {"causes", std::move(causes)}});
}

// The line's raw record goes: it is personal data, and nobody will need it again.
net::Response ignore(Context& context, const net::Request& request) {
    const auto id = integer_of(request.captures.at("id"), "the exception's id");
    const auto body = body_of(request);
    if (!id || !body) return net::Response::problem(id ? body.error() : id.error());
    const auto reason = field_of(*body, "reason");
    if (!reason) return net::Response::problem(reason.error());
    const int64_t now_ms = context.parts.clock.now_ms();
    const auto done = context.store().write([&](store::Tx& tx) {
        const int64_t changed = tx.run(
            "UPDATE exception SET state = 'ignored', closed_at = ?, note = ?, raw = '' WHERE id = ? AND state = 'open'",
            now_ms, *reason, *id);
        if (changed == 0)
            return tx.refuse(fail(ErrorCode::not_found, fmt::format("there is no open exception {}", *id)));
        tx.run(
            "UPDATE interchange_state SET exceptions = exceptions - 1 WHERE interchange = (SELECT event_id >> ? FROM "
            "exception WHERE id = ?)",
            event_ordinal_bits, *id);
        ops::record(tx, now_ms, context.audit(request, "exception.ignore", fmt::to_string(*id), {{"reason", *reason}}));
    });
    if (!done) return net::Response::problem(done.error());
    return net::Response::json(200, json::object{{"id", *id}, {"state", "ignored"}});
}

}  // namespace

void add_exceptions(Endpoints& to, const Shared& context) {
    Endpoint all{"GET", "/v1/exceptions", Right::look, "Lines that could not be resolved"};
    all.query = {{"after", "Cursor: next of the page before", true},
                 {"limit", "1 to 1000", true},
                 {"cause", "Only this cause"},
                 {"state", "open (default), posted, duplicate, ignored, all"}};
    all.handler = answering(context, list);
    to.push_back(std::move(all));

    Endpoint again{"POST", "/v1/exceptions/retry", Right::operate,
                   "Post what resolves now: one, those of a cause and subject, or all"};
    again.body = "application/json";
    again.fields = {{"id", "One exception", true},
                    {"cause", "All of this cause"},
                    {"subject", "All of this subject"},
                    {"dry_run", "Only tell what would happen"}};
    again.handler = answering(context, retry);
    to.push_back(std::move(again));

    Endpoint close{"POST", "/v1/exceptions/{id}/ignore", Right::operate, "Close an exception for good"};
    close.body = "application/json";
    close.fields = {{"reason", "Why; stands in the audit trail"}};
    close.handler = answering(context, ignore);
    to.push_back(std::move(close));
}

}  // namespace tributary::api
