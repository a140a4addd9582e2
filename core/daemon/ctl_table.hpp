// Tables and lists for people, in 100 columns: what is too wide is cut with "…" in the columns that allow it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"

namespace tributary::ctl {

enum class Align { left, right };

struct Column {
    std::string title;
    Align align = Align::left;
    bool can_shrink = false;
};

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    bool is_empty() const { return rows_.empty(); }
    std::string text(size_t width_max = 100) const;

private:
    std::vector<size_t> widths(size_t width_max) const;
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// "name:   value" lines, aligned.
class Facts {
public:
    void add(std::string name, std::string value) {
        if (!value.empty()) facts_.emplace_back(std::move(name), std::move(value));
    }
    std::string text() const;

private:
    std::vector<std::pair<std::string, std::string>> facts_;
};

size_t width_of(std::string_view utf8);  // code points
std::string cut(std::string_view utf8, size_t width_max);
// A field as text: texts as they are, numbers as digits, amounts ({"text": ...}) as their text; "" when absent.
std::string cell(const json::value& object, std::string_view key);
std::string short_time(std::string_view instant);  // "2026-11-01 03:41:00"
std::string size_text(int64_t bytes);              // "1.4 MiB"
// What a stranger wrote must not steer the terminal: control characters become '?'.
std::string harmless(std::string_view text);

}  // namespace tributary::ctl
