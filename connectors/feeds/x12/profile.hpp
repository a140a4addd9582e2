// A partner profile: which qualifiers mean what to this partner, and how strictly its files are read.
// Built once per session from name/value pairs; lists are comma separated and their order is a priority.
// Names and defaults are in README.md and in profile.cpp.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/sdk/connector.hpp"

namespace tributary::x12 {

// Packs a qualifier of up to four characters into an integer; longer ones never match.
constexpr uint32_t packed(std::string_view code) {
    if (code.size() == 2) return uint32_t(uint8_t(code[0])) | uint32_t(uint8_t(code[1])) << 8;
    uint32_t value = 0;
    if (code.size() > 4) return 0;
    for (size_t i = 0; i < code.size(); ++i) value |= uint32_t(uint8_t(code[i])) << (8 * i);
    return value;
}

// A short list of codes; rank is the place in it, lower wins.
class Codes {
public:
    static constexpr uint8_t absent = 0xFF;

    Codes() = default;
    explicit Codes(std::string_view list);
    uint8_t rank(uint32_t code) const {
        for (size_t i = 0; i < codes_.size(); ++i) {
            if (codes_[i] == code) return uint8_t(i);
        }
        return absent;
    }
    bool has(uint32_t code) const { return rank(code) != absent; }
    bool is_empty() const { return codes_.empty(); }

private:
    std::vector<uint32_t> codes_;
};

// Where a REF goes.
enum class ReferenceField : uint8_t {
    none,
    serial,
    invoice,
    order,
    purchase_order,
    debit_reference,
    contract,
    credit_memo,
    line_id,
    rep_id
};

struct Profile {
    explicit Profile(const sdk::Options& options);  // throws sdk::BadOption

    bool is_lenient = false;        // damaged ISA headers are repaired
    bool is_order_lenient = false;  // segments out of order are read where they stand
    bool second_ship_to_is_end_customer = false;
    uint32_t serials_max = 10000;

    Codes distributor, vendor, reseller, end_customer;
    Codes rep_functions, rep_email, rep_phone;
    Codes sale, returned, ignored;
    Codes quantity_sold, quantity_returned;
    Codes product, product_serial;
    Codes invoice_date, ship_date, period_start, period_end;
    Codes original, replace, cancel, duplicate, resubmit;
    std::vector<std::pair<uint16_t, Codes>> element_codes;      // "codes.355": the only codes allowed there
    std::vector<std::pair<std::string, std::string>> versions;  // GS08 read as another release

    struct Reference {
        ReferenceField field = ReferenceField::none;
        uint8_t rank = 0;
    };
    Reference reference(uint32_t qualifier) const {
        for (const auto& [code, target] : references_) {
            if (code == qualifier) return target;
        }
        return {};
    }
    // Names in `options` that no profile knows.
    static std::vector<std::string> unknown_names(const sdk::Options& options);

private:
    void add_references(std::string_view list, ReferenceField field);
    std::vector<std::pair<uint32_t, Reference>> references_;
};

}  // namespace tributary::x12
