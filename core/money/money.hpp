// Integer money: checked arithmetic, exact decimals, explicit rounding, splits that sum. Pure; no float anywhere.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/money/unit.hpp"

namespace tributary {

std::optional<int64_t> checked_add(int64_t a, int64_t b);
std::optional<int64_t> checked_sub(int64_t a, int64_t b);
std::optional<int64_t> checked_mul(int64_t a, int64_t b);

// value / 10^scale, scale 0..9: quantities, prices and rates as they were written.
struct Decimal {
    int64_t value = 0;
    int scale = 0;
};

std::optional<Decimal> parse_decimal(std::string_view text);  // "-119.50", ".5", "3."; no exponent, no grouping
std::string to_text(const Decimal& decimal);                  // "119.50"
int compare(const Decimal& a, const Decimal& b);              // -1, 0, 1; exact
bool is_whole(const Decimal& decimal);
std::optional<int64_t> whole(const Decimal& decimal);         // when is_whole

enum class Rounding { half_even, half_up, down, up };         // half_up: away from zero at the half; down: towards zero
const char* name_of(Rounding rounding);
std::optional<Rounding> parse_rounding(std::string_view text);

// amount * numerator / denominator, rounded; nothing when it does not fit 64 bits or denominator <= 0.
std::optional<int64_t> mul_div(int64_t amount, int64_t numerator, int64_t denominator, Rounding rounding);
// factor * decimal in minor units of 10^-exponent: 3 x 119.50 USD is 35850.
std::optional<int64_t> to_minor(const Decimal& decimal, int exponent, Rounding rounding);
// Product of two decimals in minor units: quantity x price.
std::optional<int64_t> to_minor(const Decimal& a, const Decimal& b, int exponent, Rounding rounding);

// Splits total by weights (each >= 0, sum > 0): parts sum to total exactly; the largest remainder gets the odd units,
// ties go to the earlier part. Works for negative totals, too (mirror image).
std::vector<int64_t> split_by_weight(int64_t total, const std::vector<int64_t>& weights);

std::string format_minor(int64_t minor, const Unit& unit);     // "10.50 USD", "1200 points"
std::string format_minor(int64_t minor, int exponent);         // "10.50"
std::optional<int64_t> parse_minor(std::string_view text, int exponent);  // "10.5" -> 1050; refuses more decimals

}  // namespace tributary
