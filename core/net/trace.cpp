#include "core/net/trace.hpp"

#include <algorithm>

#include "core/base/encoding.hpp"
#include "core/base/random.hpp"

namespace tributary::net {
namespace {

bool is_lower_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::optional<Trace> parse_traceparent(std::string_view value) {
    const std::vector<std::string_view> parts = split(value, '-');
    if (parts.size() < 4 || parts[0].size() != 2 || parts[1].size() != 32 || parts[2].size() != 16 ||
        parts[3].size() != 2)
        return std::nullopt;
    for (size_t i = 0; i < 4; ++i)
        if (!is_lower_hex(parts[i])) return std::nullopt;
    if (parts[0] == "ff" || (parts[0] == "00" && parts.size() != 4) || is_zero(parts[1]) || is_zero(parts[2]))
        return std::nullopt;
    return Trace{std::string(parts[1]), std::string(parts[3])};
}

Trace new_trace() { return Trace{hex_encode(system_random().bytes(16)), "00"}; }

std::string traceparent_of(const Trace& trace) {
    return "00-" + trace.trace_id + "-" + hex_encode(system_random().bytes(8)) + "-" + trace.flags;
}

}  // namespace tributary::net
