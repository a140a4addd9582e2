#include "core/money/money.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "core/base/assert.hpp"

namespace tributary {
namespace {

__extension__ typedef __int128 Wide;

constexpr int scale_max = 9;

Wide power_of_ten(int exponent) {
    Wide power = 1;
    for (int i = 0; i < exponent; ++i) power *= 10;
    return power;
}

std::optional<int64_t> narrow(Wide value) {
    if (value > INT64_MAX || value < INT64_MIN) return std::nullopt;
    return static_cast<int64_t>(value);
}

Wide divide(Wide numerator, Wide denominator, Rounding rounding) {
    const Wide quotient = numerator / denominator;
    const Wide remainder = numerator % denominator;
    if (remainder == 0) return quotient;
    const Wide away = numerator < 0 ? -1 : 1;
    const Wide twice = (remainder < 0 ? -remainder : remainder) * 2;
    switch (rounding) {
        case Rounding::down:
            return quotient;
        case Rounding::up:
            return quotient + away;
        case Rounding::half_up:
            return twice >= denominator ? quotient + away : quotient;
        case Rounding::half_even:
            if (twice == denominator) return quotient % 2 == 0 ? quotient : quotient + away;
            return twice > denominator ? quotient + away : quotient;
    }
    return quotient;
}

std::optional<int64_t> scaled(Wide value, int scale, int exponent, Rounding rounding) {
    if (exponent >= scale) return narrow(value * power_of_ten(exponent - scale));
    return narrow(divide(value, power_of_ten(scale - exponent), rounding));
}

}  // namespace

std::optional<int64_t> checked_add(int64_t a, int64_t b) {
    int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
    return sum;
}

std::optional<int64_t> checked_sub(int64_t a, int64_t b) {
    int64_t difference = 0;
    if (__builtin_sub_overflow(a, b, &difference)) return std::nullopt;
    return difference;
}

std::optional<int64_t> checked_mul(int64_t a, int64_t b) {
    int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
    return product;
}

std::optional<Decimal> parse_decimal(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    Decimal out;
    bool seen_point = false;
    int digits = 0;
    for (const char c : text) {
        if (c == '.' && !seen_point) {
            seen_point = true;
            continue;
        }
        if (c < '0' || c > '9' || ++digits > 18) return std::nullopt;
        if (seen_point && ++out.scale > scale_max) return std::nullopt;
        out.value = out.value * 10 + (c - '0');
    }
    if (digits == 0) return std::nullopt;
    if (is_negative) out.value = -out.value;
    return out;
}

std::string to_text(const Decimal& decimal) {
    return format_minor(decimal.value, decimal.scale);
}

int compare(const Decimal& a, const Decimal& b) {
    const Wide left = Wide(a.value) * power_of_ten(b.scale);
    const Wide right = Wide(b.value) * power_of_ten(a.scale);
    return left < right ? -1 : left > right ? 1 : 0;
}

bool is_whole(const Decimal& decimal) {
    return Wide(decimal.value) % power_of_ten(decimal.scale) == 0;
}

std::optional<int64_t> whole(const Decimal& decimal) {
    if (!is_whole(decimal)) return std::nullopt;
    return narrow(Wide(decimal.value) / power_of_ten(decimal.scale));
}

const char* name_of(Rounding rounding) {
    switch (rounding) {
        case Rounding::half_even:
            return "half_even";
        case Rounding::half_up:
            return "half_up";
        case Rounding::down:
            return "down";
        case Rounding::up:
            return "up";
    }
    return "half_even";
}

std::optional<Rounding> parse_rounding(std::string_view text) {
    for (const Rounding rounding : {Rounding::half_even, Rounding::half_up, Rounding::down, Rounding::up})
        if (text == name_of(rounding)) return rounding;
    return std::nullopt;
}

std::optional<int64_t> mul_div(int64_t amount, int64_t numerator, int64_t denominator, Rounding rounding) {
    if (denominator <= 0) return std::nullopt;
    return narrow(divide(Wide(amount) * numerator, denominator, rounding));
}

std::optional<int64_t> to_minor(const Decimal& decimal, int exponent, Rounding rounding) {
    return scaled(decimal.value, decimal.scale, exponent, rounding);
}

std::optional<int64_t> to_minor(const Decimal& a, const Decimal& b, int exponent, Rounding rounding) {
    const Wide product = Wide(a.value) * b.value;
    if (product > Wide(INT64_MAX) * 1'000'000'000 || product < -Wide(INT64_MAX) * 1'000'000'000) return std::nullopt;
    return scaled(product, a.scale + b.scale, exponent, rounding);
}

std::vector<int64_t> split_by_weight(int64_t total, const std::vector<int64_t>& weights) {
    const Wide sum = std::accumulate(weights.begin(), weights.end(), Wide(0), [](Wide s, int64_t w) { return s + w; });
    TRIBUTARY_ASSERT(sum > 0 && std::all_of(weights.begin(), weights.end(), [](int64_t w) { return w >= 0; }));
    const int64_t sign = total < 0 ? -1 : 1;
    const Wide magnitude = total < 0 ? -Wide(total) : Wide(total);
    std::vector<int64_t> parts;
    std::vector<std::pair<Wide, size_t>> remainders;
    Wide given = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
        const Wide exact = magnitude * weights[i];
        parts.push_back(static_cast<int64_t>(exact / sum));
        given += exact / sum;
        remainders.emplace_back(exact % sum, i);
    }
    std::stable_sort(remainders.begin(), remainders.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (size_t i = 0; Wide(i) < magnitude - given; ++i) ++parts[remainders[i].second];
    for (int64_t& part : parts) part *= sign;
    return parts;
}

std::string format_minor(int64_t minor, int exponent) {
    if (exponent == 0) return fmt::to_string(minor);
    const Wide power = power_of_ten(exponent);
    const Wide magnitude = minor < 0 ? -Wide(minor) : Wide(minor);
    return fmt::format("{}{}.{:0{}}", minor < 0 ? "-" : "", static_cast<uint64_t>(magnitude / power),
                       static_cast<uint64_t>(magnitude % power), exponent);
}

std::string format_minor(int64_t minor, const Unit& unit) {
    return fmt::format("{} {}", format_minor(minor, unit.exponent), unit.code);
}

std::optional<int64_t> parse_minor(std::string_view text, int exponent) {
    const auto decimal = parse_decimal(text);
    if (!decimal || decimal->scale > exponent) return std::nullopt;
    return to_minor(*decimal, exponent, Rounding::down);
}

}  // namespace tributary
