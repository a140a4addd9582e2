#include "plugins/host/checks.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/base/encoding.hpp"

namespace tributary::host {
namespace {

constexpr uint64_t retry_after_ms_max = 7ull * 24 * 3600 * 1000;
constexpr size_t secret_size_min = 4;  // shorter ones would blot out ordinary text
constexpr size_t mail_line_size_max = 998;

Error broken(std::string message) {
    return fail(ErrorCode::corrupt, std::move(message));
}

bool is_token(std::string_view text) {  // RFC 9110 §5.6.2
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; });
}

// net writes these itself; a second one could split the request.
bool is_hosts_own_header(std::string_view name) {
    static constexpr std::array<std::string_view, 9> names = {"host",       "content-length", "transfer-encoding",
                                                              "connection", "upgrade",        "te",
                                                              "trailer",    "expect",         "proxy-connection"};
    return std::ranges::find(names, lower_ascii(name)) != names.end();
}

bool is_allowed(const Url& url, const AllowedHosts& allowed) {
    const bool is_default_port = (url.scheme == "https" && url.port == 443) ||
                                 (url.scheme == "smtp" && url.port == 587) ||
                                 (url.scheme == "smtps" && url.port == 465);
    for (const std::string& pattern : allowed.patterns) {
        if (is_default_port && host_matches(url.host, pattern)) return true;
    }
    return std::ranges::find(allowed.origins, url) != allowed.origins.end();
}

Result<void> check_headers(const std::vector<Pair>& headers) {
    for (const Pair& header : headers) {
        if (!is_token(header.name))
            return broken(fmt::format("header name '{}' is not a token", printable(header.name)));
        if (has_control(header.value)) {
            return broken(fmt::format("the value of header '{}' holds a control byte", printable(header.name)));
        }
        if (is_hosts_own_header(header.name)) {
            return broken(fmt::format("header '{}' is the host's to write; leave it out", header.name));
        }
    }
    return {};
}

bool is_mail_address(std::string_view address) {
    const size_t at = address.rfind('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == address.size() || address.size() > 320) return false;
    return std::ranges::none_of(address,
                                [](char c) { return (c >= 0 && c <= 0x20) || c == 0x7f || c == '<' || c == '>'; });
}

// SMTP counts lines by CRLF; a bare CR or LF is how a second message is smuggled in.
Result<void> check_mail_lines(std::string_view data) {
    size_t line_size = 0;
    for (size_t i = 0; i < data.size(); ++i) {
        if (data[i] == '\r' && i + 1 < data.size() && data[i + 1] == '\n') {
            line_size = 0, ++i;
            continue;
        }
        if (data[i] == '\r' || data[i] == '\n') return broken(fmt::format("mail data: bare CR or LF at byte {}", i));
        if (++line_size > mail_line_size_max)
            return broken(fmt::format("mail data: line past 998 bytes at byte {}", i));
    }
    return {};
}

}  // namespace

AllowedHosts allowed_hosts(const Manifest& manifest, const ResolvedOptions& options) {
    AllowedHosts allowed;
    allowed.patterns = manifest.hosts;
    for (const ResolvedOption& option : options) {
        // A mail server is given as text: the option type url means HTTP.
        const auto url = parse_url(option.value.reveal());
        const bool is_mail_server = url && option.type == OptionType::text && url->scheme.starts_with("smtp");
        if (url && (option.type == OptionType::url || is_mail_server)) allowed.origins.push_back(*url);
    }
    return allowed;
}

Result<void> check_request(const HttpRequest& request, const AllowedHosts& allowed) {
    static constexpr std::array<std::string_view, 5> methods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    if (std::ranges::find(methods, request.method) == methods.end()) {
        return broken(
            fmt::format("request method '{}' is not GET, POST, PUT, PATCH or DELETE", printable(request.method)));
    }
    const auto url = parse_url(request.url);
    if (!url) return broken(fmt::format("request URL '{}' is not a plain absolute URL", printable(request.url, 200)));
    if (url->scheme != "https" && !(url->scheme == "http" && url->is_loopback())) {
        return broken(fmt::format("request URL uses {}; only https is allowed outside loopback", url->scheme));
    }
    if (!is_allowed(*url, allowed)) {
        return fail(ErrorCode::forbidden,
                    fmt::format("request to {}:{} stopped: the connector's manifest and URL options "
                                "do not name that host",
                                url->host, url->port));
    }
    return check_headers(request.headers);
}

Result<void> check_mail(const Mail& mail, const AllowedHosts& allowed) {
    const auto url = parse_url(mail.server_url);
    if (!url || (url->scheme != "smtp" && url->scheme != "smtps")) {
        return broken(
            fmt::format("mail server '{}' is not smtp://host or smtps://host", printable(mail.server_url, 200)));
    }
    if (!is_allowed(*url, allowed)) {
        return fail(ErrorCode::forbidden,
                    fmt::format("mail to {}:{} stopped: the connector's manifest and URL options do "
                                "not name that host",
                                url->host, url->port));
    }
    if (url->scheme == "smtp" && !url->is_loopback() && !mail.password.empty() && !mail.requires_tls) {
        return broken("mail with a password over smtp:// must set requires_tls");
    }
    if (!is_mail_address(mail.sender)) return broken("mail sender is not an address");
    if (mail.recipients.empty()) return broken("mail has no recipient");
    for (const std::string& recipient : mail.recipients) {
        if (!is_mail_address(recipient))
            return broken(fmt::format("mail recipient '{}' is not an address", printable(recipient)));
    }
    return check_mail_lines(mail.data);
}

void check_result(const PayoutJob& job, bool is_lookup, PayoutResult& result) {
    result.retry_after_ms = std::min(result.retry_after_ms, retry_after_ms_max);
    result.code = printable(result.code);
    if (result.outcome != Outcome::done) result.next_step.clear();
    if (result.outcome == Outcome::not_found && !is_lookup) {
        result.outcome = Outcome::unknown;
        result.code = "not_found_without_look_up";
    }
    if (result.has_amount && result.amount != job.amount) {
        result.outcome = Outcome::unknown;
        result.next_step.clear();
        result.code = "amount_mismatch";
        result.message = fmt::format("the provider named {} {} (exponent {}); {} {} (exponent {}) were asked for",
                                     result.amount.minor, result.amount.currency, result.amount.exponent,
                                     job.amount.minor, job.amount.currency, job.amount.exponent);
    }
}

std::string without_secrets(std::string text, const ResolvedOptions& options) {
    for (const ResolvedOption& option : options) {
        const std::string_view secret = option.value.reveal();
        if (option.type != OptionType::secret || secret.size() < secret_size_min) continue;
        for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
            text.replace(at, secret.size(), "[secret]");
            at += 8;
        }
    }
    return text;
}

}  // namespace tributary::host
