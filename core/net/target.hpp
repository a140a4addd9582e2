// The request target taken apart: path segments, decoded path, decoded query. Pure. What is ambiguous is refused:
// broken percent-encoding, control characters, text that is not UTF-8, "." and ".." segments, a query name given
// twice.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace tributary::net {

struct Target {
    std::vector<std::string> segments;  // decoded one by one: "/a%2Fb/" is {"a/b", ""}
    std::string path;
    std::map<std::string, std::string> query;
};

// Origin form ("/v1/feeds?x=1") or absolute form ("http://host/v1/feeds").
Result<Target> parse_target(std::string_view target);
// nullopt when a '%' is not followed by two hex digits. '+' is a blank in a query only.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank);

}  // namespace tributary::net
