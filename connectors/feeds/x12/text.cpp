#include "connectors/feeds/x12/text.hpp"

#include <cstring>

#include "connectors/feeds/x12/segment.hpp"

namespace tributary::x12 {
namespace {

// Eight ASCII digits at once; -1 when one of them is none. Little-endian machines.
int32_t eight_digits(const char* text) {
    uint64_t chunk = 0;
    std::memcpy(&chunk, text, sizeof chunk);
    // Every byte is 0x30..0x39: the high half is 3, and adding 6 does not carry out of the low half.
    const uint64_t high = chunk & 0xF0F0F0F0F0F0F0F0u;
    const uint64_t carried = (chunk + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u;
    if (high != 0x3030303030303030u || carried != high) return -1;
    chunk -= 0x3030303030303030u;
    chunk = chunk * 10 + (chunk >> 8);  // pairs of digits, in every other byte
    const uint64_t low = (chunk & 0x000000FF000000FFu) * (100 + (uint64_t(1000000) << 32));
    const uint64_t top = ((chunk >> 16) & 0x000000FF000000FFu) * (1 + (uint64_t(10000) << 32));
    return int32_t((low + top) >> 32);
}

int32_t digits_to_int(std::string_view digits) {
    int32_t value = 0;
    for (const char c : digits) {
        if (!is_digit(c)) return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

// Length of the UTF-8 character at the front of text, 0 when it is broken.
size_t utf8_length(std::string_view text) {
    const auto first = uint8_t(text[0]);
    if (first < 0x80) return 1;
    const size_t length = first >= 0xF0 && first <= 0xF4  ? 4
                          : first >= 0xE0 && first < 0xF0 ? 3
                          : first >= 0xC2 && first < 0xE0 ? 2
                                                          : 0;
    if (length == 0 || text.size() < length) return 0;
    for (size_t i = 1; i < length; ++i) {
        if ((uint8_t(text[i]) & 0xC0) != 0x80) return 0;
    }
    const auto second = uint8_t(text[1]);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0)) return 0;
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90)) return 0;
    return length;
}

}  // namespace

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "eight_digits reads digits in memory order");

int32_t date_of(std::string_view digits) {
    const bool is_short = digits.size() == 6;
    if (!is_short && digits.size() != 8) return 0;
    int32_t value = is_short ? digits_to_int(digits) : eight_digits(digits.data());
    if (value < 0) return 0;
    if (is_short) value += value < 800000 ? 20000000 : 19000000;
    const int32_t year = value / 10000, month = value / 100 % 100, day = value % 100;
    static constexpr int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1) return 0;
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int32_t last = days[month - 1] + (month == 2 && is_leap ? 1 : 0);
    return day > last ? 0 : value;
}

bool is_time(std::string_view digits) {
    if (digits.size() < 4 || digits.size() > 8 || digits.size() == 5) return false;
    for (const char c : digits) {
        if (!is_digit(c)) return false;
    }
    const auto pair = [&](size_t i) { return (digits[i] - '0') * 10 + (digits[i + 1] - '0'); };
    return pair(0) < 24 && pair(2) < 60 && (digits.size() < 6 || pair(4) < 60);
}

tributary_decimal decimal_of(std::string_view text) {
    const tributary_decimal none{0, 0, 0};
    bool is_negative = false;
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        is_negative = text[0] == '-';
        text.remove_prefix(1);
    }
    int64_t value = 0;
    uint32_t digits = 0, scale = 0;
    bool has_point = false;
    for (const char c : text) {
        if (c == '.' && !has_point) {
            has_point = true;
            continue;
        }
        if (!is_digit(c) || digits == 18 || (has_point && scale == 9)) return none;
        value = value * 10 + (c - '0');
        if (value != 0) ++digits;
        if (has_point) ++scale;
    }
    if (text.size() == (has_point ? 1U : 0U)) return none;
    return {is_negative ? -value : value, scale, 1};
}

int64_t count_of(std::string_view digits) {
    if (digits.empty() || digits.size() > 18) return -1;
    int64_t value = 0;
    for (const char c : digits) {
        if (!is_digit(c)) return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const size_t length = utf8_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string printable(std::string_view text, size_t limit) {
    std::string out;
    while (!text.empty()) {
        const size_t length = utf8_length(text);
        if (out.size() + (length == 0 ? 1 : length) > limit) break;
        const bool is_bad = length == 0 || uint8_t(text[0]) < 0x20 || text[0] == 0x7F;
        out += is_bad ? std::string_view("?") : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

Stamp stamp_of(int64_t now_ms) {
    // Civil date from days, after Howard Hinnant's public algorithm; valid for every date after 1970.
    const int64_t seconds = now_ms / 1000;
    const int64_t days = seconds / 86400 + 719468;
    const int64_t era = days / 146097;
    const int64_t day_of_era = days - era * 146097;
    const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t shifted = (5 * day_of_year + 2) / 153;
    const int64_t day = day_of_year - (153 * shifted + 2) / 5 + 1;
    const int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    const auto padded = [](int64_t value, size_t width) {
        std::string digits = std::to_string(value);
        return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
    };
    return {padded(year, 4) + padded(month, 2) + padded(day, 2),
            padded(seconds / 3600 % 24, 2) + padded(seconds / 60 % 60, 2)};
}

}  // namespace tributary::x12
