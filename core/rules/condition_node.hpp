// The checked tree of a condition and the table of fields. Internal to rules. Nodes are immutable once a Condition
// holds them. Numbers and dates are Decimals (a date is yyyymmdd), so that one comparison serves both.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/event.hpp"

namespace tributary::rules {

enum class Type { broken, text, integer, decimal, date, boolean, list };
const char* name_of(Type type);
inline bool is_number(Type type) { return type == Type::integer || type == Type::decimal; }

enum class Who { event, product, party, rep, reseller, distributor };
enum class What {
    kind, date, quantity, uom, sale_kind, ship_and_debit,  // of an event
    sku, name, family, tags,                               // of a product (and name of a party)
    code, level, country, region, role, groups,            // of a party
};

struct Field {
    Who who = Who::event;
    What what = What::kind;
};

struct FieldEntry {
    std::string name;  // "party.level"
    Field field;
    Type type = Type::text;
};
const std::vector<FieldEntry>& condition_fields();
const FieldEntry* find_field(std::string_view name);
const std::vector<std::string>& event_kind_names();  // in the order of EventKind, from 1

// What a field or a computation gives. known = false: somebody is missing, or the number left its range.
struct Operand {
    bool known = true;
    bool holds = false;                                // boolean
    Decimal number;                                    // integer, decimal, date
    std::string_view text;
    const std::vector<std::string>* texts = nullptr;   // list of text
};
Operand read_field(Field field, const Event& event, const Party* recipient);

enum class NodeKind {
    literal, field, list,
    sum, difference, product,
    equal, not_equal, less, less_equal, greater, greater_equal,
    member, not_member,
    overlap,                  // two lists of text share an item: the tags shortcut
    all, any, negation,
};

struct ConditionNode {
    NodeKind kind = NodeKind::literal;
    Type type = Type::broken;
    Type item_type = Type::text;            // list
    bool is_cluster = false;                // list
    bool holds = false;                     // literal
    Decimal number;                         // literal
    std::string text;                       // literal
    std::vector<std::string> texts;         // list; sorted once checked
    std::vector<Decimal> numbers;           // list
    Field field;
    std::vector<ConditionNode> children;
    std::string shown;                      // boolean: as written, blanks squeezed, cut when long

    // Only while parsing:
    size_t begin = 0, end = 0;              // bytes of the text
    std::vector<size_t> item_offsets;       // list, as written
};

// "party.level  in\n[...]" -> "party.level in [...]", at most 160 bytes.
std::string shown_text(std::string_view written);

}  // namespace tributary::rules
