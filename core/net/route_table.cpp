#include "core/net/route_table.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/base/encoding.hpp"

namespace tributary::net {
namespace {

bool is_method(std::string_view method) {
    return !method.empty() && std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

Result<std::vector<RouteTable::Segment>> RouteTable::parse_pattern(const std::string& pattern) {
    if (pattern.empty() || pattern.front() != '/')
        return fail(ErrorCode::config, fmt::format("route '{}': the pattern must begin with '/'", pattern));
    std::vector<Segment> out;
    std::set<std::string> names;
    for (std::string_view text : split(std::string_view(pattern).substr(1), '/')) {
        if (!out.empty() && out.back().kind == Segment::Kind::rest)
            return fail(ErrorCode::config, fmt::format("route '{}': {{name...}} must be the last segment", pattern));
        if (text.find_first_of("{}") == std::string_view::npos) {
            out.push_back({Segment::Kind::literal, std::string(text)});
            continue;
        }
        const bool is_whole = text.size() > 2 && text.front() == '{' && text.back() == '}';
        std::string_view name = is_whole ? text.substr(1, text.size() - 2) : std::string_view();
        const bool is_rest = name.ends_with("...");
        if (is_rest) name.remove_suffix(3);
        if (name.empty() || name.find_first_of("{}.") != std::string_view::npos || !names.emplace(name).second)
            return fail(ErrorCode::config, fmt::format("route '{}': segment '{}' is no {{name}}", pattern, text));
        out.push_back({is_rest ? Segment::Kind::rest : Segment::Kind::capture, std::string(name)});
    }
    return out;
}

Result<RouteTable> RouteTable::make(std::vector<Route> routes) {
    RouteTable table;
    std::set<std::string> shapes;
    for (Route& route : routes) {
        if (!is_method(route.method))
            return fail(ErrorCode::config, fmt::format("route '{}': '{}' is no method", route.pattern, route.method));
        if (!route.guard || !route.handler)
            return fail(ErrorCode::config,
                        fmt::format("route {} {}: needs a guard and a handler", route.method, route.pattern));
        TRIBUTARY_TRY(std::vector<Segment> segments, parse_pattern(route.pattern));
        std::string shape = route.method;
        for (const Segment& segment : segments)
            shape += segment.kind == Segment::Kind::literal   ? "/" + segment.text
                     : segment.kind == Segment::Kind::capture ? "/{}"
                                                              : "/{...}";
        if (!shapes.insert(shape).second)
            return fail(ErrorCode::config,
                        fmt::format("route {} {}: there are two of it", route.method, route.pattern));
        table.patterns_.push_back(route.pattern);
        table.entries_.push_back({std::move(route), std::move(segments)});
    }
    const auto more_specific = [](const Entry& a, const Entry& b) { return a.segments < b.segments; };
    std::stable_sort(table.entries_.begin(), table.entries_.end(), more_specific);
    return table;
}

bool RouteTable::matches(const Entry& entry, const std::vector<std::string>& segments,
                         std::map<std::string, std::string>& captures) {
    captures.clear();
    for (size_t at = 0; at < entry.segments.size(); ++at) {
        const Segment& want = entry.segments[at];
        if (want.kind == Segment::Kind::rest) {
            std::string& rest = captures[want.text];
            for (size_t i = at; i < segments.size(); ++i) {
                // A decoded slash could climb out of a directory that the handler joins the rest to.
                if (segments[i].find_first_of("/\\") != std::string::npos) return false;
                if (i > at) rest += '/';
                rest += segments[i];
            }
            return at < segments.size();
        }
        if (at >= segments.size()) return false;
        if (want.kind == Segment::Kind::literal && want.text != segments[at]) return false;
        if (want.kind == Segment::Kind::capture) {
            if (segments[at].empty()) return false;
            captures[want.text] = segments[at];
        }
    }
    return entry.segments.size() == segments.size();
}

RouteMatch RouteTable::match(std::string_view method, const std::vector<std::string>& segments) const {
    RouteMatch found;
    std::map<std::string, std::string> captures;
    bool is_fallback = false;
    for (const Entry& entry : entries_) {
        if (!matches(entry, segments, captures)) continue;
        const bool is_exact = entry.route.method == method;
        const bool is_get_for_head = method == "HEAD" && entry.route.method == "GET";
        if ((is_exact && (!found.route || is_fallback)) || (is_get_for_head && !found.route)) {
            found.route = &entry.route;
            found.captures = captures;
            is_fallback = !is_exact;
        }
        found.allowed.push_back(entry.route.method);
        if (entry.route.method == "GET") found.allowed.push_back("HEAD");
    }
    std::sort(found.allowed.begin(), found.allowed.end());
    found.allowed.erase(std::unique(found.allowed.begin(), found.allowed.end()), found.allowed.end());
    return found;
}

}  // namespace tributary::net
