// A TOML document as plain values, each with its place: what the rest of the configuration code sees of TOML. Numbers
// with a fraction are kept apart, because no float may come near money. Plain values: any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/source_error.hpp"

namespace tributary::config {

struct Place {
    size_t line = 0, column = 0;  // 1-based
};

struct Value {
    enum class Kind { text, integer, boolean, fraction, instant, list, table };
    Kind kind = Kind::text;
    Place place;
    Place key_place;  // of the key that names it; of a list's item: its own place
    std::string text;
    int64_t integer = 0;
    bool boolean = false;
    std::vector<Value> items;            // list
    std::map<std::string, Value> table;  // table
};
const char* name_of(Value::Kind kind);  // "a text", "a whole number", for messages

// One error at most: TOML cannot be read past a mistake of syntax.
bool parse_toml(const std::string& text, const std::string& file, SourceErrors& errors, Value& out);

}  // namespace tributary::config
