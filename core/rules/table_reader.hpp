// Typed reading of one TOML table. Every getter reports what is wrong with its value, at the value's place, and gives
// nothing then; reading goes on, so that all mistakes come at once. Internal to rules.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/money/money.hpp"
#include "core/rules/toml_tree.hpp"

namespace tributary::rules {

struct SourceFile {
    std::string_view text;
    const std::string& name;
    SourceErrors& errors;
    void report(Place place, std::string message) const;
};

enum class Need { required, optional };

class TableReader {
public:
    // what: how messages name the table: "[program]", "this incentive".
    TableReader(const TomlNode& table, std::string what, const SourceFile& file);

    Place place() const { return table_.place; }
    const TomlEntry* find(std::string_view key) const;  // no report
    const TomlNode* value(std::string_view key, Need need);

    std::optional<std::string> text(std::string_view key, Need need, size_t bytes_max = 200);
    std::optional<std::string> title(std::string_view key, Need need);       // text on one line
    std::optional<std::string> id(std::string_view key, Need need);          // [a-z0-9][a-z0-9._-]{0,63}
    std::optional<std::string> one_of(std::string_view key, const std::vector<std::string>& known, Need need);
    std::optional<Decimal> decimal(std::string_view key, Need need);         // integer, or decimal as text
    std::optional<int32_t> date(std::string_view key, Need need);            // yyyymmdd
    // Not empty, at most 1000 texts without duplicates.
    std::vector<std::string> texts(std::string_view key, Need need);

    void refuse_others(const std::vector<std::string>& known) const;         // unknown keys

private:
    void expected(const TomlNode& node, std::string_view key, std::string_view what) const;

    const TomlNode& table_;
    std::string what_;
    const SourceFile& file_;
};

// Empty when text is an id, else what is wrong with it.
std::string id_error(std::string_view text);

}  // namespace tributary::rules
