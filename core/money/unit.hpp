// Units: an ISO 4217 currency, or what a program calls its own (points, credits, gems, an entitlement). Pure.
#pragma once
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace tributary {

struct Unit {
    std::string code;  // "USD", "points": [A-Za-z][A-Za-z0-9_.]{0,31}
    int exponent = 0;  // decimals; minor units are 10^-exponent
    bool operator==(const Unit&) const = default;
};

bool is_currency(std::string_view code);            // ISO 4217 active code
int exponent_of(std::string_view code);             // currency: its own; anything else: 0
Result<Unit> unit_of(std::string_view code);        // validates the spelling

}  // namespace tributary
