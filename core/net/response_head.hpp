// The bytes before a response's body. Framing headers are ours alone: what a handler sets of them is dropped, and a
// header that could smuggle a line is refused.
#pragma once
#include <string>
#include <string_view>

#include "core/net/http.hpp"

namespace tributary::net {

struct ResponseFrame {
    std::string_view server_name;
    std::string traceparent;
    bool closes = false;
    int64_t now_ms = 0;
};

std::string response_head(const Response& response, const ResponseFrame& frame);
bool is_sendable(const Response& response);  // status 200..599 and no control characters in the headers
bool has_body(int status);                   // 204 and 304 have none
std::string_view reason_of(int status);
std::string http_date(int64_t ms);  // RFC 9110 IMF-fixdate

}  // namespace tributary::net
