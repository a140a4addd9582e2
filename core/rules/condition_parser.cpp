// Recursive descent over the lexemes. After a mistake it goes on at the next "and", "or" or closing parenthesis, so
// that one reading reports several.
#include <algorithm>

#include <fmt/format.h>

#include "core/rules/condition.hpp"
#include "core/rules/condition_check.hpp"

namespace tributary::rules {
namespace {

std::optional<NodeKind> comparison_of(Token token) {
    switch (token) {
        case Token::equal: return NodeKind::equal;
        case Token::not_equal: return NodeKind::not_equal;
        case Token::less: return NodeKind::less;
        case Token::less_equal: return NodeKind::less_equal;
        case Token::greater: return NodeKind::greater;
        case Token::greater_equal: return NodeKind::greater_equal;
        default: return std::nullopt;
    }
}

bool starts_operand(Token token) {
    switch (token) {
        case Token::text: case Token::integer: case Token::decimal: case Token::date: case Token::name:
        case Token::true_: case Token::false_: case Token::open: case Token::open_list: case Token::broken:
            return true;
        default: return false;
    }
}

class Parser {
public:
    Parser(std::string_view text, const Clusters& clusters, ErrorSink& errors)
        : text_(text), errors_(errors), check_(clusters, errors), lexemes_(lex_condition(text, errors)) {}

    ConditionNode run() {
        if (now().token == Token::end) {
            errors_.add(0, "the condition is empty: write one, or leave the key out");
            return {};
        }
        ConditionNode root = any();
        while (now().token != Token::end) {
            unexpected(now().token == Token::close ? "there is no '(' for this ')'" : "");
            ++at_;
            const bool is_joined = accept(Token::and_) || accept(Token::or_);
            if (is_joined || starts_operand(now().token)) any();
        }
        check_.require_boolean(root, "the condition");
        return root;
    }

private:
    const Lexeme& now() const { return lexemes_[at_]; }
    const Lexeme& following() const { return lexemes_[std::min(at_ + 1, lexemes_.size() - 1)]; }
    bool accept(Token token) {
        if (now().token != token) return false;
        ++at_;
        return true;
    }

    void unexpected(std::string_view message = {}) {
        if (now().token == Token::broken) return;
        errors_.add(now().begin, message.empty()
                                     ? fmt::format("{} does not belong here: 'and' or 'or' joins comparisons",
                                                   describe(now(), text_))
                                     : std::string(message));
    }

    ConditionNode broken() {
        ConditionNode node;
        node.begin = now().begin, node.end = now().end;
        return node;
    }

    // Skips what is left of a comparison that went wrong.
    void synchronise() {
        for (int depth = 0; now().token != Token::end; ++at_) {
            if (now().token == Token::open) ++depth;
            if (now().token == Token::close && depth-- == 0) return;
            if (depth == 0 && (now().token == Token::and_ || now().token == Token::or_)) return;
        }
    }

    ConditionNode any() {
        std::vector<ConditionNode> parts;
        parts.push_back(all());
        while (accept(Token::or_)) parts.push_back(all());
        return parts.size() == 1 ? std::move(parts[0]) : check_.logic(NodeKind::any, std::move(parts));
    }

    ConditionNode all() {
        std::vector<ConditionNode> parts;
        parts.push_back(not_or_comparison());
        while (accept(Token::and_)) parts.push_back(not_or_comparison());
        return parts.size() == 1 ? std::move(parts[0]) : check_.logic(NodeKind::all, std::move(parts));
    }

    bool enter() {
        if (++depth_ <= condition_depth_max) return true;
        if (depth_ == condition_depth_max + 1)
            errors_.add(now().begin, fmt::format("nested deeper than {} levels: split the incentive",
                                                 condition_depth_max));
        at_ = lexemes_.size() - 1;  // the rest makes no sense without its beginning
        return false;
    }

    ConditionNode not_or_comparison() {
        if (now().token != Token::not_) {
            ConditionNode node = comparison();
            if (node.type == Type::broken) synchronise();
            return node;
        }
        const size_t begin = now().begin;
        ++at_;
        ConditionNode part = enter() ? not_or_comparison() : broken();
        --depth_;
        return check_.negation(std::move(part), begin);
    }

    ConditionNode comparison() {
        ConditionNode left = sum();
        const Lexeme sign = now();
        if (const auto kind = comparison_of(sign.token)) {
            ++at_;
            ConditionNode right = sum();
            ConditionNode node = check_.comparison(*kind, std::move(left), std::move(right), sign);
            if (!comparison_of(now().token) && now().token != Token::in) return node;
            unexpected("comparisons do not chain: join two of them with 'and'");
            return broken();
        }
        const bool is_negated = sign.token == Token::not_ && following().token == Token::in;
        if (is_negated) ++at_;
        if (now().token != Token::in) {
            if (starts_operand(now().token) || now().token == Token::comma || now().token == Token::not_) {
                if (left.type == Type::broken || left.type == Type::boolean) unexpected();
                else unexpected(fmt::format("'==' or 'in' is missing before {}", describe(now(), text_)));
                return broken();
            }
            return left;
        }
        const size_t in_offset = now().begin;
        ++at_;
        ConditionNode right = sum();
        return check_.membership(is_negated, std::move(left), std::move(right), in_offset);
    }

