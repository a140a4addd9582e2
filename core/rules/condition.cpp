#include "core/rules/condition.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/assert.hpp"
#include "core/base/encoding.hpp"
#include "core/rules/condition_check.hpp"

namespace tributary::rules {
namespace {

// The shortcut in the words of the language.
std::string shortcut_text(const FieldEntry& field, const std::vector<std::string>& values) {
    const bool is_list = field.type == Type::list;
    std::string out;
    for (const std::string& value : values) {
        if (!out.empty()) out += is_list ? " or " : ", ";
        out += is_list ? fmt::format("\"{}\" in {}", value, field.name) : fmt::format("\"{}\"", value);
    }
    return is_list ? out : fmt::format("{} in [{}]", field.name, out);
}

}  // namespace

bool Condition::parse(std::string_view text, const Clusters& clusters, const std::string& file, size_t line,
                      size_t column, SourceErrors& errors, Condition& out) {
    if (text.size() > condition_bytes_max || !is_utf8(text)) {
        errors.push_back(
            {file, line, column,
             text.size() > condition_bytes_max
                 ? fmt::format("the condition has {} bytes: at most {} are allowed; split the incentive or "
                               "use a cluster, families, tags or skus",
                               text.size(), condition_bytes_max)
                 : "the condition is not UTF-8 text"});
        return false;
    }
    SourceErrors own;
    ErrorSink sink(text, file, line, column, own);
    auto root = std::make_shared<ConditionNode>(parse_condition(text, clusters, sink));
    if (!own.empty()) {
        std::stable_sort(own.begin(), own.end(), [](const SourceError& a, const SourceError& b) {
            return a.line != b.line ? a.line < b.line : a.column < b.column;
        });
        errors.insert(errors.end(), own.begin(), own.end());
        return false;
    }
    out.root_ = std::move(root);
    out.text_ = text;
    return true;
}

Condition Condition::one_of_product(std::string_view attribute, const std::vector<std::string>& values) {
    const FieldEntry* entry = find_field(fmt::format("product.{}", attribute));
    TRIBUTARY_ASSERT(entry != nullptr);
    ConditionNode field, list, node;
    field.kind = NodeKind::field, field.type = entry->type, field.field = entry->field;
    list.kind = NodeKind::list, list.type = Type::list, list.texts = values;
    std::sort(list.texts.begin(), list.texts.end());
    node.kind = entry->type == Type::list ? NodeKind::overlap : NodeKind::member;
    node.type = Type::boolean;
    node.children = {std::move(field), std::move(list)};
    Condition out;
    out.text_ = shortcut_text(*entry, values);
    node.shown = shown_text(out.text_);
    out.root_ = std::make_shared<ConditionNode>(std::move(node));
    return out;
}

Condition Condition::all_of(const std::vector<Condition>& parts) {
    TRIBUTARY_ASSERT(!parts.empty());
    if (parts.size() == 1) return parts[0];
    ConditionNode node;
    node.kind = NodeKind::all, node.type = Type::boolean;
    Condition out;
    for (const Condition& part : parts) {
        node.children.push_back(*part.root_);
        out.text_ += fmt::format("{}({})", out.text_.empty() ? "" : " and ", part.text_);
    }
    node.shown = shown_text(out.text_);
    out.root_ = std::make_shared<ConditionNode>(std::move(node));
    return out;
}

}  // namespace tributary::rules
