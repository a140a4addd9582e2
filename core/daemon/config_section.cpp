#include "core/daemon/config_section.hpp"

#include <algorithm>

#include "core/base/assert.hpp"
#include "core/base/encoding.hpp"
#include "core/base/file.hpp"
#include "core/base/suggest.hpp"
#include "core/daemon/config_checks.hpp"

namespace tributary::config {
namespace {

constexpr size_t list_size_max = 1000;

std::vector<std::string> names_of(const Section& section) {
    std::vector<std::string> names;
    for (const Key& key : section.keys) names.emplace_back(key.name);
    return names;
}

std::optional<Decimal> decimal_of(const Value& value) {
    if (value.kind == Value::Kind::integer) return Decimal{value.integer, 0};
    if (value.kind == Value::Kind::text) return parse_decimal(value.text);
    return std::nullopt;
}

}  // namespace

Reader::Reader(const SourceFile& file, const Section& section, const Value* table)
    : file_(&file), section_(&section), table_(table) {
    if (table_ != nullptr && table_->kind != Value::Kind::table) {
        file.complain(table_->place, fmt::format("[{}] must be a table, not {}", section.name, name_of(table_->kind)));
        table_ = nullptr;
        return;
    }
    if (table_ != nullptr && section.free == Free::none) check_keys();
    if (table_ == nullptr && section.is_required)
        file.complain({}, fmt::format("the section [{}] is missing", section.name));
}

void Reader::check_keys() {
    for (const auto& [name, value] : table_->table) {
        const Key* key = find_key(*section_, name);
        if (key != nullptr)
            check(*key, value);
        else
            file_->complain(value.key_place, fmt::format("[{}] has no key '{}'{}", section_->name, printable(name),
                                                         did_you_mean(name, names_of(*section_))));
    }
    for (const Key& key : section_->keys)
        if (key.is_required && !table_->table.contains(key.name))
            file_->complain(table_->place, fmt::format("[{}] needs '{}': {}", section_->name, key.name, key.help));
}

void Reader::refuse(const Key& key, const Value& value, const std::string& why) {
    refused_.push_back(&value);
    file_->complain(value.place, fmt::format("'{}' {}", key.name, why));
}

void Reader::expect(const Key& key, const Value& value, Value::Kind kind) {
    if (value.kind != kind) refuse(key, value, fmt::format("must be {}, not {}", name_of(kind), name_of(value.kind)));
}

void Reader::check(const Key& key, const Value& value) {
    switch (key.type) {
        case Type::integer:
            expect(key, value, Value::Kind::integer);
            if (!is_refused(value) && (value.integer < key.low || value.integer > key.high))
                refuse(key, value, fmt::format("must be {} to {}, not {}", key.low, key.high, value.integer));
            return;
        case Type::boolean:
            return expect(key, value, Value::Kind::boolean);
        case Type::table:
            return expect(key, value, Value::Kind::table);
        case Type::table_list:
        case Type::credential_list:
            return expect(key, value, Value::Kind::list);
        case Type::credential:
            return;  // credential() says what is wrong
        case Type::amount: {
            const auto decimal = decimal_of(value);
            if (!decimal) return refuse(key, value, "must be a whole number, or a decimal in quotes: \"12.50\"");
            if (compare(*decimal, {key.low, 0}) < 0 || compare(*decimal, {key.high, 0}) > 0)
                refuse(key, value, fmt::format("must be {} to {}", key.low, key.high));
            return;
        }
        case Type::text_list:
            expect(key, value, Value::Kind::list);
            if (value.items.size() > list_size_max)
                refuse(key, value, fmt::format("has more than {} entries", list_size_max));
            for (const Value& item : value.items)
                if (item.kind != Value::Kind::text)
                    refuse(key, item, fmt::format("must list texts, not {}", name_of(item.kind)));
            return;
        case Type::text:
        case Type::name:
        case Type::path:
        case Type::address:
        case Type::url:
        case Type::choice:
        case Type::unit:
        case Type::currency:
            expect(key, value, Value::Kind::text);
            if (is_refused(value)) return;
            if (const std::string why = why_not_text(key, value.text); !why.empty()) refuse(key, value, why);
    }
}

bool Reader::is_refused(const Value& value) const {
    return std::find(refused_.begin(), refused_.end(), &value) != refused_.end();
}

const Key& Reader::key_of(const char* key) const {
    const Key* found = find_key(*section_, key);
    TRIBUTARY_ASSERT(found != nullptr);
    return *found;
}

const Value* Reader::value(const char* key) const {
    TRIBUTARY_ASSERT(find_key(*section_, key) != nullptr);
    if (table_ == nullptr) return nullptr;
    const auto found = table_->table.find(key);
    return found == table_->table.end() || is_refused(found->second) ? nullptr : &found->second;
}

Place Reader::place(const char* key) const {
    if (table_ == nullptr) return {};
    const auto found = table_->table.find(key);
    return found == table_->table.end() ? table_->place : found->second.place;
}

std::string Reader::text(const char* key) const {
    const Value* found = value(key);
    return found != nullptr ? found->text : key_of(key).fallback;
}

std::string Reader::path(const char* key) const {
    const std::string given = text(key);
    return given.empty() || given.starts_with('$') ? given : absolute_path(*file_, given);
}

int64_t Reader::integer(const char* key) const {
    const Value* found = value(key);
    return found != nullptr ? found->integer : parse_int(key_of(key).fallback).value_or(0);
}

bool Reader::boolean(const char* key) const {
    const Value* found = value(key);
    return found != nullptr ? found->boolean : std::string_view(key_of(key).fallback) == "true";
}

std::optional<Decimal> Reader::amount(const char* key) const {
    const Value* found = value(key);
    return found != nullptr ? decimal_of(*found) : std::nullopt;
}

std::vector<std::string> Reader::texts(const char* key) const {
    std::vector<std::string> out;
    if (const Value* found = value(key))
        for (const Value& item : found->items)
            if (!is_refused(item)) out.push_back(item.text);
    return out;
}

Credential Reader::credential(const char* key) const {
    const Value* found = value(key);
    if (found == nullptr) return {};
    return credential_of(*file_, *found, key).value_or(Credential{});
}

std::vector<Credential> Reader::credentials(const char* key) const {
    std::vector<Credential> out;
    const Value* found = value(key);
    if (found == nullptr) return out;
    if (found->items.size() > static_cast<size_t>(key_of(key).high))
        file_->complain(found->place, fmt::format("'{}' has more than {} entries", key, key_of(key).high));
    for (const Value& item : found->items)
        if (auto credential = credential_of(*file_, item, key)) out.push_back(std::move(*credential));
    return out;
}

Reader Reader::inner(const char* key) const {
    return Reader(*file_, *key_of(key).inner, value(key));
}

std::vector<Reader> Reader::inner_list(const char* key) const {
    std::vector<Reader> out;
    const Value* found = value(key);
    if (found == nullptr) return out;
    if (found->items.size() > static_cast<size_t>(key_of(key).high))
        file_->complain(found->place, fmt::format("'{}' has more than {} entries", key, key_of(key).high));
    for (const Value& item : found->items) out.emplace_back(*file_, *key_of(key).inner, &item);
    return out;
}

}  // namespace tributary::config
