// The small, strict reading of an absolute URL that the host checks need: anything a lenient parser might read another
// way (userinfo, backslash, blanks, control bytes, fragment) is refused. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tributary::host {

struct Url {
    std::string scheme;  // lower case: http, https, smtp, smtps
    std::string host;    // lower case; IPv6 in brackets
    uint32_t port = 0;   // explicit or the scheme's
    bool is_loopback() const { return host == "localhost" || host == "[::1]" || host == "127.0.0.1"; }
    bool operator==(const Url&) const = default;
};

std::optional<Url> parse_url(std::string_view text);
bool is_host_name(std::string_view host);                            // lower-case labels, digits, '-'
bool host_matches(std::string_view host, std::string_view pattern);  // "*.example.com" stands for one label or more

}  // namespace tributary::host
