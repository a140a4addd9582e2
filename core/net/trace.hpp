// W3C trace context: what a request carries in `traceparent`, or a new one. Level 1, version 00.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tributary::net {

struct Trace {
    std::string trace_id;      // 32 hex digits
    std::string flags = "00";  // passed on as received
};

std::optional<Trace> parse_traceparent(std::string_view value);
Trace new_trace();
std::string traceparent_of(const Trace& trace);  // with a span id of our own

}  // namespace tributary::net
