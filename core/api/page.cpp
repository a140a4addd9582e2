#include "core/api/page.hpp"

#include <fmt/format.h>

#include "core/base/encoding.hpp"

namespace tributary::api {

std::string query_of(const net::Request& request, const std::string& name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string() : found->second;
}

Result<int64_t> integer_of(const std::string& text, const char* what) {
    const auto value = parse_int(text);
    if (!value || *value < 0)
        return fail(ErrorCode::invalid, fmt::format("{} must be a whole number, not '{}'", what, printable(text)));
    return *value;
}

Result<Page> page_of(const net::Request& request) {
    Page page;
    const std::string order = query_of(request, "order"), after = query_of(request, "after"),
                      limit = query_of(request, "limit");
    if (!order.empty() && order != "newest" && order != "oldest")
        return fail(ErrorCode::invalid, fmt::format("order must be oldest or newest, not '{}'", printable(order)));
    page.is_newest_first = order == "newest";
    if (page.is_newest_first) page.after = INT64_MAX;
    if (!after.empty()) {
        TRIBUTARY_TRY(page.after, integer_of(after, "after"));
    }
    if (!limit.empty()) {
        TRIBUTARY_TRY(page.limit, integer_of(limit, "limit"));
    }
    if (page.limit < 1 || page.limit > page_limit_max)
        return fail(ErrorCode::invalid, fmt::format("limit must be 1 to {}, not {}", page_limit_max, page.limit));
    page.state = query_of(request, "state");
    return page;
}

net::Response page_response(json::array items, const Page& page, const json::value& last_cursor) {
    json::object out;
    const bool is_full = static_cast<int64_t>(items.size()) == page.limit;
    out["items"] = std::move(items);
    if (is_full) out["next"] = last_cursor;
    return net::Response::json(200, out);
}

Result<json::object> body_of(const net::Request& request) {
    if (trim(request.body).empty()) return json::object{};
    TRIBUTARY_TRY(json::value value, parse_json(request.body));
    if (!value.is_object()) return fail(ErrorCode::invalid, "the body must be a JSON object");
    return std::move(value.as_object());
}

Result<std::string> field_of(const json::object& body, const char* name) {
    const json::value* value = find(body, name);
    if (value == nullptr || !value->is_string() || value->as_string().empty())
        return fail(ErrorCode::invalid, fmt::format("the body needs \"{}\", a text", name));
    return std::string(value->as_string());
}

Result<std::string> text_field(const json::object& body, const char* name) {
    const json::value* value = find(body, name);
    if (value == nullptr || value->is_null()) return std::string();
    if (!value->is_string()) return fail(ErrorCode::invalid, fmt::format("\"{}\" must be a text", name));
    return std::string(value->as_string());
}

Result<int64_t> integer_field(const json::object& body, const char* name) {
    const json::value* value = find(body, name);
    if (value == nullptr || value->is_null()) return int64_t{0};
    if (!value->is_int64() || value->as_int64() < 0)
        return fail(ErrorCode::invalid, fmt::format("\"{}\" must be a whole number", name));
    return value->as_int64();
}

Result<bool> flag_field(const json::object& body, const char* name) {
    const json::value* value = find(body, name);
    if (value == nullptr || value->is_null()) return false;
    if (!value->is_bool()) return fail(ErrorCode::invalid, fmt::format("\"{}\" must be true or false", name));
    return value->as_bool();
}

std::string line_text(EventId id) {
    return fmt::format("{}-{}", interchange_of(id).value, ordinal_of(id));
}

Result<EventId> parse_line(const std::string& text) {
    const size_t dash = text.find('-');
    const auto seq = parse_int(text.substr(0, dash));
    const int64_t ordinal = dash == std::string::npos ? -1 : parse_int(text.substr(dash + 1)).value_or(-1);
    const int64_t seq_max = INT64_MAX >> event_ordinal_bits;
    if (!seq || *seq < 1 || *seq > seq_max || ordinal < 0 || ordinal > event_ordinal_max)
        return fail(ErrorCode::invalid,
                    fmt::format("a line is named <interchange>-<line>, such as 12-7, not '{}'", printable(text)));
    return event_id_of(InterchangeSeq{*seq}, ordinal);
}

Result<int64_t> amount_of(const json::object& body, const std::string& unit) {
    const json::value* value = find(body, "amount");
    std::string text;
    if (value != nullptr && value->is_string())
        text = std::string(value->as_string());
    else if (value != nullptr && value->is_int64())
        text = fmt::to_string(value->as_int64());
    else
        return fail(ErrorCode::invalid,
                    "the body needs \"amount\": a whole number, or a decimal as text such as \"12.50\"");
    const int exponent = exponent_of(unit);
    const auto minor = parse_minor(text, exponent);
    if (!minor || *minor <= 0)
        return fail(ErrorCode::invalid, fmt::format("amount must be more than 0 {} with at most {} decimals, not '{}'",
                                                    unit, exponent, printable(text)));
    return *minor;
}

json::object amount_json(const std::string& unit, int64_t minor) {
    return {{"minor", minor}, {"unit", unit}, {"text", format_minor(minor, Unit{unit, exponent_of(unit)})}};
}

std::string content_type_of(const std::string& ack_format) {
    const auto has = [&](const char* name) { return ack_format.find(name) != std::string::npos; };
    if (has("TA1") || has("997") || has("999") || has("824")) return "application/edi-x12";
    return has("CONTRL") || has("APERAK") ? "application/edifact" : "application/octet-stream";
}

net::Response read_response(store::Store& store, const std::function<net::Response(store::Tx&)>& job) {
    net::Response response;
    const Result<void> done = store.read([&](store::Tx& tx) { response = job(tx); });
    return done ? response : net::Response::problem(done.error());
}

}  // namespace tributary::api
