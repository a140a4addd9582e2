#include "core/directory/csv.hpp"

#include <fmt/format.h>

namespace tributary::directory {

CsvReader::CsvReader(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
}

Error CsvReader::error_here(const char* what) const {
    return fail(ErrorCode::invalid, fmt::format("line {}: {}", line_, what));
}

// One field up to and including its separator; row_ends_ tells whether that was the row's last.
Result<void> CsvReader::read_field(std::string& out) {
    out.clear();
    const bool is_quoted = rest_.starts_with('"');
    if (is_quoted) rest_.remove_prefix(1);
    bool in_quotes = is_quoted;
    for (;;) {
        if (rest_.empty()) {
            if (in_quotes) return error_here("a quoted field is not closed before the end of the file");
            row_ends_ = true;
            return {};
        }
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (in_quotes && c == '"') {
            if (!rest_.starts_with('"')) {
                in_quotes = false;
                continue;
            }
            rest_.remove_prefix(1);
        } else if (!in_quotes && (c == ',' || c == '\n' || (c == '\r' && rest_.starts_with('\n')))) {
            if (c == '\r') rest_.remove_prefix(1);
            if (c != ',') ++line_, row_ends_ = true;
            return {};
        } else if (!in_quotes && is_quoted) {
            return error_here("text after a closing quote: double the quotes inside a quoted field");
        } else if (!in_quotes && c == '"') {
            return error_here("a quote inside a field that is not quoted: put the whole field in quotes");
        }
        if (c == '\n') ++line_;
        out += c;
        if (out.size() > field_size_max)
            return error_here("a field is longer than 16384 bytes; is a quote not closed?");
    }
}

Result<bool> CsvReader::next(std::vector<std::string>& fields) {
    while (!rest_.empty()) {
        row_line_ = line_;
        fields.clear();
        for (row_ends_ = false; !row_ends_;) {
            if (fields.size() == fields_max) return error_here("more than 200 columns");
            std::string field;
            TRIBUTARY_CHECK(read_field(field));
            fields.push_back(std::move(field));
        }
        if (fields.size() > 1 || !fields[0].empty()) return true;
    }
    return false;
}

}  // namespace tributary::directory
