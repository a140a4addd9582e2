// The few JSON helpers that everyone needs, over Boost.JSON. Readers refuse with a path, never throw.
#pragma once
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/base/result.hpp"

namespace tributary {

namespace json = boost::json;

// Parses text of at most size_max bytes and depth 32; the error names line and column.
Result<json::value> parse_json(std::string_view text, size_t size_max = 1 << 20);
std::string to_text(const json::value& value);
std::string to_pretty_text(const json::value& value);  // two blanks a level, for people

// Field readers on an object: nullptr / fallback when absent or of another type.
const json::value* find(const json::object& object, std::string_view key);
std::string text_or(const json::object& object, std::string_view key, std::string_view fallback = {});
int64_t int_or(const json::object& object, std::string_view key, int64_t fallback = 0);
bool bool_or(const json::object& object, std::string_view key, bool fallback = false);

}  // namespace tributary
