#include "core/base/json.hpp"

#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <fmt/format.h>

namespace tributary {
namespace {

std::string line_and_column(std::string_view text, size_t at) {
    size_t line = 1;
    size_t column = 1;
    for (const char c : text.substr(0, at)) c == '\n' ? (++line, column = 1) : ++column;
    return fmt::format("line {}, column {}", line, column);
}

void write_pretty(std::string& out, const json::value& value, size_t indent) {
    const std::string pad(indent + 2, ' ');
    const auto close = [&](char bracket) { out += "\n" + std::string(indent, ' ') + bracket; };
    if (value.is_object() && !value.get_object().empty()) {
        out += "{";
        const char* separator = "\n";
        for (const auto& member : value.get_object()) {
            out += separator + pad + json::serialize(json::value(member.key())) + ": ";
            write_pretty(out, member.value(), indent + 2);
            separator = ",\n";
        }
        return close('}');
    }
    if (value.is_array() && !value.get_array().empty()) {
        out += "[";
        const char* separator = "\n";
        for (const auto& item : value.get_array()) {
            out += separator + pad;
            write_pretty(out, item, indent + 2);
            separator = ",\n";
        }
        return close(']');
    }
    out += json::serialize(value);
}

}  // namespace

Result<json::value> parse_json(std::string_view text, size_t size_max) {
    if (text.size() > size_max)
        return fail(ErrorCode::too_large,
                    fmt::format("the JSON text has {} bytes, {} are allowed", text.size(), size_max));
    json::parse_options options;
    options.max_depth = 32;
    json::stream_parser parser({}, options);
    boost::system::error_code error;
    const size_t taken = parser.write_some(text.data(), text.size(), error);
    if (!error && taken < text.size()) error = json::error::extra_data;
    if (!error) parser.finish(error);
    if (error)
        return fail(ErrorCode::invalid,
                    fmt::format("not JSON at {}: {}", line_and_column(text, taken), error.message()));
    return parser.release();
}

std::string to_text(const json::value& value) {
    return json::serialize(value);
}

std::string to_pretty_text(const json::value& value) {
    std::string out;
    write_pretty(out, value, 0);
    return out;
}

const json::value* find(const json::object& object, std::string_view key) {
    return object.if_contains(key);
}

std::string text_or(const json::object& object, std::string_view key, std::string_view fallback) {
    const json::value* value = find(object, key);
    return std::string(value != nullptr && value->is_string() ? std::string_view(value->get_string()) : fallback);
}

int64_t int_or(const json::object& object, std::string_view key, int64_t fallback) {
    const json::value* value = find(object, key);
    return value != nullptr && value->is_int64() ? value->get_int64() : fallback;
}

bool bool_or(const json::object& object, std::string_view key, bool fallback) {
    const json::value* value = find(object, key);
    return value != nullptr && value->is_bool() ? value->get_bool() : fallback;
}

}  // namespace tributary
