#include "core/rules/condition_lexer.hpp"

#include <fmt/format.h>

#include "core/base/clock.hpp"
#include "core/base/encoding.hpp"
#include "core/rules/condition.hpp"

namespace tributary::rules {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

class Lexer {
public:
    Lexer(std::string_view text, ErrorSink& errors) : text_(text), errors_(errors) {}

    std::vector<Lexeme> run() {
        while (true) {
            while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
            if (at_ == text_.size()) break;
            const size_t begin = at_;
            Lexeme lexeme = next();
            lexeme.begin = begin, lexeme.end = at_;
            out_.push_back(lexeme);
        }
        out_.push_back({Token::end, at_, at_, {}, {}});
        return std::move(out_);
    }

private:
    char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

    Lexeme next() {
        const char c = peek();
        if (c == '"' || c == '\'') return quoted(c);
        if (is_digit(c)) return is_dated() ? date() : number();
        if (is_letter(c)) return word();
        return sign();
    }

    Lexeme broken(size_t offset, std::string message) {
        errors_.add(offset, std::move(message));
        return {Token::broken, 0, 0, {}, {}};
    }

    Lexeme quoted(char quote) {
        const size_t begin = at_++;
        while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') ++at_;
        if (peek() != quote || at_ >= text_.size())
            return broken(begin, fmt::format("this text is not closed: put a {} at its end, on the same line", quote));
        ++at_;
        return {Token::text, 0, 0, text_.substr(begin + 1, at_ - begin - 2), {}};
    }

    bool is_dated() const {
        constexpr std::string_view shape = "dddd-dd-dd";
        for (size_t i = 0; i < shape.size(); ++i)
            if (shape[i] == 'd' ? !is_digit(peek(i)) : peek(i) != '-') return false;
        return !is_digit(peek(shape.size()));
    }

    Lexeme date() {
        const std::string_view content = text_.substr(at_, 10);
        const size_t begin = at_;
        at_ += 10;
        const auto day = parse_iso_date(content);
        if (!day) return broken(begin, fmt::format("{} is not a day of the calendar", content));
        return {Token::date, 0, 0, content, {*day, 0}};
    }

    Lexeme number() {
        const size_t begin = at_;
        while (is_digit(peek())) ++at_;
        const bool has_point = peek() == '.';
        if (has_point) {
            ++at_;
            while (is_digit(peek())) ++at_;
        }
        if (is_letter(peek())) {
            while (is_letter(peek()) || is_digit(peek())) ++at_;
            return broken(begin, fmt::format("'{}' is not a number: write digits, with at most one point",
                                             text_.substr(begin, at_ - begin)));
        }
        const std::string_view content = text_.substr(begin, at_ - begin);
        if (content.ends_with('.')) return broken(begin, "a digit is missing after the decimal point");
        const auto value = parse_decimal(content);
        if (!value) return broken(begin, "this number is too long: at most 18 digits, at most 9 of them decimals");
        return {has_point ? Token::decimal : Token::integer, 0, 0, content, *value};
    }

    Lexeme word() {
        const size_t begin = at_;
        const bool is_cluster = text_.substr(at_).starts_with("cluster.");  // its name may hold a '-'
        while (is_letter(peek()) || is_digit(peek()) || peek() == '.' || (is_cluster && peek() == '-')) ++at_;
        const std::string_view content = text_.substr(begin, at_ - begin);
        const std::string lower = lower_ascii(content);
        struct Keyword { const char* word; Token token; };
        for (const Keyword& keyword : {Keyword{"and", Token::and_}, {"or", Token::or_}, {"not", Token::not_},
                                       {"in", Token::in}, {"true", Token::true_}, {"false", Token::false_}}) {
            if (lower != keyword.word) continue;
            if (content != lower) errors_.add(begin, fmt::format("write '{}' in lower case", lower));
            return {keyword.token, 0, 0, content, {}};
        }
        return {Token::name, 0, 0, content, {}};
    }

    Lexeme sign() {
        struct Sign { std::string_view text; Token token; };
        static constexpr Sign signs[] = {
            {"==", Token::equal}, {"!=", Token::not_equal}, {"<=", Token::less_equal}, {">=", Token::greater_equal},
            {"<", Token::less}, {">", Token::greater}, {"+", Token::plus}, {"-", Token::minus}, {"*", Token::times},
            {"(", Token::open}, {")", Token::close}, {"[", Token::open_list}, {"]", Token::close_list},
            {",", Token::comma}};
        for (const Sign& candidate : signs) {
            if (!text_.substr(at_).starts_with(candidate.text)) continue;
            at_ += candidate.text.size();
            return {candidate.token, 0, 0, {}, {}};
        }
        return foreign_sign();
    }

    // What people bring along from other languages means what they think, and is reported.
    Lexeme foreign_sign() {
        struct Foreign { std::string_view text; Token token; const char* write; };
        static constexpr Foreign foreigns[] = {
            {"&&", Token::and_, "and"}, {"||", Token::or_, "or"}, {"<>", Token::not_equal, "!="},
            {"=", Token::equal, "=="}, {"!", Token::not_, "not"}};
        for (const Foreign& foreign : foreigns) {
            if (!text_.substr(at_).starts_with(foreign.text)) continue;
            errors_.add(at_, fmt::format("'{}' is not known here: write '{}'", foreign.text, foreign.write));
            at_ += foreign.text.size();
            return {foreign.token, 0, 0, {}, {}};
        }
        const size_t begin = at_++;
        while (at_ < text_.size() && is_continuation(text_[at_])) ++at_;
        const std::string_view content = text_.substr(begin, at_ - begin);
        if (content == ".") return broken(begin, "a digit is missing before the decimal point");
        if (content == "/" || content == "%")
            return broken(begin, fmt::format("there is no '{}' in conditions", content));
        return broken(begin, fmt::format("'{}' has no meaning here", is_utf8(content) && content[0] > ' '
                                                                         ? std::string(content)
                                                                         : printable(content)));
    }

    std::string_view text_;
    ErrorSink& errors_;
    size_t at_ = 0;
    std::vector<Lexeme> out_;
};

}  // namespace

void ErrorSink::add(size_t offset, std::string message) {
    if (count_++ >= condition_errors_max) return;
    size_t line = line_, column = column_;
    for (const char c : text_.substr(0, offset)) {
        if (c == '\n') ++line, column = 1;
        else if (!is_continuation(c)) ++column;
    }
    errors_.push_back({file_, line, column, std::move(message)});
}

std::vector<Lexeme> lex_condition(std::string_view text, ErrorSink& errors) { return Lexer(text, errors).run(); }

std::string describe(const Lexeme& lexeme, std::string_view text) {
    if (lexeme.token == Token::end) return "the end";
    return fmt::format("'{}'", text.substr(lexeme.begin, lexeme.end - lexeme.begin));
}

}  // namespace tributary::rules
