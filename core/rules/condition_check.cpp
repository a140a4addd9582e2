#include "core/rules/condition_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/base/suggest.hpp"
#include "core/rules/condition.hpp"

namespace tributary::rules {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

// " (did you mean 'party.level'?)", or what can stand there instead.
std::string field_hint(std::string_view name) {
    const size_t point = name.find('.');
    if (point == std::string_view::npos) return fmt::format(" (a text stands in quotes: \"{}\")", name);
    const std::string_view owner = name.substr(0, point + 1);
    std::vector<std::string> all, attributes;
    for (const FieldEntry& entry : condition_fields()) {
        all.push_back(entry.name);
        if (entry.name.starts_with(owner)) attributes.push_back(entry.name.substr(owner.size()));
    }
    if (attributes.empty()) return did_you_mean(name, all);
    const std::string near = nearest_word(name.substr(owner.size()), attributes);
    if (!near.empty()) return fmt::format(" (did you mean '{}{}'?)", owner, near);
    return fmt::format(": {} has {}", owner.substr(0, point), fmt::join(attributes, ", "));
}

bool is_known_values_field(const ConditionNode& node) {
    return node.kind == NodeKind::field &&
           (node.field.what == What::country || (node.field.who == Who::event && node.field.what == What::kind));
}

}  // namespace

std::string country_error(const std::string& text) {
    const std::string upper = upper_ascii(text);
    const bool has_letters = upper.size() == 2 && is_upper(upper[0]) && is_upper(upper[1]);
    std::string_view hint = has_letters ? std::string_view(upper) : "DE";
    if (upper == "UK") hint = "GB";
    else if (upper == "EL") hint = "GR";
    else if (has_letters && upper == text) return {};
    return fmt::format("'{}' is not a country code: countries are two upper-case letters (ISO 3166-1){} '{}'",
                       text, has_letters ? ": write" : ", as in", hint);
}

ConditionNode Checker::broken(size_t begin, size_t end) const {
    ConditionNode node;
    node.begin = begin, node.end = end;
    return node;
}

std::string Checker::written(const ConditionNode& node) const {
    return shown_text(errors_.text().substr(node.begin, node.end - node.begin));
}

ConditionNode Checker::finished(ConditionNode node) const {
    node.shown = written(node);
    return node;
}

ConditionNode Checker::name(const Lexeme& lexeme) {
    if (lexeme.content.starts_with("cluster.")) return cluster(lexeme);
    const FieldEntry* entry = find_field(lexeme.content);
    ConditionNode node = broken(lexeme.begin, lexeme.end);
    if (!entry) {
        errors_.add(lexeme.begin, fmt::format("unknown field '{}'{}", lexeme.content, field_hint(lexeme.content)));
        return node;
    }
    node.kind = NodeKind::field;
    node.type = entry->type;
    node.field = entry->field;
    return entry->type == Type::boolean ? finished(std::move(node)) : node;
}

ConditionNode Checker::cluster(const Lexeme& lexeme) {
    ConditionNode node = broken(lexeme.begin, lexeme.end);
    const std::string name(lexeme.content.substr(std::string_view("cluster.").size()));
    const auto found = clusters_.find(name);
    if (found == clusters_.end()) {
        std::vector<std::string> known;
        for (const auto& [key, countries] : clusters_) known.push_back(key);
        const std::string hint = did_you_mean(name, known);
        errors_.add(lexeme.begin, fmt::format("unknown cluster '{}'{}", name,
                                              hint.empty() ? ": declare it under [clusters]" : hint));
        return node;
    }
    node.kind = NodeKind::list;
    node.type = Type::list;
    node.is_cluster = true;
    node.texts = found->second;
    std::sort(node.texts.begin(), node.texts.end());
    return node;
}

