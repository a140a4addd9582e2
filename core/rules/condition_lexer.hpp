// Condition text -> tokens. Internal to rules. Tokens point into the text; errors go to an ErrorSink, which knows where
// the text stands in its file and how many errors are enough.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/base/source_error.hpp"
#include "core/money/money.hpp"

namespace tributary::rules {

enum class Token {
    text, integer, decimal, date, name, true_, false_, and_, or_, not_, in,
    equal, not_equal, less, less_equal, greater, greater_equal,
    plus, minus, times, open, close, open_list, close_list, comma,
    broken,  // reported already
    end,
};

struct Lexeme {
    Token token = Token::end;
    size_t begin = 0, end = 0;  // bytes of the text
    std::string_view content;   // text without quotes, name
    Decimal number;             // integer, decimal; a date as yyyymmdd
};

class ErrorSink {
public:
    ErrorSink(std::string_view text, const std::string& file, size_t line, size_t column, SourceErrors& errors)
        : text_(text), file_(file), line_(line), column_(column), errors_(errors) {}
    void add(size_t offset, std::string message);
    std::string_view text() const { return text_; }

private:
    std::string_view text_;
    const std::string& file_;
    size_t line_, column_;
    SourceErrors& errors_;
    size_t count_ = 0;
};

// Ends with Token::end always.
std::vector<Lexeme> lex_condition(std::string_view text, ErrorSink& errors);
// How a message names a token: "'and'", "the end".
std::string describe(const Lexeme& lexeme, std::string_view text);

}  // namespace tributary::rules
