// Small text and number readers: dates, times, exact decimals, UTF-8, text that is safe to show. Pure functions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/sdk/connector.hpp"

namespace tributary::x12 {

// yyyymmdd of CCYYMMDD, or of YYMMDD (years 00..79 are 20xx); 0 when it is no calendar date.
int32_t date_of(std::string_view digits);
// HHMM, HHMMSS, HHMMSSD, HHMMSSDD.
bool is_time(std::string_view digits);
// An X12 decimal ("-.5", "3.0", "12"); is_set = 0 when it is none, or does not fit 18 digits and 9 decimals.
tributary_decimal decimal_of(std::string_view text);
// Digits only, at most 18; -1 when it is not.
int64_t count_of(std::string_view digits);
bool is_utf8(std::string_view text);
// At most `limit` bytes, cut between characters; controls and broken UTF-8 become '?'.
std::string printable(std::string_view text, size_t limit);
// "yyyymmdd" and "hhmm" in UTC.
struct Stamp {
    std::string date, time;
};
Stamp stamp_of(int64_t now_ms);

}  // namespace tributary::x12
