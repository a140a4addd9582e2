#include "core/daemon/ctl_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::ctl {
namespace {

constexpr size_t gap = 2;
constexpr size_t shrunk_min = 8;

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::string padded(const std::string& text, size_t width, Align align) {
    const std::string blanks(width - std::min(width, width_of(text)), ' ');
    return align == Align::left ? text + blanks : blanks + text;
}

}  // namespace

size_t width_of(std::string_view utf8) {
    return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return !is_continuation(c); }));
}

std::string cut(std::string_view utf8, size_t width_max) {
    if (width_of(utf8) <= width_max) return std::string(utf8);
    size_t end = 0;
    for (size_t width = 0; end < utf8.size(); ++end)
        if (!is_continuation(utf8[end]) && ++width == width_max) break;
    return std::string(utf8.substr(0, end)) + "…";
}

std::string harmless(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    return out;
}

std::vector<size_t> Table::widths(size_t width_max) const {
    std::vector<size_t> out;
    size_t whole = 0;
    for (size_t i = 0; i < columns_.size(); ++i) {
        size_t width = width_of(columns_[i].title);
        for (const auto& row : rows_) width = std::max(width, width_of(row[i]));
        out.push_back(width);
        whole += width + (i > 0 ? gap : 0);
    }
    while (whole > width_max) {  // the widest gives first
        size_t widest = columns_.size();
        for (size_t i = 0; i < columns_.size(); ++i)
            if (columns_[i].can_shrink && out[i] > shrunk_min && (widest == columns_.size() || out[i] > out[widest]))
                widest = i;
        if (widest == columns_.size()) break;
        --out[widest];
        --whole;
    }
    return out;
}

std::string Table::text(size_t width_max) const {
    const std::vector<size_t> wide = widths(width_max);
    std::string out;
    const auto add_row = [&](auto&& cell_of) {
        std::string line;
        for (size_t i = 0; i < columns_.size(); ++i)
            line += (i > 0 ? std::string(gap, ' ') : "") + padded(cut(cell_of(i), wide[i]), wide[i], columns_[i].align);
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    };
    add_row([&](size_t i) { return columns_[i].title; });
    for (const auto& row : rows_) add_row([&](size_t i) { return harmless(row[i]); });
    return out;
}

std::string Facts::text() const {
    size_t width = 0;
    for (const auto& [name, value] : facts_) width = std::max(width, width_of(name));
    std::string out;
    for (const auto& [name, value] : facts_) out += padded(name, width, Align::left) + "  " + harmless(value) + "\n";
    return out;
}

std::string cell(const json::value& object, std::string_view key) {
    const json::value* value = object.is_object() ? find(object.as_object(), key) : nullptr;
    if (value == nullptr || value->is_null()) return {};
    if (value->is_string()) return std::string(value->as_string());
    if (value->is_bool()) return value->as_bool() ? "yes" : "no";
    if (value->is_object()) return cell(*value, "text");
    return to_text(*value);
}

std::string short_time(std::string_view instant) {
    if (instant.size() < 19) return std::string(instant);
    return fmt::format("{} {}", instant.substr(0, 10), instant.substr(11, 8));
}

std::string size_text(int64_t bytes) {
    constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    int64_t tenths = bytes * 10;
    size_t unit = 0;
    while (tenths >= 10'240 && unit + 1 < std::size(units)) tenths /= 1024, ++unit;
    if (unit == 0) return fmt::format("{} B", bytes);
    return fmt::format("{}.{} {}", tenths / 10, tenths % 10, units[unit]);
}

}  // namespace tributary::ctl
