// The configuration as data: one table per section says which keys there are, of what type, range and default, and what
// they are for. Validation (config_section.hpp) and the reference pages (config_reference.hpp) both read these tables,
// so neither can forget a key. Constant data.
#pragma once
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary::config {

enum class Type {
    text,     // low..high: size in bytes
    name,     // letters, digits, '-', '_', '.'; begins with a letter or digit; low..high: size
    path,     // relative ones count from the file they stand in
    address,  // an IP address
    url,      // https://, or http:// to this machine
    choice,   // one of choices
    integer,  // low..high
    boolean,
    amount,    // a whole number, or a decimal in quotes: "12.50"; low..high as whole units
    unit,      // an ISO 4217 code or a unit of one's own
    currency,  // an ISO 4217 code
    text_list,
    credential,  // "cred:name"
    credential_list,
    table,       // inner says what is in it
    table_list,  // [[section.key]], inner says what is in each
};
const char* name_of(Type type);  // for reference pages and messages: "whole number"

struct Section;

struct Key {
    const char* name;
    Type type = Type::text;
    bool is_required = false;
    int64_t low = 0, high = 0;
    const char* fallback = "";  // as written in TOML, without quotes; "" = none
    const char* help = "";
    std::vector<const char*> choices = {};
    const Section* inner = nullptr;
};

inline Key choice(const char* name, bool is_required, const char* fallback, std::vector<const char*> choices,
                  const char* help) {
    return {name, Type::choice, is_required, 0, 0, fallback, help, std::move(choices)};
}

inline Key table(const char* name, const Section& inner, const char* help) {  // required
    return {name, Type::table, true, 0, 0, "", help, {}, &inner};
}
inline Key table_list(const char* name, int64_t count_max, const Section& inner, const char* help) {
    return {name, Type::table_list, false, 0, count_max, "", help, {}, &inner};
}

// What the keys of a free section (options, secrets, profile) may hold: their names belong to somebody else.
enum class Free { none, values, credentials };

struct Section {
    const char* name;  // "daemon"; "api.token" for [[api.token]]
    const char* help;
    std::vector<Key> keys;
    Free free = Free::none;
    bool is_required = false;
};

struct FileKind {
    const char* name;  // "feeds.d/*.toml"
    const char* help;
    std::vector<const Section*> sections;
};

const FileKind& main_file();  // tributary.toml
const FileKind& feed_file();
const FileKind& connector_file();

const Key* find_key(const Section& section, std::string_view name);
const Section* find_section(const FileKind& kind, std::string_view name);

}  // namespace tributary::config
