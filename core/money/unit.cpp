#include "core/money/unit.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/base/encoding.hpp"

namespace tributary {
namespace {

// ISO 4217 codes in use; exponent 2 unless listed below. Sorted for the binary search.
constexpr std::string_view currencies[] = {
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD", "BIF",
    "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CLP", "CNY", "COP", "CRC",
    "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS",
    "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD",
    "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL",
    "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD",
    "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD",
    "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP",
    "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VED",
    "VES", "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWL"};
constexpr std::string_view no_decimals[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                            "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::string_view three_decimals[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

template <size_t n>
bool contains(const std::string_view (&list)[n], std::string_view code) {
    return std::binary_search(std::begin(list), std::end(list), code);
}

}  // namespace

bool is_currency(std::string_view code) {
    return contains(currencies, code);
}

int exponent_of(std::string_view code) {
    if (!is_currency(code) || contains(no_decimals, code)) return 0;
    return contains(three_decimals, code) ? 3 : 2;
}

Result<Unit> unit_of(std::string_view code) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto is_legal = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.'; };
    if (code.empty() || code.size() > 32 || !is_letter(code[0]) || !std::all_of(code.begin(), code.end(), is_legal))
        return fail(ErrorCode::invalid,
                    fmt::format("'{}' is no unit: an ISO 4217 code or a name of letters, digits, '_' and '.'",
                                printable(code)));
    return Unit{std::string(code), exponent_of(code)};
}

}  // namespace tributary
