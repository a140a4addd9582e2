// Minor units <-> decimal text, exactly: 1050 with exponent 2 is "10.50". No value ever passes through a float.
// Pure; any thread.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::sdk {

// The amount in major units, with exactly `exponent` decimals: JPY 500 -> "500", USD 5 -> "0.05", KWD 1234 -> "1.234".
inline std::string decimal_text(int64_t minor, uint32_t exponent) {
    const bool is_negative = minor < 0;
    std::string digits = std::to_string(minor);
    if (is_negative) digits.erase(0, 1);
    if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
    if (exponent > 0) digits.insert(digits.size() - exponent, ".");
    return is_negative ? "-" + digits : digits;
}

namespace detail {

inline bool take_digits(std::string_view& text, std::string& digits) {
    const size_t before = digits.size();
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        digits += text.front();
        text.remove_prefix(1);
    }
    return digits.size() > before;
}

inline std::optional<int> take_exponent(std::string_view& text) {
    if (text.empty()) return 0;
    if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
    text.remove_prefix(1);
    const bool is_negative = !text.empty() && text.front() == '-';
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    std::string digits;
    if (!take_digits(text, digits) || digits.size() > 4 || !text.empty()) return std::nullopt;
    return is_negative ? -std::stoi(digits) : std::stoi(digits);
}

}  // namespace detail

// Reads a JSON number or a plain decimal ("10.5", "10.500", "1.05e1") as minor units. Nothing when it is no number,
// is finer than one minor unit, or leaves int64.
inline std::optional<int64_t> minor_units(std::string_view text, uint32_t exponent) {
    constexpr int power_max = 40;
    const bool is_negative = !text.empty() && text.front() == '-';
    if (is_negative) text.remove_prefix(1);
    std::string digits;
    if (text.size() > 100 || !detail::take_digits(text, digits)) return std::nullopt;
    int power = static_cast<int>(exponent);
    if (!text.empty() && text.front() == '.') {
        text.remove_prefix(1);
        const size_t whole = digits.size();
        if (!detail::take_digits(text, digits)) return std::nullopt;
        power -= static_cast<int>(digits.size() - whole);
    }
    const auto scale = detail::take_exponent(text);
    if (!scale) return std::nullopt;
    power += *scale;
    for (; power < 0 && !digits.empty() && digits.back() == '0'; ++power) digits.pop_back();
    digits.erase(0, digits.find_first_not_of('0'));
    if (digits.empty()) return 0;
    if (power < 0 || power > power_max) return std::nullopt;
    digits.append(static_cast<size_t>(power), '0');
    if (digits.size() > 19) return std::nullopt;
    uint64_t value = 0;
    for (const char digit : digits) value = value * 10 + static_cast<uint64_t>(digit - '0');
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
    return is_negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
}

}  // namespace tributary::sdk
