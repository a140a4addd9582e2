#include <fmt/format.h>

#include "core/api/endpoint.hpp"

namespace tributary::api {
namespace {

json::object schema_of(const Parameter& parameter) {
    return {{"type", parameter.is_integer ? "integer" : "string"}};
}

json::object parameter_of(const Parameter& parameter, const char* in, bool is_required) {
    return {{"name", parameter.name},
            {"in", in},
            {"required", is_required},
            {"description", parameter.help},
            {"schema", schema_of(parameter)}};
}

json::array path_parameters(std::string_view pattern) {
    json::array out;
    for (size_t at = 0; (at = pattern.find('{', at)) != std::string_view::npos; ++at) {
        const std::string name(pattern.substr(at + 1, pattern.find('}', at) - at - 1));
        out.push_back(parameter_of({name.c_str(), ""}, "path", true));
    }
    return out;
}

json::object body_of(const Endpoint& endpoint) {
    json::object schema{{"type", "string"}, {"format", "binary"}};
    if (std::string_view(endpoint.body) == "application/json") {
        json::object properties;
        for (const Parameter& field : endpoint.fields) {
            properties[field.name] = schema_of(field);
            properties[field.name].as_object()["description"] = field.help;
        }
        schema = {{"type", "object"}, {"properties", std::move(properties)}};
    }
    return {{"content", json::object{{endpoint.body, json::object{{"schema", std::move(schema)}}}}}};
}

json::object content(const char* type, json::object schema) {
    return {{type, json::object{{"schema", std::move(schema)}}}};
}

json::object answers_of(const Endpoint& endpoint) {
    const bool is_json = std::string_view(endpoint.answer) == "application/json";
    json::object done{{"description", "Done."},
                      {"content", content(endpoint.answer, is_json ? json::object{{"type", "object"}}
                                                                   : json::object{{"type", "string"}})}};
    json::object problem{{"description", "A problem (RFC 9457)."},
                         {"content", content("application/problem+json", {{"$ref", "#/components/schemas/Problem"}})}};
    json::object out{{std::to_string(endpoint.status), std::move(done)}, {"default", std::move(problem)}};
    if (endpoint.other_status != 0)
        out[std::to_string(endpoint.other_status)] =
            json::object{{"description", "Done."},
                         {"content", content(endpoint.other_answer, {{"type", "string"}, {"format", "binary"}})}};
    return out;
}

std::string operation_id(const Endpoint& endpoint) {
    std::string out = endpoint.method;
    for (const char c : std::string_view(endpoint.pattern)) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (is_plain)
            out += c;
        else if (!out.ends_with('-') && c != '}')
            out += '-';
    }
    return out;
}

json::object operation_of(const Endpoint& endpoint) {
    json::array parameters = path_parameters(endpoint.pattern);
    for (const Parameter& parameter : endpoint.query) parameters.push_back(parameter_of(parameter, "query", false));
    if (endpoint.needs_key)
        parameters.push_back(parameter_of(
            {"Idempotency-Key", "The same key and request give the same answer for ever."}, "header", true));
    json::object out{
        {"operationId", operation_id(endpoint)}, {"summary", endpoint.summary}, {"responses", answers_of(endpoint)}};
    if (!parameters.empty()) out["parameters"] = std::move(parameters);
    if (endpoint.body[0] != '\0') out["requestBody"] = body_of(endpoint);
    if (endpoint.right == Right::anyone) out["security"] = json::array{};
    return out;
}

json::object problem_schema() {
    json::object text{{"type", "string"}};
    return {{"type", "object"},
            {"required", json::array{"type", "title", "status", "detail", "code"}},
            {"properties", json::object{{"type", text},
                                        {"title", text},
                                        {"status", json::object{{"type", "integer"}}},
                                        {"detail", text},
                                        {"code", text}}}};
}

std::string lower(std::string_view method) {
    std::string out;
    for (const char c : method) out += static_cast<char>(c | 0x20);
    return out;
}

}  // namespace

json::object openapi(const Endpoints& endpoints, const std::string& version) {
    json::object paths;
    for (const Endpoint& endpoint : endpoints) {
        if (!paths.contains(endpoint.pattern)) paths[endpoint.pattern] = json::object{};
        paths[endpoint.pattern].as_object()[lower(endpoint.method)] = operation_of(endpoint);
    }
    const json::object bearer{{"type", "http"}, {"scheme", "bearer"}};
    return {{"openapi", "3.0.3"},
            {"info", json::object{{"title", "Tributary"}, {"version", version}}},
            {"paths", std::move(paths)},
            {"components", json::object{{"schemas", json::object{{"Problem", problem_schema()}}},
                                        {"securitySchemes", json::object{{"bearer", bearer}}}}},
            {"security", json::array{json::object{{"bearer", json::array{}}}}}};
}

}  // namespace tributary::api
