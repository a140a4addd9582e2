#include "core/daemon/config_reference.hpp"

#include <fmt/format.h>

namespace tributary::config {
namespace {

std::string range_of(const Key& key) {
    if (!key.choices.empty()) return fmt::format("{}", fmt::join(key.choices, " | "));
    if (key.type == Type::integer || key.type == Type::amount)
        return fmt::format("{} {} to {}", name_of(key.type), key.low, key.high);
    return name_of(key.type);
}

std::string fallback_of(const Key& key) {
    if (key.is_required) return "required";
    return key.fallback[0] == '\0' ? "none" : key.fallback;
}

const std::vector<const FileKind*>& kinds() {
    static const std::vector<const FileKind*> all{&main_file(), &feed_file(), &connector_file()};
    return all;
}

// A section, then those that stand inside it.
template <class Visit>
void each_section(const Section& section, const Visit& visit) {
    visit(section);
    for (const Key& key : section.keys)
        if (key.inner != nullptr) each_section(*key.inner, visit);
}

std::string roff(std::string_view text) {
    std::string out;
    if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return out;
}

const char* json_type(const Key& key) {
    switch (key.type) {
        case Type::integer:
            return "integer";
        case Type::boolean:
            return "boolean";
        case Type::text_list:
        case Type::credential_list:
        case Type::table_list:
            return "array";
        case Type::table:
            return "object";
        case Type::amount:
        case Type::text:
        case Type::name:
        case Type::path:
        case Type::address:
        case Type::url:
        case Type::choice:
        case Type::unit:
        case Type::currency:
        case Type::credential:
            return "string";
    }
    return "string";
}

json::object schema_of(const Section& section);

json::object schema_of(const Key& key) {
    constexpr const char* credential_pattern = "^cred:[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
    json::object out;
    out["description"] = key.help;
    if (key.type == Type::amount)
        out["type"] = json::array{"integer", "string"};
    else
        out["type"] = json_type(key);
    if (key.type == Type::integer) out["minimum"] = key.low, out["maximum"] = key.high;
    if (key.type == Type::credential) out["pattern"] = credential_pattern;
    if (key.type == Type::credential_list)
        out["items"] = json::object{{"type", "string"}, {"pattern", credential_pattern}};
    if (key.type == Type::text_list) out["items"] = json::object{{"type", "string"}};
    if (key.type == Type::table_list) out["items"] = schema_of(*key.inner);
    if (key.type == Type::table)
        for (auto& [name, value] : schema_of(*key.inner)) out[name] = value;
    if (key.type == Type::name || key.type == Type::text)
        if (key.high > 0) out["maxLength"] = key.high;
    if (!key.choices.empty()) {
        json::array choices;
        for (const char* choice : key.choices) choices.emplace_back(choice);
        out["enum"] = std::move(choices);
    }
    return out;
}

json::object schema_of(const Section& section) {
    json::object properties;
    json::array required;
    for (const Key& key : section.keys) {
        properties[key.name] = schema_of(key);
        if (key.is_required) required.emplace_back(key.name);
    }
    json::object out{{"type", "object"}, {"description", section.help}};
    if (section.free == Free::credentials)
        out["additionalProperties"] = json::object{{"type", "string"}, {"pattern", "^cred:"}};
    if (section.free != Free::none) return out;
    out["properties"] = std::move(properties);
    out["additionalProperties"] = false;
    if (!required.empty()) out["required"] = std::move(required);
    return out;
}

}  // namespace

std::string reference_markdown() {
    std::string out = "# Configuration\n\nWritten from the tables that check it: `tributaryctl config reference`.\n";
    for (const FileKind* kind : kinds()) {
        out += fmt::format("\n## {}\n{}\n", kind->name, kind->help);
        for (const Section* top : kind->sections)
            each_section(*top, [&](const Section& section) {
                out += fmt::format("\n### [{}]\n{}\n", section.name, section.help);
                if (section.keys.empty()) return;
                out += "\n| key | value | default | |\n|---|---|---|---|\n";
                for (const Key& key : section.keys) {
                    std::string range = range_of(key);
                    for (size_t at = 0; (at = range.find('|', at)) != std::string::npos; at += 2)
                        range.replace(at, 1, "\\|");
                    out += fmt::format("| `{}` | {} | {} | {} |\n", key.name, range, fallback_of(key), key.help);
                }
            });
    }
    return out;
}

std::string reference_man() {
    std::string out =
        ".TH TRIBUTARY.TOML 5 \"\" \"Tributary\" \"File formats\"\n.SH NAME\ntributary.toml \\- configuration of "
        "tributaryd(8)\n"
        ".SH DESCRIPTION\nTOML files: tributary.toml, and feeds.d/, connectors.d/ and programs.d/ beside it. Relative "
        "paths "
        "count from the file they stand in. A secret is written \"cred:name\" and kept in a file of the credentials "
        "directory. Check a change with\n.B tributaryctl check\nbefore\n.B systemctl reload tributaryd.\n";
    for (const FileKind* kind : kinds()) {
        out += fmt::format(".SH \"{}\"\n{}\n", roff(kind->name), roff(kind->help));
        for (const Section* top : kind->sections)
            each_section(*top, [&](const Section& section) {
                out += fmt::format(".SS [{}]\n{}\n", roff(section.name), roff(section.help));
                for (const Key& key : section.keys)
                    out += fmt::format(".TP\n.B {}\n{} ({}; default: {})\n", roff(key.name), roff(key.help),
                                       roff(range_of(key)), roff(fallback_of(key)));
            });
    }
    return out + ".SH SEE ALSO\ntributaryd(8), tributaryctl(1)\n";
}

json::object json_schema(const FileKind& kind) {
    json::object properties;
    json::array required;
    for (const Section* section : kind.sections) {
        properties[section->name] = schema_of(*section);
        if (section->is_required) required.emplace_back(section->name);
    }
    json::object out{{"$schema", "http://json-schema.org/draft-07/schema#"},
                     {"title", kind.name},
                     {"description", kind.help},
                     {"type", "object"},
                     {"properties", std::move(properties)},
                     {"additionalProperties", false}};
    if (!required.empty()) out["required"] = std::move(required);
    return out;
}

}  // namespace tributary::config
