// The condition language: small, typed, total (no loops, no floats, no calls). Grammar:
//   or: and ("or" and)*   and: not ("and" not)*   not: "not" not | comparison
//   comparison: sum (("=="|"!="|"<"|"<="|">"|">=") sum | ["not"] "in" (list | "cluster." name | field of type list))?
//   sum: product (("+"|"-") product)*   product: atom ("*" atom)*
//   atom: "text" | 'text' | integer | decimal | date (2026-11-01) | true | false | field | list | "(" or ")"
// Fields: event.{kind date quantity uom sale_kind ship_and_debit}, product.{sku name family tags}, and for party (the
// recipient), rep, reseller, distributor: {code kind name level country region role groups}.
// A field of somebody the event does not have (no rep) makes its comparison false, never an error.
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

class Condition {
public:
    // Parses and type-checks; errors carry line and column counted from (line, column), the place of the text's first byte.
    static bool parse(std::string_view text, const std::map<std::string, std::vector<std::string>>& clusters,
                      const std::string& file, size_t line, size_t column, SourceErrors& errors, Condition& out);

    struct Answer {
        bool holds = false;
        std::string failed;  // the first comparison that decided "no", as written: 'party.level in ["gold"]'
    };
    Answer evaluate(const Event& event, const Party* recipient) const;
    const std::string& text() const { return text_; }

private:
    std::shared_ptr<const ConditionNode> root_;
    std::string text_;
};

}  // namespace tributary::rules