ConditionNode Checker::list(std::vector<ConditionNode> items, size_t begin, size_t end) {
    ConditionNode node = broken(begin, end);
    if (items.empty()) {
        errors_.add(begin, "nothing is in an empty list: name at least one item");
        return node;
    }
    if (items.size() > condition_items_max) {
        errors_.add(begin, fmt::format("this list has {} items: at most {} are allowed", items.size(),
                                       condition_items_max));
        return node;
    }
    const Type first = items[0].type;
    for (const ConditionNode& item : items) {
        if (item.type == Type::broken) return node;
        if (item.type != first && !(is_number(item.type) && is_number(first))) {
            errors_.add(item.begin, fmt::format("a list holds items of one type: the first is {}, this one is {}",
                                                name_of(first), name_of(item.type)));
            return node;
        }
    }
    node.kind = NodeKind::list;
    node.type = Type::list;
    node.item_type = first;
    for (ConditionNode& item : items) {
        node.item_offsets.push_back(item.begin);
        if (first == Type::text) node.texts.push_back(std::move(item.text));
        else node.numbers.push_back(item.number);
    }
    return node;
}

ConditionNode Checker::arithmetic(NodeKind kind, ConditionNode left, ConditionNode right, size_t sign_offset) {
    ConditionNode node = broken(left.begin, right.end);
    if (left.type == Type::broken || right.type == Type::broken) return node;
    if (is_number(left.type) && is_number(right.type)) {
        node.type = left.type == Type::integer && right.type == Type::integer ? Type::integer : Type::decimal;
    } else if (left.type == Type::date && right.type == Type::integer && kind != NodeKind::product) {
        node.type = Type::date;
    } else if (left.type == Type::date && right.type == Type::date && kind == NodeKind::difference) {
        node.type = Type::integer;
    } else {
        const char* sign = kind == NodeKind::sum ? "+" : kind == NodeKind::difference ? "-" : "*";
        errors_.add(sign_offset, fmt::format("'{}' needs numbers: '{}' is {}, '{}' is {}", sign, written(left),
                                             name_of(left.type), written(right), name_of(right.type)));
        return node;
    }
    node.kind = kind;
    node.children.push_back(std::move(left));
    node.children.push_back(std::move(right));
    return node;
}

bool Checker::same_types(const ConditionNode& left, const ConditionNode& right, const char* sign, size_t offset) {
    if (left.type == right.type || (is_number(left.type) && is_number(right.type))) return true;
    std::string hint;
    for (const auto& [literal, other] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
        if (literal->kind != NodeKind::literal || literal->type != Type::text) continue;
        if (other->type == Type::date) hint = ": write the date without quotes";
        if (is_number(other->type)) hint = ": write the number without quotes";
        if (other->type == Type::boolean) hint = ": write true or false without quotes";
    }
    errors_.add(offset, fmt::format("'{}' cannot compare '{}' ({}) with '{}' ({}){}", sign, written(left),
                                    name_of(left.type), written(right), name_of(right.type), hint));
    return false;
}

ConditionNode Checker::comparison(NodeKind kind, ConditionNode left, ConditionNode right, const Lexeme& sign) {
    ConditionNode node = broken(left.begin, right.end);
    if (left.type == Type::broken || right.type == Type::broken) return node;
    const std::string sign_text(errors_.text().substr(sign.begin, sign.end - sign.begin));
    const bool is_order = kind != NodeKind::equal && kind != NodeKind::not_equal;
    if (left.type == Type::list || right.type == Type::list) {
        const ConditionNode& list = left.type == Type::list ? left : right;
        const ConditionNode& other = left.type == Type::list ? right : left;
        errors_.add(sign.begin, fmt::format("'{}' is a list, '{}' compares single values: write '{} in {}'",
                                            written(list), sign_text, written(other), written(list)));
        return node;
    }
    if (!same_types(left, right, sign_text.c_str(), sign.begin)) return node;
    if (is_order && (left.type == Type::text || left.type == Type::boolean)) {
        errors_.add(sign.begin, fmt::format("'{}' needs numbers or dates, '{}' is {}: use ==, != or in", sign_text,
                                            written(left), name_of(left.type)));
        return node;
    }
    check_known_values(left, right);
    check_known_values(right, left);
    node.kind = kind;
    node.type = Type::boolean;
    node.children.push_back(std::move(left));
    node.children.push_back(std::move(right));
    return finished(std::move(node));
}

