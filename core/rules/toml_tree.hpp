// TOML text as a plain tree with the place of every key and value, so that toml++ stays in one translation unit and the
// readers can report exactly. Internal to rules. Places count lines and characters from 1.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/source_error.hpp"

namespace tributary::rules {

struct Place {
    size_t line = 0, column = 0;
};

enum class TomlKind { table, array, text, integer, floating, boolean, date, time };
const char* name_of(TomlKind kind);  // "a table", "text"

struct TomlEntry;

struct TomlNode {
    TomlKind kind = TomlKind::table;
    Place place;
    std::string text;                 // text; floating: as written
    int64_t integer = 0;              // integer; date: yyyymmdd
    std::vector<TomlNode> items;      // array
    std::vector<TomlEntry> entries;   // table
};

struct TomlEntry {
    std::string key;
    Place place;  // of the key
    TomlNode value;
};

// Nothing after reporting the first mistake of syntax, at which reading ends.
std::optional<TomlNode> parse_toml(std::string_view source, const std::string& file, SourceErrors& errors);

// Where in the source a place (line and column from 1) inside the decoded text of a string value stands; value is the
// place of its opening quote. Follows escapes and line ends in all four kinds of TOML strings.
Place place_in_string(std::string_view source, Place value, Place inside);

}  // namespace tributary::rules