    ConditionNode sum() {
        ConditionNode left = product();
        while (now().token == Token::plus || now().token == Token::minus) {
            const NodeKind kind = now().token == Token::plus ? NodeKind::sum : NodeKind::difference;
            const size_t offset = now().begin;
            ++at_;
            ConditionNode right = product();
            left = check_.arithmetic(kind, std::move(left), std::move(right), offset);
            if (!deepen(left)) return broken();
        }
        return left;
    }

    ConditionNode product() {
        ConditionNode left = atom();
        while (now().token == Token::times) {
            const size_t offset = now().begin;
            ++at_;
            ConditionNode right = atom();
            left = check_.arithmetic(NodeKind::product, std::move(left), std::move(right), offset);
            if (!deepen(left)) return broken();
        }
        return left;
    }

    // A long chain of + and * is a deep tree: the same limit holds for it.
    bool deepen(const ConditionNode& node) {
        int depth = 0;
        for (const ConditionNode* at = &node; !at->children.empty(); at = &at->children.front()) ++depth;
        if (depth <= condition_depth_max) return true;
        errors_.add(node.begin, fmt::format("more than {} calculations in a row", condition_depth_max));
        return false;
    }

    ConditionNode atom() {
        switch (now().token) {
            case Token::text: case Token::integer: case Token::decimal: case Token::date: case Token::true_:
            case Token::false_: case Token::minus:
                return literal();
            case Token::name: return check_.name(lexemes_[at_++]);
            case Token::open: return parenthesis();
            case Token::open_list: return list();
            case Token::broken: {
                ConditionNode node = broken();
                ++at_;
                return node;
            }
            default:
                unexpected(fmt::format("a value or a field is missing before {}", describe(now(), text_)));
                return broken();
        }
    }

    ConditionNode literal() {
        ConditionNode node = broken();
        const bool is_negative = accept(Token::minus);
        if (is_negative && now().token != Token::integer && now().token != Token::decimal) {
            errors_.add(node.begin, "a '-' without a number before it needs a number after it");
            return node;
        }
        const Lexeme& lexeme = lexemes_[at_];
        switch (lexeme.token) {
            case Token::text: node.type = Type::text, node.text = lexeme.content; break;
            case Token::integer: node.type = Type::integer, node.number = lexeme.number; break;
            case Token::decimal: node.type = Type::decimal, node.number = lexeme.number; break;
            case Token::date: node.type = Type::date, node.number = lexeme.number; break;
            case Token::true_: case Token::false_:
                node.type = Type::boolean;
                node.holds = lexeme.token == Token::true_;
                node.shown = node.holds ? "true" : "false";
                break;
            default:
                unexpected(fmt::format("a value is missing before {}", describe(lexeme, text_)));
                return node;
        }
        if (is_negative) node.number.value = -node.number.value;
        node.end = lexeme.end;
        ++at_;
        return node;
    }

    ConditionNode parenthesis() {
        const size_t begin = now().begin;
        ++at_;
        ConditionNode inner = enter() ? any() : broken();
        --depth_;
        inner.begin = begin;
        inner.end = now().end;
        if (now().token != Token::close) {
            if (now().token != Token::broken && inner.type != Type::broken)
                errors_.add(begin, fmt::format("this '(' is not closed before {}", describe(now(), text_)));
            inner.type = Type::broken;
            return inner;
        }
        ++at_;
        return inner;
    }

    ConditionNode list() {
        const size_t begin = now().begin;
        ++at_;
        std::vector<ConditionNode> items;
        while (now().token != Token::close_list) {
            if (now().token == Token::broken) {
                ++at_;
                items.emplace_back();
            } else if (now().token == Token::name || now().token == Token::open || now().token == Token::open_list) {
                unexpected(fmt::format("a list holds texts, numbers or dates, not {}", describe(now(), text_)));
                return skip_list(begin);
            } else {
                items.push_back(literal());
                if (items.back().type == Type::broken) return skip_list(begin);
            }
            if (accept(Token::comma)) continue;
            if (now().token == Token::close_list || now().token == Token::broken) continue;
            unexpected(now().token == Token::end
                           ? "this list is not closed: ']' is missing"
                           : fmt::format("',' or ']' is missing before {}", describe(now(), text_)));
            return skip_list(begin);
        }
        ++at_;
        return check_.list(std::move(items), begin, lexemes_[at_ - 1].end);
    }

    ConditionNode skip_list(size_t begin) {
        while (now().token != Token::end && now().token != Token::close_list && now().token != Token::and_ &&
               now().token != Token::or_)
            ++at_;
        accept(Token::close_list);
        ConditionNode node = broken();
        node.begin = begin;
        return node;
    }

    std::string_view text_;
    ErrorSink& errors_;
    Checker check_;
    std::vector<Lexeme> lexemes_;
    size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

ConditionNode parse_condition(std::string_view text, const Clusters& clusters, ErrorSink& errors) {
    return Parser(text, clusters, errors).run();
}

}  // namespace tributary::rules
