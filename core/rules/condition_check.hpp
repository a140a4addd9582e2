// Types of the condition language: every function takes checked operands and gives the checked node above them, or
// reports and gives a broken one. A broken operand was reported already and is passed on in silence.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/rules/condition_lexer.hpp"
#include "core/rules/condition_node.hpp"

namespace tributary::rules {

// Empty when text is a country code, else what is wrong with it.
std::string country_error(const std::string& text);

using Clusters = std::map<std::string, std::vector<std::string>>;

class Checker {
public:
    Checker(const Clusters& clusters, ErrorSink& errors) : clusters_(clusters), errors_(errors) {}

    ConditionNode name(const Lexeme& lexeme);  // a field or a cluster
    ConditionNode list(std::vector<ConditionNode> items, size_t begin, size_t end);
    ConditionNode arithmetic(NodeKind kind, ConditionNode left, ConditionNode right, size_t sign_offset);
    ConditionNode comparison(NodeKind kind, ConditionNode left, ConditionNode right, const Lexeme& sign);
    ConditionNode membership(bool is_negated, ConditionNode left, ConditionNode right, size_t in_offset);
    ConditionNode logic(NodeKind kind, std::vector<ConditionNode> parts);       // all, any
    ConditionNode negation(ConditionNode part, size_t begin);
    bool require_boolean(const ConditionNode& node, const char* where);         // "'and'", "the condition"

private:
    ConditionNode broken(size_t begin, size_t end) const;
    ConditionNode finished(ConditionNode node) const;  // sets shown
    ConditionNode cluster(const Lexeme& lexeme);
    std::string written(const ConditionNode& node) const;
    void check_known_values(const ConditionNode& field, const ConditionNode& literals);
    bool same_types(const ConditionNode& left, const ConditionNode& right, const char* sign, size_t offset);

    const Clusters& clusters_;
    ErrorSink& errors_;
};

// The whole text; root is broken when anything was reported.
ConditionNode parse_condition(std::string_view text, const Clusters& clusters, ErrorSink& errors);

}  // namespace tributary::rules
