#include "core/net/http.hpp"

namespace tributary::net {
namespace {

struct ProblemKind {
    int status;
    const char* title;
};

ProblemKind kind_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid: return {400, "The request is not valid"};
        case ErrorCode::not_found: return {404, "There is no such thing"};
        case ErrorCode::conflict: return {409, "The present state forbids this"};
        case ErrorCode::forbidden: return {403, "You may not do this"};
        case ErrorCode::too_large: return {413, "Too large"};
        case ErrorCode::unavailable: return {503, "Try again later"};
        case ErrorCode::timeout: return {504, "It took too long"};
        case ErrorCode::io: return {503, "The system refused"};
        case ErrorCode::corrupt: return {500, "Stored data contradicts itself"};
        case ErrorCode::config: return {500, "The configuration is wrong"};
        case ErrorCode::internal: return {500, "Internal error"};
    }
    return {500, "Internal error"};
}

}  // namespace

std::string_view Request::header(std::string_view lower_name) const {
    for (const Header& header : headers)
        if (header.name == lower_name) return header.value;
    return {};
}

Response Response::json(int status, const tributary::json::value& value) {
    return Response{status, {{"content-type", "application/json"}}, to_text(value)};
}

Response Response::text(int status, std::string body, std::string_view type) {
    return Response{status, {{"content-type", std::string(type)}}, std::move(body)};
}

Response Response::problem(int status, std::string_view code, std::string_view title, std::string_view detail) {
    tributary::json::object body;
    body["type"] = "urn:tributary:problem:" + std::string(code);
    body["title"] = title;
    body["status"] = status;
    body["detail"] = detail;
    body["code"] = code;
    return Response{status, {{"content-type", "application/problem+json"}}, to_text(body)};
}

Response Response::problem(const Error& error) {
    const ProblemKind kind = kind_of(error.code);
    return problem(kind.status, name_of(error.code), kind.title, error.message);
}

}  // namespace tributary::net
