#include <algorithm>

#include "core/rules/condition_node.hpp"

namespace tributary::rules {
namespace {

constexpr size_t shown_bytes_max = 160;

std::vector<FieldEntry> make_fields() {
    std::vector<FieldEntry> out = {
        {"event.kind", {Who::event, What::kind}, Type::text},
        {"event.date", {Who::event, What::date}, Type::date},
        {"event.quantity", {Who::event, What::quantity}, Type::decimal},
        {"event.uom", {Who::event, What::uom}, Type::text},
        {"event.sale_kind", {Who::event, What::sale_kind}, Type::text},
        {"event.ship_and_debit", {Who::event, What::ship_and_debit}, Type::boolean},
        {"product.sku", {Who::product, What::sku}, Type::text},
        {"product.name", {Who::product, What::name}, Type::text},
        {"product.family", {Who::product, What::family}, Type::text},
        {"product.tags", {Who::product, What::tags}, Type::list},
    };
    struct Person { const char* name; Who who; };
    struct Attribute { const char* name; What what; Type type; };
    for (const Person& person : {Person{"party.", Who::party}, {"rep.", Who::rep}, {"reseller.", Who::reseller},
                                 {"distributor.", Who::distributor}})
        for (const Attribute& a : {Attribute{"code", What::code, Type::text}, {"kind", What::kind, Type::text},
                                   {"name", What::name, Type::text}, {"level", What::level, Type::text},
                                   {"country", What::country, Type::text}, {"region", What::region, Type::text},
                                   {"role", What::role, Type::text}, {"groups", What::groups, Type::list}})
            out.push_back({std::string(person.name) + a.name, {person.who, a.what}, a.type});
    return out;
}

Operand of_text(std::string_view text) {
    Operand out;
    out.text = text;
    return out;
}

Operand of_number(Decimal number) {
    Operand out;
    out.number = number;
    return out;
}

Operand of_list(const std::vector<std::string>& texts) {
    Operand out;
    out.texts = &texts;
    return out;
}

Operand of_bool(bool holds) {
    Operand out;
    out.holds = holds;
    return out;
}

Operand missing() {
    Operand out;
    out.known = false;
    return out;
}

Operand read_event(What what, const Event& event) {
    switch (what) {
        case What::kind: {
            const auto index = static_cast<size_t>(event.kind) - 1;
            return index < event_kind_names().size() ? of_text(event_kind_names()[index]) : missing();
        }
        case What::date: return of_number({event.date, 0});
        case What::quantity: return of_number(event.quantity);
        case What::uom: return of_text(event.uom);
        case What::sale_kind: return of_text(event.sale_kind);
        case What::ship_and_debit: return of_bool(event.has_debit_reference);
        default: return missing();
    }
}

Operand read_product(What what, const Product& product) {
    switch (what) {
        case What::sku: return of_text(product.sku);
        case What::name: return of_text(product.name);
        case What::family: return of_text(product.family);
        case What::tags: return of_list(product.tags);
        default: return missing();
    }
}

Operand read_party(What what, const Party& party) {
    switch (what) {
        case What::code: return of_text(party.code);
        case What::kind: return of_text(party.kind);
        case What::name: return of_text(party.name);
        case What::level: return of_text(party.level);
        case What::country: return of_text(party.country);
        case What::region: return of_text(party.region);
        case What::role: return of_text(party.role);
        case What::groups: return of_list(party.groups);
        default: return missing();
    }
}

Operand read_party(What what, const std::optional<Party>& party) {
    return party ? read_party(what, *party) : missing();
}

}  // namespace

const char* name_of(Type type) {
    switch (type) {
        case Type::broken: return "nothing";
        case Type::text: return "text";
        case Type::integer: return "an integer";
        case Type::decimal: return "a decimal";
        case Type::date: return "a date";
        case Type::boolean: return "true or false";
        case Type::list: return "a list";
    }
    return "nothing";
}

const std::vector<FieldEntry>& condition_fields() {
    static const std::vector<FieldEntry> fields = make_fields();
    return fields;
}

const FieldEntry* find_field(std::string_view name) {
    const auto& fields = condition_fields();
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const FieldEntry& f) { return f.name == name; });
    return found == fields.end() ? nullptr : &*found;
}

const std::vector<std::string>& event_kind_names() {
    static const std::vector<std::string> names = {"sale", "return", "inventory", "training", "download", "webinar",
                                                   "demo", "survey", "deal", "referral", "subscription", "claim"};
    return names;
}

Operand read_field(Field field, const Event& event, const Party* recipient) {
    switch (field.who) {
        case Who::event: return read_event(field.what, event);
        case Who::product: return event.product ? read_product(field.what, *event.product) : missing();
        case Who::party: return recipient ? read_party(field.what, *recipient) : missing();
        case Who::rep: return read_party(field.what, event.rep);
        case Who::reseller: return read_party(field.what, event.reseller);
        case Who::distributor: return read_party(field.what, event.distributor);
    }
    return missing();
}

std::string shown_text(std::string_view written) {
    std::string out;
    char quote = '\0';
    for (const char c : written) {
        const bool is_blank = quote == '\0' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
        if (is_blank && (out.empty() || out.back() == ' ')) continue;
        out += is_blank ? ' ' : c;
        if (quote != '\0') quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'') quote = c;
    }
    while (out.ends_with(' ')) out.pop_back();
    if (out.size() <= shown_bytes_max) return out;
    size_t cut = shown_bytes_max - 3;  // room for the ellipsis
    while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0) == 0x80) --cut;
    return out.substr(0, cut) + "…";
}

}  // namespace tributary::rules
