#include "core/daemon/config_value.hpp"

#include "core/base/toml.hpp"

namespace tributary::config {
namespace {

constexpr size_t depth_max = 16;

Place place_of(const toml::source_region& region) {
    return {region.begin.line, region.begin.column};
}

Value copy(const toml::node& node, size_t depth);

void copy_table(const toml::table& table, size_t depth, Value& out) {
    out.kind = Value::Kind::table;
    for (const auto& [key, node] : table) {
        Value value = copy(node, depth + 1);
        value.key_place = place_of(key.source());
        out.table.emplace(std::string(key.str()), std::move(value));
    }
}

void copy_list(const toml::array& list, size_t depth, Value& out) {
    out.kind = Value::Kind::list;
    for (const toml::node& node : list) out.items.push_back(copy(node, depth + 1));
}

Value copy(const toml::node& node, size_t depth) {
    Value out;
    out.place = out.key_place = place_of(node.source());
    if (depth > depth_max) return out;  // an empty text: the schema refuses it where it stands
    if (const auto* table = node.as_table())
        copy_table(*table, depth, out);
    else if (const auto* list = node.as_array())
        copy_list(*list, depth, out);
    else if (const auto* text = node.as_string())
        out.text = text->get();
    else if (const auto* integer = node.as_integer())
        out.kind = Value::Kind::integer, out.integer = integer->get();
    else if (const auto* boolean = node.as_boolean())
        out.kind = Value::Kind::boolean, out.boolean = boolean->get();
    else if (node.is_floating_point())
        out.kind = Value::Kind::fraction;
    else
        out.kind = Value::Kind::instant;
    return out;
}

}  // namespace

const char* name_of(Value::Kind kind) {
    switch (kind) {
        case Value::Kind::text:
            return "a text";
        case Value::Kind::integer:
            return "a whole number";
        case Value::Kind::boolean:
            return "true or false";
        case Value::Kind::fraction:
            return "a number with a fraction";
        case Value::Kind::instant:
            return "a date or time";
        case Value::Kind::list:
            return "a list";
        case Value::Kind::table:
            return "a table";
    }
    return "something else";
}

bool parse_toml(const std::string& text, const std::string& file, SourceErrors& errors, Value& out) {
    const toml::parse_result result = toml::parse(text, file);
    if (result) {
        copy_table(result.table(), 0, out);
        out.place = out.key_place = {1, 1};
        return true;
    }
    const Place place = place_of(result.error().source());
    errors.push_back({file, place.line, place.column, "not valid TOML: " + std::string(result.error().description())});
    return false;
}

}  // namespace tributary::config
