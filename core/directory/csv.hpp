// CSV as RFC 4180 says (quotes, doubled quotes, newlines in quotes, CRLF or LF, BOM), row by row with its line number.
// For the files an administrator imports; partner CSV is read by a feed connector. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace tributary::directory {

class CsvReader {
public:
    static constexpr size_t fields_max = 200, field_size_max = 16 << 10;

    explicit CsvReader(std::string_view text);
    // The next row that is not blank; false at the end. An Error names line and column, and ends the reading.
    Result<bool> next(std::vector<std::string>& fields);
    size_t line() const { return row_line_; }  // 1-based, where the row began

private:
    Result<void> read_field(std::string& out);
    Error error_here(const char* what) const;
    std::string_view rest_;
    size_t line_ = 1, row_line_ = 1;
    bool row_ends_ = false;
};

}  // namespace tributary::directory
