// What most handlers need: reading queries and JSON bodies, and giving pages. A page is {"items": [...], "next":
// cursor}; next is absent on the last page. Pure.
#pragma once
#include <optional>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/json.hpp"
#include "core/base/strong_id.hpp"
#include "core/money/money.hpp"
#include "core/net/http.hpp"
#include "core/store/store.hpp"

namespace tributary::api {

struct Page {
    int64_t after = 0;  // first page: 0, or INT64_MAX when newest come first
    int64_t limit = 100;
    bool is_newest_first = false;  // ?order=newest
    std::string state;             // ?state=
};
inline constexpr int64_t page_limit_max = 1000;
Result<Page> page_of(const net::Request& request);

// {"items": items, "next": last_cursor when the page is full}
net::Response page_response(json::array items, const Page& page, const json::value& last_cursor);

std::string query_of(const net::Request& request, const std::string& name);
Result<int64_t> integer_of(const std::string& text, const char* what);  // >= 0
Result<json::object> body_of(const net::Request& request);              // an empty body is {}
// A required text of a body.
Result<std::string> field_of(const json::object& body, const char* name);
// Fields that may be absent (then "", 0 or false), but not of another type: that would be a mistake unnoticed.
Result<std::string> text_field(const json::object& body, const char* name);
Result<int64_t> integer_field(const json::object& body, const char* name);  // >= 0
Result<bool> flag_field(const json::object& body, const char* name);

// "12-7" <-> event id.
std::string line_text(EventId id);
Result<EventId> parse_line(const std::string& text);

// An amount of a unit as people write it, as text or whole number, in minor units, more than 0.
Result<int64_t> amount_of(const json::object& body, const std::string& unit);
// {"minor": 1050, "unit": "USD", "text": "10.50 USD"}
json::object amount_json(const std::string& unit, int64_t minor);

// Of an acknowledgement: "TA1+997" is application/edi-x12.
std::string content_type_of(const std::string& ack_format);

// Runs a read job; its refusal becomes the problem.
net::Response read_response(store::Store& store, const std::function<net::Response(store::Tx&)>& job);

}  // namespace tributary::api
