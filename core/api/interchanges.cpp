// What became of interchanges: list, one, its acknowledgement, its lines with their awards.
#include <fmt/format.h>

#include "core/api/context.hpp"
#include "core/api/page.hpp"
#include "core/base/encoding.hpp"
#include "core/directory/directory.hpp"

namespace tributary::api {
namespace {

json::object row_of(const store::Rows& rows) {
    return {{"interchange", rows.integer(0)}, {"feed", rows.text(1)},
            {"transport", rows.text(2)},      {"file", rows.text(3)},
            {"size", rows.integer(4)},        {"received_at", iso_instant(rows.integer(5))},
            {"state", rows.text(6)},          {"lines", rows.integer(7)},
            {"posted", rows.integer(8)},      {"exceptions", rows.integer(9)},
            {"duplicates", rows.integer(10)}, {"awards", rows.integer(11)},
            {"errors", rows.integer(12)}};
}

store::Rows rows_of(store::Tx& tx, const Page& page, const std::string& feed) {
    if (page.is_newest_first)
        return tx.query(
            "SELECT i.seq, i.feed, i.transport, i.file_name, i.size, i.received_at, s.state, s.lines, s.events_posted, "
            "s.exceptions, "
            "s.duplicates, s.awards, s.errors FROM interchange i JOIN interchange_state s ON s.interchange = i.seq "
            "WHERE i.seq < ?1 AND (?2 = '' OR s.state = ?2) AND (?3 = '' OR i.feed = ?3) ORDER BY i.seq DESC LIMIT ?4",
            page.after, page.state, feed, page.limit);
    return tx.query(
        "SELECT i.seq, i.feed, i.transport, i.file_name, i.size, i.received_at, s.state, s.lines, s.events_posted, "
        "s.exceptions, "
        "s.duplicates, s.awards, s.errors FROM interchange i JOIN interchange_state s ON s.interchange = i.seq "
        "WHERE i.seq > ?1 AND (?2 = '' OR s.state = ?2) AND (?3 = '' OR i.feed = ?3) ORDER BY i.seq LIMIT ?4",
        page.after, page.state, feed, page.limit);
}

net::Response list(Context& context, const net::Request& request) {
    const auto page = page_of(request);
    if (!page) return net::Response::problem(page.error());
    return read_response(context.store(), [&](store::Tx& tx) {
        json::array items;
        int64_t last = 0;
        store::Rows rows = rows_of(tx, *page, query_of(request, "feed"));
        while (rows.next()) {
            last = rows.integer(0);
            items.push_back(row_of(rows));
        }
        return page_response(std::move(items), *page, last);
    });
}

Result<InterchangeSeq> seq_of(const net::Request& request) {
    TRIBUTARY_TRY(const int64_t seq, integer_of(request.captures.at("seq"), "the interchange's number"));
    return InterchangeSeq{seq};
}

net::Response show(Context& context, const net::Request& request) {
    const auto seq = seq_of(request);
    if (!seq) return net::Response::problem(seq.error());
    Result<flow::Outcome> outcome = flow::outcome_of(context.store(), *seq);
    if (!outcome) return net::Response::problem(outcome.error());
    return net::Response::json(200, outcome->summary);
}

net::Response acknowledgement(Context& context, const net::Request& request) {
    const auto seq = seq_of(request);
    if (!seq) return net::Response::problem(seq.error());
    const Result<flow::Outcome> outcome = flow::outcome_of(context.store(), *seq);
    if (!outcome) return net::Response::problem(outcome.error());
    if (outcome->ack.empty())
        return net::Response::problem(
            404, "not_found", "There is no acknowledgement",
            outcome->state == "received" ? "it is not made yet; ask again" : "this interchange asked for none");
    net::Response response = net::Response::text(200, outcome->ack, content_type_of(outcome->ack_format));
    response.headers.push_back({"tributary-ack-format", outcome->ack_format});
    return response;
}

json::array awards_of(store::Tx& tx, int64_t event) {
    json::array out;
    store::Rows rows = tx.query(
        "SELECT a.seq, i.program, i.code, p.code, a.unit, a.amount, a.reverses, w.award FROM award a JOIN incentive i "
        "ON i.id = a.incentive "
        "JOIN party p ON p.id = a.recipient LEFT JOIN waiting_award w ON w.award = a.seq WHERE a.event_id = ? ORDER BY "
        "a.seq",
        event);
    while (rows.next()) {
        json::object award{{"award", rows.integer(0)},
                           {"program", rows.text(1)},
                           {"incentive", rows.text(2)},
                           {"recipient", rows.text(3)}};
        award["amount"] = amount_json(rows.string(4), rows.integer(5));
        if (rows.integer(6) != 0) award["reverses"] = rows.integer(6);
        award["is_waiting"] = !rows.is_null(7);
        out.push_back(std::move(award));
    }
    return out;
}

std::string decimal_text(int64_t value, int64_t scale) {
    return to_text(Decimal{value, static_cast<int>(scale)});
}

const char* kind_text(int64_t kind) {
    constexpr const char* names[] = {"",     "sale",   "return", "inventory", "training",     "download", "webinar",
                                     "demo", "survey", "deal",   "referral",  "subscription", "claim"};
    return kind > 0 && kind < static_cast<int64_t>(std::size(names)) ? names[kind] : "unknown";
}

json::object line_of(store::Tx& tx, const store::Rows& rows) {
    const EventId id{rows.integer(0)};
    json::object line{{"line", line_text(id)},
                      {"kind", kind_text(rows.integer(1))},
                      {"date", iso_date(static_cast<int32_t>(rows.integer(2)))},
                      {"distributor", directory::party_code(tx, PartyId{rows.integer(3)})},
                      {"reseller", directory::party_code(tx, PartyId{rows.integer(4)})},
                      {"rep", directory::party_code(tx, PartyId{rows.integer(5)})},
                      {"product", rows.text(6)},
                      {"quantity", decimal_text(rows.integer(7), rows.integer(8))},
                      {"uom", rows.text(9)},
                      {"invoice", rows.text(13)},
                      {"line_id", rows.text(14)},
                      {"at_line", rows.integer(15)}};
    if (!rows.text(10).empty())
        line["price"] = decimal_text(rows.integer(11), rows.integer(12)), line["currency"] = rows.text(10);
    line["awards"] = awards_of(tx, id.value);
    return line;
}

net::Response lines(Context& context, const net::Request& request) {
    const auto page = page_of(request);
    const auto seq = seq_of(request);
    if (!page || !seq) return net::Response::problem(page ? seq.error() : page.error());
    return read_response(context.store(), [&](store::Tx& tx) {
        json::array items;
        int64_t last = 0;
        const int64_t low = std::min(page->after, event_ordinal_max);
        store::Rows rows = tx.query(
            "SELECT e.id, e.kind, e.date, e.distributor, e.reseller, e.rep, coalesce(p.sku, ''), e.quantity, "
            "e.quantity_scale, e.uom, "
            "e.currency, e.price, e.price_scale, e.invoice, e.line_id, e.line FROM event e LEFT JOIN product p ON p.id "
            "= e.product "
            "WHERE e.id > ? AND e.id <= ? ORDER BY e.id LIMIT ?",
            event_id_of(*seq, low), event_id_of(*seq, event_ordinal_max), page->limit);
        while (rows.next()) {
            last = ordinal_of(EventId{rows.integer(0)});
            items.push_back(line_of(tx, rows));
        }
        return page_response(std::move(items), *page, last);
    });
}

}  // namespace

void add_interchanges(Endpoints& to, const Shared& context) {
    const std::vector<Parameter> paging{{"after", "Cursor: next of the page before", true},
                                        {"limit", "1 to 1000", true},
                                        {"order", "oldest or newest first"}};
    const auto add = [&](const char* pattern, const char* summary,
                         net::Response (*handler)(Context&, const net::Request&)) -> Endpoint& {
        Endpoint endpoint{"GET", pattern, Right::look, summary};
        endpoint.handler = answering(context, handler);
        return to.emplace_back(std::move(endpoint));
    };
    Endpoint& all = add("/v1/interchanges", "Interchanges in order of arrival", list);
    all.query = paging;
    all.query.insert(all.query.end(), {{"state", "Only this state"}, {"feed", "Only this feed"}});
    add("/v1/interchanges/{seq}", "What became of an interchange", show);
    add("/v1/interchanges/{seq}/ack", "The acknowledgement, the same bytes each time", acknowledgement).answer =
        "application/edi-x12";
    add("/v1/interchanges/{seq}/lines", "Its posted lines with their awards", lines).query = {paging[0], paging[1]};
}

}  // namespace tributary::api
