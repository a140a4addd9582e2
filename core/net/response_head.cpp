#include "core/net/response_head.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/base/clock.hpp"
#include "core/base/encoding.hpp"

namespace tributary::net {
namespace {

bool is_ours(std::string_view lower_name) {
    constexpr std::array names = {"connection", "content-length", "transfer-encoding",
                                  "date",       "server",         "traceparent"};
    return std::find(names.begin(), names.end(), lower_name) != names.end();
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > 0x20 && c < 0x7f && std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
    });
}

bool is_header_value(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

}  // namespace

bool has_body(int status) { return status != 204 && status != 304; }

bool is_sendable(const Response& response) {
    if (response.status < 200 || response.status > 599) return false;
    return std::all_of(response.headers.begin(), response.headers.end(),
                       [](const Header& header) { return is_token(header.name) && is_header_value(header.value); });
}

std::string_view reason_of(int status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 402: return "Payment Required";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 411: return "Length Required";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 415: return "Unsupported Media Type";
        case 417: return "Expectation Failed";
        case 422: return "Unprocessable Content";
        case 425: return "Too Early";
        case 428: return "Precondition Required";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        case 505: return "HTTP Version Not Supported";
        case 507: return "Insufficient Storage";
        default: return "Status";
    }
}

std::string http_date(int64_t ms) {
    constexpr std::array weekdays = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // day 0 was a Thursday
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const int64_t seconds = ms / 1000, days = seconds / 86400, rest = seconds % 86400;
    const int32_t date = civil_from_days(days);
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", weekdays[static_cast<size_t>(days % 7)], date % 100,
                       months[static_cast<size_t>(date / 100 % 100 - 1)], date / 10000, rest / 3600, rest / 60 % 60,
                       rest % 60);
}

std::string response_head(const Response& response, const ResponseFrame& frame) {
    std::string out = fmt::format("HTTP/1.1 {} {}\r\ndate: {}\r\nserver: {}\r\n", response.status,
                                  reason_of(response.status), http_date(frame.now_ms), frame.server_name);
    if (!frame.traceparent.empty()) out += fmt::format("traceparent: {}\r\n", frame.traceparent);
    for (const Header& header : response.headers) {
        if (is_ours(lower_ascii(header.name))) continue;
        out += fmt::format("{}: {}\r\n", header.name, header.value);
    }
    if (has_body(response.status)) out += fmt::format("content-length: {}\r\n", response.body.size());
    if (frame.closes) out += "connection: close\r\n";
    return out += "\r\n";
}

}  // namespace tributary::net
