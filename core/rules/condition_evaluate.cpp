// Total and allocation-free until a comparison fails: unknown operands make their comparison false.
#include <algorithm>

#include "core/base/clock.hpp"
#include "core/rules/condition.hpp"
#include "core/rules/condition_node.hpp"

namespace tributary::rules {
namespace {

__extension__ typedef __int128 Wide;

constexpr int scale_max = 9;
constexpr size_t scan_items_max = 8;  // longer lists are searched by halves

struct Context {
    const Event& event;
    const Party* recipient;
};

Operand unknown() {
    Operand out;
    out.known = false;
    return out;
}

// value / 10^scale as a Decimal, trailing zeroes dropped where it needs that to fit.
Operand fitted(Wide value, int scale) {
    while (scale > scale_max || value > INT64_MAX || value < INT64_MIN) {
        if (scale == 0 || value % 10 != 0) return unknown();
        value /= 10, --scale;
    }
    Operand out;
    out.number = {static_cast<int64_t>(value), scale};
    return out;
}

Operand add(const Decimal& a, const Decimal& b, int sign) {
    Wide left = a.value, right = b.value;
    int scale = a.scale;
    for (; scale < b.scale; ++scale) left *= 10;
    for (int i = b.scale; i < scale; ++i) right *= 10;
    return fitted(left + sign * right, scale);
}

Operand move_date(int64_t date, int64_t days) {
    constexpr int64_t days_max = 200'000;  // wider than the calendar is
    if (!is_date(static_cast<int32_t>(date)) || days > days_max || days < -days_max) return unknown();
    const int32_t moved = civil_from_days(days_from_civil(static_cast<int32_t>(date)) + days);
    if (!is_date(moved)) return unknown();
    Operand out;
    out.number = {moved, 0};
    return out;
}

Operand value_of(const ConditionNode& node, const Context& context);
const ConditionNode* first_failed(const ConditionNode& node, const Context& context);

Operand calculate(const ConditionNode& node, const Context& context) {
    const Operand left = value_of(node.children[0], context);
    const Operand right = value_of(node.children[1], context);
    if (!left.known || !right.known) return unknown();
    if (node.kind == NodeKind::product)
        return fitted(Wide(left.number.value) * right.number.value, left.number.scale + right.number.scale);
    const int sign = node.kind == NodeKind::sum ? 1 : -1;
    if (node.type == Type::date) {
        const auto days = whole(right.number);
        return days && *days != INT64_MIN ? move_date(left.number.value, sign * *days) : unknown();
    }
    if (node.children[0].type == Type::date) {
        const auto from = static_cast<int32_t>(right.number.value), to = static_cast<int32_t>(left.number.value);
        if (!is_date(from) || !is_date(to)) return unknown();
        return fitted(days_from_civil(to) - days_from_civil(from), 0);
    }
    return add(left.number, right.number, sign);
}

Operand value_of(const ConditionNode& node, const Context& context) {
    Operand out;
    switch (node.kind) {
        case NodeKind::literal:
            out.holds = node.holds, out.number = node.number, out.text = node.text;
            return out;
        case NodeKind::field: return read_field(node.field, context.event, context.recipient);
        case NodeKind::list: out.texts = &node.texts; return out;
        case NodeKind::sum: case NodeKind::difference: case NodeKind::product: return calculate(node, context);
        default: out.holds = first_failed(node, context) == nullptr; return out;
    }
}

int order(Type type, const Operand& left, const Operand& right) {
    if (type == Type::text) return left.text.compare(right.text);
    if (type == Type::boolean) return int(left.holds) - int(right.holds);
    return compare(left.number, right.number);
}

bool compares(const ConditionNode& node, const Context& context) {
    const Operand left = value_of(node.children[0], context);
    const Operand right = value_of(node.children[1], context);
    if (!left.known || !right.known) return false;
    const int sign = order(node.children[0].type, left, right);
    switch (node.kind) {
        case NodeKind::equal: return sign == 0;
        case NodeKind::not_equal: return sign != 0;
        case NodeKind::less: return sign < 0;
        case NodeKind::less_equal: return sign <= 0;
        case NodeKind::greater: return sign > 0;
        case NodeKind::greater_equal: return sign >= 0;
        default: return false;
    }
}

bool has_text(const ConditionNode& list, const std::vector<std::string>& texts, std::string_view text) {
    if (list.kind == NodeKind::list && texts.size() > scan_items_max)  // sorted by the checker
        return std::binary_search(texts.begin(), texts.end(), text);
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool is_member(const ConditionNode& node, const Context& context) {
    const ConditionNode& list = node.children[1];
    const Operand item = value_of(node.children[0], context);
    const Operand items = value_of(list, context);
    if (!item.known || !items.known) return false;
    const bool is_wanted = node.kind == NodeKind::member;
    if (list.item_type == Type::text) return has_text(list, *items.texts, item.text) == is_wanted;
    const bool found = std::any_of(list.numbers.begin(), list.numbers.end(),
                                   [&](const Decimal& number) { return compare(number, item.number) == 0; });
    return found == is_wanted;
}

bool overlaps(const ConditionNode& node, const Context& context) {
    const Operand items = value_of(node.children[0], context);
    if (!items.known) return false;
    return std::any_of(items.texts->begin(), items.texts->end(), [&](const std::string& text) {
        return has_text(node.children[1], node.children[1].texts, text);
    });
}

// Null when the node holds. Of "and" the first part that does not; of "or" and "not" the whole, as all of it decided.
const ConditionNode* first_failed(const ConditionNode& node, const Context& context) {
    switch (node.kind) {
        case NodeKind::all:
            for (const ConditionNode& part : node.children)
                if (const ConditionNode* failed = first_failed(part, context)) return failed;
            return nullptr;
        case NodeKind::any:
            for (const ConditionNode& part : node.children)
                if (!first_failed(part, context)) return nullptr;
            return &node;
        case NodeKind::negation: return first_failed(node.children[0], context) ? nullptr : &node;
        case NodeKind::member: case NodeKind::not_member: return is_member(node, context) ? nullptr : &node;
        case NodeKind::overlap: return overlaps(node, context) ? nullptr : &node;
        case NodeKind::literal: case NodeKind::field: {
            const Operand value = value_of(node, context);
            return value.known && value.holds ? nullptr : &node;
        }
        default: return compares(node, context) ? nullptr : &node;
    }
}

}  // namespace

Condition::Answer Condition::evaluate(const Event& event, const Party* recipient) const {
    if (!root_) return {true, {}};
    const ConditionNode* failed = first_failed(*root_, {event, recipient});
    if (!failed) return {true, {}};
    return {false, failed->shown};
}

}  // namespace tributary::rules
