#include "core/daemon/config_checks.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/base/suggest.hpp"
#include "core/money/unit.hpp"

namespace tributary::config {
namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_loopback_name(std::string_view host) {
    return host == "localhost" || host == "[::1]" || is_loopback_address(host);
}

std::string why_not_unit(std::string_view text) {
    const Result<Unit> unit = unit_of(text);
    return unit ? std::string() : "cannot be used: " + unit.error().message;
}

}  // namespace

bool is_loopback_address(std::string_view address) {
    in_addr v4{};
    const std::string text(address);
    if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
    in6_addr v6{};
    return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

std::string why_not_name(std::string_view text) {
    const auto is_legal = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; };
    if (!text.empty() && is_letter_or_digit(text[0]) && std::all_of(text.begin(), text.end(), is_legal)) return {};
    return fmt::format("must be letters, digits, '-', '_' and '.', and begin with a letter or digit, not '{}'",
                       printable(text));
}

std::string why_not_address(std::string_view text) {
    unsigned char room[sizeof(in6_addr)];
    const std::string copy(text);
    if (::inet_pton(AF_INET, copy.c_str(), room) == 1 || ::inet_pton(AF_INET6, copy.c_str(), room) == 1) return {};
    return fmt::format("must be an IP address such as 127.0.0.1, 0.0.0.0 or ::1, not '{}'", printable(text));
}

std::string why_not_url(std::string_view text) {
    const bool is_https = text.starts_with("https://"), is_http = text.starts_with("http://");
    if (!is_https && !is_http) return "must begin with https://";
    const std::string_view rest = text.substr(is_https ? 8 : 7);
    std::string_view host = rest.substr(0, rest.find('/'));
    if (host.find('@') != std::string_view::npos) return "must not contain a user name or password";
    if (text.find_first_of(" \t\r\n\\#?") != std::string_view::npos)
        return "must be a plain URL without query or blanks";
    if (const size_t colon = host.rfind(':'); colon != std::string_view::npos && !host.ends_with(']'))
        host = host.substr(0, colon);
    if (host.empty()) return "names no host";
    if (is_http && !is_loopback_name(host)) return "must begin with https://; plain http is for this machine only";
    return {};
}

std::string why_not_choice(std::string_view text, const Key& key) {
    std::vector<std::string> known(key.choices.begin(), key.choices.end());
    if (std::find(known.begin(), known.end(), text) != known.end()) return {};
    return fmt::format("must be one of {}, not '{}'{}", fmt::join(known, ", "), printable(text),
                       did_you_mean(text, known));
}

std::string why_not_text(const Key& key, std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return "must not contain a NUL character";
    if (key.is_required && text.empty()) return "is empty";
    if (key.high > 0 && text.size() > static_cast<size_t>(key.high))
        return fmt::format("is longer than {} bytes", key.high);
    switch (key.type) {
        case Type::name:
            return why_not_name(text);
        case Type::address:
            return why_not_address(text);
        case Type::url:
            return text.empty() ? std::string() : why_not_url(text);
        case Type::choice:
            return why_not_choice(text, key);
        case Type::unit:
            return why_not_unit(text);
        case Type::currency:
            if (is_currency(text)) return {};
            return fmt::format("must be an ISO 4217 code such as USD, not '{}'", printable(text));
        case Type::text:
        case Type::path:
        case Type::integer:
        case Type::boolean:
        case Type::amount:
        case Type::text_list:
        case Type::credential:
        case Type::credential_list:
        case Type::table:
        case Type::table_list:
            return {};
    }
    return {};
}

}  // namespace tributary::config
