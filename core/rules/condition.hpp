// The condition language: small, typed, total (no loops, no floats, no calls). Grammar:
//   or: and ("or" and)*   and: not ("and" not)*   not: "not" not | comparison
//   comparison: sum (("=="|"!="|"<"|"<="|">"|">=") sum | ["not"] "in" (list | "cluster." name | field of type list))?
//   sum: product (("+"|"-") product)*   product: atom ("*" atom)*
//   atom: "text" | 'text' | ["-"] (integer | decimal) | date (2026-11-01) | true | false | field | list | "(" or ")"
// Fields: event.{kind date quantity uom sale_kind ship_and_debit}, product.{sku name family tags}, and for party (the
// recipient), rep, reseller, distributor: {code kind name level country region role groups}.
// A field of somebody the event does not have (no rep) makes its comparison false, never an error.
// A Condition is immutable and cheap to copy; any thread may evaluate it.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/source_error.hpp"
#include "core/model/event.hpp"

namespace tributary::rules {

struct ConditionNode;

inline constexpr size_t condition_bytes_max = 4096;
inline constexpr int condition_depth_max = 32;        // parentheses and "not" inside each other
inline constexpr size_t condition_items_max = 1000;   // of one list
inline constexpr size_t condition_errors_max = 20;    // reported for one condition

class Condition {
public:
    // Parses and type-checks; errors carry line and column (in characters) counted from (line, column), the place of
    // the text's first byte. False when anything was reported; out is then untouched.
    static bool parse(std::string_view text, const std::map<std::string, std::vector<std::string>>& clusters,
                      const std::string& file, size_t line, size_t column, SourceErrors& errors, Condition& out);
    // The shortcut product.<attribute> in values; of product.tags: any of values.
    static Condition one_of_product(std::string_view attribute, const std::vector<std::string>& values);
    // All of them must hold, asked in this order; parts is not empty.
    static Condition all_of(const std::vector<Condition>& parts);

    struct Answer {
        bool holds = false;
        std::string failed;  // the first comparison that decided "no", as written: 'party.level in ["gold"]'
    };
    Answer evaluate(const Event& event, const Party* recipient) const;  // an empty Condition holds
    const std::string& text() const { return text_; }

private:
    std::shared_ptr<const ConditionNode> root_;
    std::string text_;
};

}  // namespace tributary::rules
