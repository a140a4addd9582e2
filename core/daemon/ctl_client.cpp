#include "core/daemon/ctl_client.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <unistd.h>

#include "core/base/encoding.hpp"
#include "core/base/file.hpp"
#include "core/net/client.hpp"

namespace tributary::ctl {
namespace {

constexpr uint64_t answer_size_max = 128ull << 20;
constexpr size_t token_size_max = 4096;

ErrorCode code_of(int status) {
    switch (status) {
        case 401:
        case 403:
            return ErrorCode::forbidden;
        case 404:
            return ErrorCode::not_found;
        case 409:
            return ErrorCode::conflict;
        case 413:
            return ErrorCode::too_large;
        case 504:
            return ErrorCode::timeout;
        default:
            return status >= 500 ? ErrorCode::unavailable : ErrorCode::invalid;
    }
}

std::string errors_of(const json::object& problem) {
    std::string out;
    const json::value* report = find(problem, "report");
    if (report == nullptr || !report->is_object()) return out;
    const json::value* errors = find(report->as_object(), "errors");
    if (errors == nullptr || !errors->is_array()) return out;
    for (const json::value& error : errors->as_array())
        if (error.is_object())
            out += fmt::format("\n  line {}, column {}: {}", int_or(error.as_object(), "line"),
                               int_or(error.as_object(), "column"), text_or(error.as_object(), "message"));
    return out;
}

Error error_of(const net::Response& response) {
    const Result<json::value> body = parse_json(response.body);
    if (!body || !body->is_object())
        return fail(code_of(response.status), fmt::format("the daemon answered {}", response.status));
    const json::object& problem = body->as_object();
    const std::string title = text_or(problem, "title"), detail = text_or(problem, "detail");
    return fail(code_of(response.status), title + (detail.empty() ? "" : ": " + detail) + errors_of(problem));
}

}  // namespace

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                              c == '_' || c == '.' || c == '~';
        if (is_plain)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

Call post(std::string path, const json::object& body) {
    Call call;
    call.method = "POST";
    call.path = std::move(path);
    call.body = to_text(body);
    return call;
}

Result<net::Header> Client::authorization() const {
    if (target_.token_file.empty())
        return fail(ErrorCode::forbidden, "--url needs --token-file: the daemon must know who calls");
    TRIBUTARY_TRY(const std::string text, read_file(target_.token_file, token_size_max));
    return net::Header{"authorization", "Bearer " + std::string(trim(text))};
}

Error Client::unreachable(const std::string& message) const {
    if (!target_.url.empty()) return fail(ErrorCode::unavailable, fmt::format("{}: {}", target_.url, message));
    if (::access(target_.socket.c_str(), W_OK) != 0 && errno == EACCES)
        return fail(
            ErrorCode::forbidden,
            fmt::format("{}: you may not connect; use sudo, or have your user or a group of yours named in [api]",
                        target_.socket));
    return fail(ErrorCode::unavailable,
                fmt::format("{}: {}\nIs tributaryd running? Try: systemctl status tributaryd\n"
                            "Is its socket elsewhere? Then say --socket PATH, as [api] socket has it.",
                            target_.socket, message));
}

Result<net::Response> Client::send(const Call& call) const {
    net::OutgoingRequest request;
    request.method = call.method;
    request.url = target_.url + call.path;
    char separator = '?';
    for (const auto& [name, value] : call.query) {
        request.url += separator + escape(name) + "=" + escape(value);
        separator = '&';
    }
    request.headers = call.headers;
    if (call.method != "GET") request.headers.push_back({"content-type", call.body_type});
    if (!target_.url.empty()) {
        TRIBUTARY_TRY(net::Header header, authorization());
        request.headers.push_back(std::move(header));
    }
    request.body = call.body;
    request.timeout_ms = call.timeout_ms;
    request.response_size_max = answer_size_max;
    net::Outcome outcome =
        net::exchange(std::move(request), target_.url.empty() ? target_.socket : "", target_.ca_file);
    if (outcome.delivery != net::Delivery::answered) return unreachable(outcome.message);
    if (outcome.response.status < 200 || outcome.response.status > 299) return error_of(outcome.response);
    return std::move(outcome.response);
}

Result<json::object> Client::send_json(const Call& call) const {
    TRIBUTARY_TRY(const net::Response response, send(call));
    TRIBUTARY_TRY(json::value value, parse_json(response.body, answer_size_max));
    if (!value.is_object()) return fail(ErrorCode::corrupt, "the daemon's answer is no JSON object");
    return std::move(value.as_object());
}

Result<json::array> Client::items(const Call& call, size_t rows_max) const {
    constexpr size_t page_size = 1000;
    json::array all;
    Call next = call;
    while (all.size() < rows_max) {
        next.query["limit"] = fmt::to_string(std::min(page_size, rows_max - all.size()));
        TRIBUTARY_TRY(json::object page, send_json(next));
        const json::value* items = find(page, "items");
        if (items == nullptr || !items->is_array()) return fail(ErrorCode::corrupt, "the daemon's answer has no items");
        for (const json::value& item : items->as_array()) all.push_back(item);
        const json::value* cursor = find(page, "next");
        if (cursor == nullptr || items->as_array().empty()) break;
        next.query["after"] = cursor->is_string() ? std::string(cursor->as_string()) : to_text(*cursor);
    }
    return all;
}

}  // namespace tributary::ctl
