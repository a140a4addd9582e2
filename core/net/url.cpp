#include "core/net/url.hpp"

#include <mutex>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/net/client.hpp"

namespace tributary::net {
namespace {

std::string part_of(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
    std::string out = text;
    curl_free(text);
    return out;
}

}  // namespace

void initialise_curl() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

Result<CheckedUrl> parse_url(const std::string& url) {
    CheckedUrl out;
    out.handle.reset(curl_url());
    if (!out.handle) return fail(ErrorCode::internal, "out of memory");
    const CURLUcode code = curl_url_set(out.handle.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER);
    const size_t authority = url.find("://");
    if (authority != std::string::npos && url.substr(authority + 3, 1) == "/")  // libcurl would read on for a host
        return fail(ErrorCode::invalid, "the URL has no host");
    if (code != CURLUE_OK || url.find('\0') != std::string::npos)
        return fail(ErrorCode::invalid,
                    fmt::format("not an absolute URL without user info: {}", curl_url_strerror(code)));
    out.scheme = lower_ascii(part_of(out.handle.get(), CURLUPART_SCHEME));
    if (out.scheme != "http" && out.scheme != "https" && out.scheme != "smtp" && out.scheme != "smtps")
        return fail(ErrorCode::invalid, "the URL must begin with https://, http://, smtps:// or smtp://");
    out.host = lower_ascii(part_of(out.handle.get(), CURLUPART_HOST));
    if (out.host.size() > 2 && out.host.front() == '[') out.host = out.host.substr(1, out.host.size() - 2);
    if (out.host.empty()) return fail(ErrorCode::invalid, "the URL has no host");
    return out;
}

Result<std::string> host_of(const std::string& url) {
    TRIBUTARY_TRY(CheckedUrl checked, parse_url(url));
    return std::move(checked.host);
}

bool is_loopback_host(std::string_view host) {
    std::string text = lower_ascii(host);
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
    if (text == "localhost") return true;
    in_addr v4{};
    if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
    in6_addr v6{};
    return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace tributary::net
