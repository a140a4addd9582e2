// URLs as libcurl itself understands them: what was checked is what is connected to, there is no second parser.
#pragma once
#include <memory>
#include <string>

#include <curl/curl.h>

#include "core/base/result.hpp"

namespace tributary::net {

struct UrlFree {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlHandle = std::unique_ptr<CURLU, UrlFree>;

struct CheckedUrl {
    UrlHandle handle;
    std::string scheme;  // lower case
    std::string host;    // lower case, IPv6 without brackets
};

// An absolute http, https, smtp or smtps URL without user info. Messages never repeat the URL: it may hold a token.
Result<CheckedUrl> parse_url(const std::string& url);
void initialise_curl();  // once per process; every entry point of the client calls it

}  // namespace tributary::net
