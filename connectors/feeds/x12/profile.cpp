#include "connectors/feeds/x12/profile.hpp"

#include <algorithm>
#include <cstdlib>

#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {
namespace {

struct Default {
    const char* name;
    const char* value;
};

// Every name a profile may set, with what holds when it does not.
constexpr Default defaults[] = {
    {"lenient", "false"},
    {"order", "strict"},
    {"version.aliases", ""},
    {"serials.max", "10000"},
    {"distributor.qualifiers", "DB,DS,SE,BY,FR"},
    {"vendor.qualifiers", "MF,SU,VN"},
    {"reseller.qualifiers", "BY,BT,SO,ST"},
    {"end_customer.qualifiers", "EN,UC,MA"},
    {"end_customer.second_ship_to", "false"},
    {"rep.functions", "SR"},
    {"rep.email", "EM"},
    {"rep.phone", "TE,CP,WP"},
    {"sale.codes", "SS,SD,SH,DS,BP,CS"},
    {"return.codes", "RP,RB,RV,BN"},
    {"ignored.codes", "PA,RA,IA,IB,SA,SU,SM,RC,BB"},
    {"quantity.sold", "32,39,38"},
    {"quantity.returned", "76"},
    {"product.qualifiers", "VP,VN,MG,BP,IN,UP,EN,UK,UI,SK,VC,N4"},
    {"product.serial", "SN"},
    {"reference.serial", "SE"},
    {"reference.invoice", "IV,DI,IN"},
    {"reference.order", "CO"},
    {"reference.purchase_order", "PO"},
    {"reference.debit", "AU"},
    {"reference.contract", "CT,VC"},
    {"reference.credit_memo", "CM"},
    {"reference.line", "LI"},
    {"reference.rep", "SA"},
    {"date.invoice", "003"},
    {"date.shipped", "011"},
    {"date.period_start", "090"},
    {"date.period_end", "091"},
    {"purpose.original", "00"},
    {"purpose.replace", "05"},
    {"purpose.cancel", "01"},
    {"purpose.duplicate", "07"},
    {"purpose.resubmit", "15"},
};

constexpr std::string_view element_prefix = "codes.";

std::string value_of(const sdk::Options& options, const char* name) {
    const auto found = options.all().find(name);
    if (found != options.all().end()) return found->second;
    for (const Default& entry : defaults) {
        if (std::string_view(entry.name) == name) return entry.value;
    }
    return "";
}

bool flag_of(const sdk::Options& options, const char* name) {
    const std::string value = value_of(options, name);
    if (value != "true" && value != "false") {
        throw sdk::BadOption{std::string(name) + " is '" + value + "'; use true or false"};
    }
    return value == "true";
}

std::string_view next_item(std::string_view& list) {
    const size_t comma = list.find(',');
    std::string_view item = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    return item;
}

}  // namespace

Codes::Codes(std::string_view list) {
    while (!list.empty()) {
        const std::string_view item = next_item(list);
        if (item.empty()) continue;
        if (item.size() > 4) throw sdk::BadOption{"'" + std::string(item) + "' is no code: at most 4 characters"};
        codes_.push_back(packed(item));
    }
    if (codes_.size() >= absent) throw sdk::BadOption{"a list of codes has more than 254 entries"};
}

Profile::Profile(const sdk::Options& options) {
    is_lenient = flag_of(options, "lenient");
    second_ship_to_is_end_customer = flag_of(options, "end_customer.second_ship_to");
    const std::string order = value_of(options, "order");
    if (order != "strict" && order != "lenient")
        throw sdk::BadOption{"order is '" + order + "'; use strict or lenient"};
    is_order_lenient = order == "lenient";
    const int64_t limit = count_of(value_of(options, "serials.max"));
    if (limit < 1 || limit > 1000000) throw sdk::BadOption{"serials.max must be a number from 1 to 1000000"};
    serials_max = uint32_t(limit);

    const std::pair<const char*, Codes Profile::*> lists[] = {
        {"distributor.qualifiers", &Profile::distributor},
        {"vendor.qualifiers", &Profile::vendor},
        {"reseller.qualifiers", &Profile::reseller},
        {"end_customer.qualifiers", &Profile::end_customer},
        {"rep.functions", &Profile::rep_functions},
        {"rep.email", &Profile::rep_email},
        {"rep.phone", &Profile::rep_phone},
        {"sale.codes", &Profile::sale},
        {"return.codes", &Profile::returned},
        {"ignored.codes", &Profile::ignored},
        {"quantity.sold", &Profile::quantity_sold},
        {"quantity.returned", &Profile::quantity_returned},
        {"product.qualifiers", &Profile::product},
        {"product.serial", &Profile::product_serial},
        {"date.invoice", &Profile::invoice_date},
        {"date.shipped", &Profile::ship_date},
        {"date.period_start", &Profile::period_start},
        {"date.period_end", &Profile::period_end},
        {"purpose.original", &Profile::original},
        {"purpose.replace", &Profile::replace},
        {"purpose.cancel", &Profile::cancel},
        {"purpose.duplicate", &Profile::duplicate},
        {"purpose.resubmit", &Profile::resubmit},
    };
    for (const auto& [name, member] : lists) this->*member = Codes(value_of(options, name));

    const std::pair<const char*, ReferenceField> references[] = {
        {"reference.serial", ReferenceField::serial},
        {"reference.invoice", ReferenceField::invoice},
        {"reference.order", ReferenceField::order},
        {"reference.purchase_order", ReferenceField::purchase_order},
        {"reference.debit", ReferenceField::debit_reference},
        {"reference.contract", ReferenceField::contract},
        {"reference.credit_memo", ReferenceField::credit_memo},
        {"reference.line", ReferenceField::line_id},
        {"reference.rep", ReferenceField::rep_id},
    };
    for (const auto& [name, field] : references) add_references(value_of(options, name), field);

    const std::string aliases = value_of(options, "version.aliases");
    for (std::string_view rest = aliases; !rest.empty();) {
        const std::string_view item = next_item(rest);
        const size_t equals = item.find('=');
        if (equals == std::string_view::npos)
            throw sdk::BadOption{"version.aliases needs entries such as 004030=004010"};
        versions.emplace_back(item.substr(0, equals), item.substr(equals + 1));
    }
    for (const auto& [name, value] : options.all()) {
        if (name.rfind(element_prefix, 0) != 0) continue;
        const int64_t number = count_of(std::string_view(name).substr(element_prefix.size()));
        if (number < 1 || number > 9999)
            throw sdk::BadOption{name + ": write codes.<element number>, such as codes.355"};
        element_codes.emplace_back(uint16_t(number), Codes(value));
    }
}

void Profile::add_references(std::string_view list, ReferenceField field) {
    for (uint8_t rank = 0; !list.empty(); ++rank) {
        const std::string_view item = next_item(list);
        if (item.size() > 3) throw sdk::BadOption{"'" + std::string(item) + "' is no reference qualifier"};
        if (!item.empty()) references_.push_back({packed(item), {field, rank}});
    }
}

std::vector<std::string> Profile::unknown_names(const sdk::Options& options) {
    std::vector<std::string> names;
    for (const auto& [name, value] : options.all()) {
        const bool is_known = std::any_of(std::begin(defaults), std::end(defaults),
                                          [&](const Default& entry) { return name == entry.name; });
        if (!is_known && name.rfind(element_prefix, 0) != 0) names.push_back(name);
    }
    return names;
}

}  // namespace tributary::x12
