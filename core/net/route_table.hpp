// Which route answers a method and a path. Built once, then read from any thread. A literal segment wins over
// {capture}, which wins over a final {capture...} that takes the rest of the path. Pure.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/net/http.hpp"

namespace tributary::net {

struct RouteMatch {
    const Route* route = nullptr;  // null: see allowed
    std::map<std::string, std::string> captures;
    std::vector<std::string> allowed;  // the path exists for these methods; empty: no such path
};

class RouteTable {
public:
    // Refuses a route without guard or handler, a malformed pattern and two routes that mean the same.
    static Result<RouteTable> make(std::vector<Route> routes);
    // segments are decoded; HEAD falls back to GET.
    RouteMatch match(std::string_view method, const std::vector<std::string>& segments) const;
    const std::vector<std::string>& patterns() const { return patterns_; }

private:
    struct Segment {
        enum class Kind { literal, capture, rest } kind = Kind::literal;
        std::string text;
        auto operator<=>(const Segment&) const = default;
    };
    struct Entry {
        Route route;
        std::vector<Segment> segments;
    };
    static Result<std::vector<Segment>> parse_pattern(const std::string& pattern);
    static bool matches(const Entry& entry, const std::vector<std::string>& segments,
                        std::map<std::string, std::string>& captures);
    std::vector<Entry> entries_;  // most specific first
    std::vector<std::string> patterns_;
};

}  // namespace tributary::net
