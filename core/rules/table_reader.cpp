#include "core/rules/table_reader.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/base/clock.hpp"
#include "core/base/encoding.hpp"
#include "core/base/suggest.hpp"
#include "core/rules/condition.hpp"

namespace tributary::rules {
namespace {

constexpr size_t id_bytes_max = 64;
constexpr size_t item_bytes_max = 256;

}  // namespace

void SourceFile::report(Place place, std::string message) const {
    errors.push_back({name, place.line, place.column, std::move(message)});
}

std::string id_error(std::string_view text) {
    const auto is_first = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const bool is_id = !text.empty() && text.size() <= id_bytes_max && is_first(text[0]) &&
                       std::all_of(text.begin(), text.end(), [&](char c) {
                           return is_first(c) || c == '.' || c == '_' || c == '-';
                       });
    if (is_id) return {};
    return fmt::format("'{}' is not an id: a-z, 0-9, then also '.', '_', '-', at most {} characters",
                       printable(text), id_bytes_max);
}

TableReader::TableReader(const TomlNode& table, std::string what, const SourceFile& file)
    : table_(table), what_(std::move(what)), file_(file) {}

const TomlEntry* TableReader::find(std::string_view key) const {
    for (const TomlEntry& entry : table_.entries)
        if (entry.key == key) return &entry;
    return nullptr;
}

const TomlNode* TableReader::value(std::string_view key, Need need) {
    if (const TomlEntry* entry = find(key)) return &entry->value;
    if (need == Need::required) file_.report(place(), fmt::format("{} needs '{}'", what_, key));
    return nullptr;
}

void TableReader::expected(const TomlNode& node, std::string_view key, std::string_view what) const {
    file_.report(node.place, fmt::format("'{}' must be {}, this is {}", key, what, name_of(node.kind)));
}

std::optional<std::string> TableReader::text(std::string_view key, Need need, size_t bytes_max) {
    const TomlNode* node = value(key, need);
    if (!node) return std::nullopt;
    if (node->kind != TomlKind::text) return expected(*node, key, "text in quotes"), std::nullopt;
    if (trim(node->text).empty()) return file_.report(node->place, fmt::format("'{}' is empty", key)), std::nullopt;
    if (node->text.size() > bytes_max) {
        file_.report(node->place, fmt::format("'{}' has {} bytes: at most {} are allowed", key,
                                              node->text.size(), bytes_max));
        return std::nullopt;
    }
    return node->text;
}

std::optional<std::string> TableReader::title(std::string_view key, Need need) {
    auto out = text(key, need);
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; };
    if (!out || std::none_of(out->begin(), out->end(), is_control)) return out;
    file_.report(find(key)->value.place, fmt::format("'{}' holds a line end or a control character", key));
    return std::nullopt;
}

std::optional<std::string> TableReader::id(std::string_view key, Need need) {
    auto out = text(key, need, SIZE_MAX);
    if (!out) return std::nullopt;
    const std::string error = id_error(*out);
    if (error.empty()) return out;
    file_.report(find(key)->value.place, error);
    return std::nullopt;
}

std::optional<std::string> TableReader::one_of(std::string_view key, const std::vector<std::string>& known, Need need) {
    auto out = text(key, need, SIZE_MAX);
    if (!out || std::find(known.begin(), known.end(), *out) != known.end()) return out;
    std::string hint = did_you_mean(*out, known);
    if (hint.empty()) hint = fmt::format(": write one of \"{}\"", fmt::join(known, "\", \""));
    file_.report(find(key)->value.place, fmt::format("'{}' cannot be '{}'{}", key, printable(*out), hint));
    return std::nullopt;
}

std::optional<Decimal> TableReader::decimal(std::string_view key, Need need) {
    const TomlNode* node = value(key, need);
    if (!node) return std::nullopt;
    if (node->kind == TomlKind::floating) {
        file_.report(node->place,
                     fmt::format("'{}' is a float, and floats are not exact: write it as text, {} = \"{}\"",
                                 key, key, node->text));
        return std::nullopt;
    }
    std::optional<Decimal> out;
    if (node->kind == TomlKind::integer) {
        out = parse_decimal(fmt::to_string(node->integer));
    } else if (node->kind == TomlKind::text) {
        out = parse_decimal(node->text);
    } else {
        return expected(*node, key, "an integer, or a decimal as text like \"12.50\""), std::nullopt;
    }
    if (!out)
        file_.report(node->place,
                     fmt::format("'{}' must be a number like 12 or \"12.50\", with at most 18 digits, 9 of "
                                 "them decimals",
                                 key));
    return out;
}

std::optional<int32_t> TableReader::date(std::string_view key, Need need) {
    const TomlNode* node = value(key, need);
    if (!node) return std::nullopt;
    if (node->kind == TomlKind::text && parse_iso_date(node->text)) {
        file_.report(node->place, fmt::format("write the date without quotes: {} = {}", key, node->text));
        return std::nullopt;
    }
    if (node->kind == TomlKind::time) {
        file_.report(node->place, fmt::format("'{}' is a day, without a time: {} = 2026-11-01", key, key));
        return std::nullopt;
    }
    if (node->kind != TomlKind::date) return expected(*node, key, "a date like 2026-11-01"), std::nullopt;
    const auto out = static_cast<int32_t>(node->integer);
    if (is_date(out)) return out;
    file_.report(node->place, fmt::format("'{}' must lie between 1900-01-01 and 2199-12-31", key));
    return std::nullopt;
}

std::vector<std::string> TableReader::texts(std::string_view key, Need need) {
    std::vector<std::string> out;
    const TomlNode* node = value(key, need);
    if (!node) return out;
    if (node->kind != TomlKind::array) return expected(*node, key, "a list of texts like [\"one\", \"two\"]"), out;
    if (node->items.empty() || node->items.size() > condition_items_max) {
        file_.report(node->place, node->items.empty()
                                      ? fmt::format("'{}' is an empty list: name at least one{}", key,
                                                    need == Need::required ? "" : ", or leave the key out")
                                      : fmt::format("'{}' has {} items: at most {} are allowed", key,
                                                    node->items.size(), condition_items_max));
        return out;
    }
    std::set<std::string_view> seen;
    for (const TomlNode& item : node->items) {
        if (item.kind != TomlKind::text) {
            expected(item, key, "a list of texts");
        } else if (item.text.empty() || item.text.size() > item_bytes_max) {
            file_.report(item.place, fmt::format("an item of '{}' has 1 to {} bytes", key, item_bytes_max));
        } else if (!seen.insert(item.text).second) {
            file_.report(item.place, fmt::format("'{}' is in this list twice", item.text));
        } else {
            out.push_back(item.text);
        }
    }
    return out;
}

void TableReader::refuse_others(const std::vector<std::string>& known) const {
    for (const TomlEntry& entry : table_.entries)
        if (std::find(known.begin(), known.end(), entry.key) == known.end())
            file_.report(entry.place, fmt::format("unknown key '{}' in {}{}", printable(entry.key), what_,
                                                  did_you_mean(entry.key, known)));
}

}  // namespace tributary::rules
