#include "plugins/host/url.hpp"

#include <algorithm>

#include "core/base/encoding.hpp"

namespace tributary::host {
namespace {

constexpr size_t url_size_max = 8192;

uint32_t default_port(std::string_view scheme) {
    if (scheme == "https") return 443;
    if (scheme == "http") return 80;
    if (scheme == "smtp") return 587;
    if (scheme == "smtps") return 465;
    return 0;
}

bool is_plain_byte(char c) {
    return c > 0x20 && c < 0x7f && std::string_view("\"<>\\^`{|}#").find(c) == std::string_view::npos;
}

std::optional<uint32_t> parse_port(std::string_view text) {
    if (text.empty() || text.size() > 5 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
        return {};
    }
    const auto port = parse_int(text);
    if (!port || *port < 1 || *port > 65535) return {};
    return static_cast<uint32_t>(*port);
}

}  // namespace

bool is_host_name(std::string_view host) {
    if (host.empty() || host.size() > 253) return false;
    for (std::string_view label : split(host, '.')) {
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        if (!std::ranges::all_of(label,
                                 [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }))
            return false;
    }
    return true;
}

std::optional<Url> parse_url(std::string_view text) {
    if (text.size() > url_size_max || !std::ranges::all_of(text, is_plain_byte)) return {};
    const size_t colon = text.find("://");
    if (colon == std::string_view::npos) return {};
    Url url;
    url.scheme = lower_ascii(text.substr(0, colon));
    url.port = default_port(url.scheme);
    if (url.port == 0) return {};
    std::string_view authority = text.substr(colon + 3);
    authority = authority.substr(0, authority.find_first_of("/?"));
    if (authority.find('@') != std::string_view::npos) return {};
    size_t host_end = authority.find(':');
    if (authority.starts_with("[::1]")) host_end = authority.find(':', 5);
    url.host = lower_ascii(authority.substr(0, host_end));
    if (url.host != "[::1]" && !is_host_name(url.host)) return {};
    if (host_end != std::string_view::npos) {
        const auto port = parse_port(authority.substr(host_end + 1));
        if (!port) return {};
        url.port = *port;
    }
    return url;
}

bool host_matches(std::string_view host, std::string_view pattern) {
    if (!pattern.starts_with("*.")) return host == pattern;
    const std::string_view suffix = pattern.substr(1);
    return host.size() > suffix.size() && host.ends_with(suffix);
}

}  // namespace tributary::host