ConditionNode Checker::membership(bool is_negated, ConditionNode left, ConditionNode right, size_t in_offset) {
    ConditionNode node = broken(left.begin, right.end);
    if (left.type == Type::broken || right.type == Type::broken) return node;
    if (right.type != Type::list) {
        errors_.add(in_offset, fmt::format("'in' needs a list, a cluster or a list field on its right, '{}' is {}",
                                           written(right), name_of(right.type)));
        return node;
    }
    if (left.type == Type::list) {
        errors_.add(in_offset, fmt::format("'{}' is a list: ask for one item at a time, '\"...\" in {}'", written(left),
                                           written(left)));
        return node;
    }
    if (left.type != right.item_type && !(is_number(left.type) && is_number(right.item_type))) {
        errors_.add(in_offset, fmt::format("'{}' is {}, '{}' lists items of another type: {}", written(left),
                                           name_of(left.type), written(right), name_of(right.item_type)));
        return node;
    }
    if (right.is_cluster && left.kind == NodeKind::field && left.field.what != What::country) {
        errors_.add(left.begin, fmt::format("a cluster lists countries: compare it with a field such as party.country, "
                                            "not with '{}'", written(left)));
        return node;
    }
    check_known_values(left, right);
    std::sort(right.texts.begin(), right.texts.end());
    node.kind = is_negated ? NodeKind::not_member : NodeKind::member;
    node.type = Type::boolean;
    node.children.push_back(std::move(left));
    node.children.push_back(std::move(right));
    return finished(std::move(node));
}

ConditionNode Checker::logic(NodeKind kind, std::vector<ConditionNode> parts) {
    ConditionNode node = broken(parts.front().begin, parts.back().end);
    bool is_whole = true;
    for (const ConditionNode& part : parts)
        is_whole = require_boolean(part, kind == NodeKind::all ? "'and'" : "'or'") && is_whole;
    if (!is_whole) return node;
    node.kind = kind;
    node.type = Type::boolean;
    node.children = std::move(parts);
    return finished(std::move(node));
}

ConditionNode Checker::negation(ConditionNode part, size_t begin) {
    ConditionNode node = broken(begin, part.end);
    if (!require_boolean(part, "'not'")) return node;
    node.kind = NodeKind::negation;
    node.type = Type::boolean;
    node.children.push_back(std::move(part));
    return finished(std::move(node));
}

bool Checker::require_boolean(const ConditionNode& node, const char* where) {
    if (node.type == Type::boolean) return true;
    if (node.type == Type::broken) return false;
    errors_.add(node.begin, fmt::format("{} needs a comparison, '{}' is {}: compare it with == or in", where,
                                        written(node), name_of(node.type)));
    return false;
}

// A spelling that no event can ever have is a mistake, not a condition that is always false.
void Checker::check_known_values(const ConditionNode& field, const ConditionNode& literals) {
    if (!is_known_values_field(field) || literals.is_cluster) return;
    const auto check = [&](const std::string& value, size_t offset) {
        if (field.field.what == What::country) {
            const std::string error = country_error(value);
            if (!error.empty()) errors_.add(offset, error);
            return;
        }
        const auto& known = event_kind_names();
        if (std::find(known.begin(), known.end(), value) == known.end())
            errors_.add(offset, fmt::format("unknown kind of event '{}'{}", value, did_you_mean(value, known)));
    };
    if (literals.kind == NodeKind::literal && literals.type == Type::text) check(literals.text, literals.begin);
    for (size_t i = 0; i < literals.texts.size(); ++i) check(literals.texts[i], literals.item_offsets[i]);
}

}  // namespace tributary::rules
