#include "core/flow/raw_event.hpp"

#include <utility>

namespace tributary::flow {
namespace {

// One list of the text fields serves both directions.
template <class Event, class Visit>
void each_text(Event& event, Visit visit) {
    visit("line_id", event.line_id);
    visit("sale_kind", event.sale_kind);
    visit("rep_name", event.rep_name);
    visit("rep_email", event.rep_email);
    visit("rep_phone", event.rep_phone);
    visit("rep_id", event.rep_id);
    visit("invoice", event.invoice);
    visit("order", event.order);
    visit("purchase_order", event.purchase_order);
    visit("debit_reference", event.debit_reference);
    visit("contract", event.contract);
    visit("credit_memo", event.credit_memo);
    visit("description", event.description);
    visit("uom", event.uom);
}

template <class Party, class Visit>
void each_text_of_party(Party& party, Visit visit) {
    visit("qualifier", party.qualifier);
    visit("id", party.id);
    visit("name", party.name);
    visit("city", party.city);
    visit("region", party.region);
    visit("postal_code", party.postal_code);
    visit("country", party.country);
}

json::object party_json(const host::Party& party) {
    json::object out;
    each_text_of_party(party, [&](const char* key, const std::string& value) {
        if (!value.empty()) out[key] = value;
    });
    return out;
}

host::Party party_from(const json::object& object, const char* key) {
    host::Party party;
    const json::value* value = find(object, key);
    if (value == nullptr || !value->is_object()) return party;
    each_text_of_party(party,
                       [&](const char* name, std::string& field) { field = text_or(value->get_object(), name); });
    return party;
}

json::array decimal_json(const host::Decimal& decimal) {
    return {decimal.value, decimal.scale};
}

host::Decimal decimal_from(const json::value& value) {
    if (!value.is_array() || value.get_array().size() != 2) return {};
    const auto& pair = value.get_array();
    if (!pair[0].is_int64() || !pair[1].is_int64()) return {};
    return {pair[0].get_int64(), static_cast<uint32_t>(pair[1].get_int64()), true};
}

}  // namespace

json::object to_json(const host::Event& event) {
    json::object out;
    out["set"] = event.set;
    out["kind"] = event.kind;
    out["ordinal"] = event.ordinal;
    out["line"] = event.at.line;
    out["byte"] = event.at.byte;
    if (event.invoice_date != 0) out["invoice_date"] = event.invoice_date;
    if (event.ship_date != 0) out["ship_date"] = event.ship_date;
    each_text(event, [&](const char* key, const std::string& value) {
        if (!value.empty()) out[key] = value;
    });
    out["reseller"] = party_json(event.reseller);
    out["end_customer"] = party_json(event.end_customer);
    if (event.quantity.is_set) out["quantity"] = decimal_json(event.quantity);
    json::array& ids = out["product_ids"].emplace_array();
    for (const host::Pair& id : event.product_ids) ids.push_back({id.name, id.value});
    json::array& prices = out["prices"].emplace_array();
    for (const host::Price& price : event.prices)
        prices.push_back({price.type, price.currency, price.uom, decimal_json(price.amount)});
    json::array& serials = out["serials"].emplace_array();
    for (const std::string& serial : event.serials) serials.emplace_back(serial);
    return out;
}

host::Event event_from_json(const json::object& object) {
    host::Event event;
    event.set = static_cast<uint32_t>(int_or(object, "set"));
    event.kind = static_cast<uint32_t>(int_or(object, "kind"));
    event.ordinal = static_cast<uint64_t>(int_or(object, "ordinal"));
    event.at.line = static_cast<uint32_t>(int_or(object, "line"));
    event.at.byte = static_cast<uint64_t>(int_or(object, "byte"));
    event.invoice_date = static_cast<int32_t>(int_or(object, "invoice_date"));
    event.ship_date = static_cast<int32_t>(int_or(object, "ship_date"));
    each_text(event, [&](const char* key, std::string& field) { field = text_or(object, key); });
    event.reseller = party_from(object, "reseller");
    event.end_customer = party_from(object, "end_customer");
    if (const json::value* quantity = find(object, "quantity")) event.quantity = decimal_from(*quantity);
    const auto each = [&](const char* key, auto visit) {
        const json::value* list = find(object, key);
        if (list == nullptr || !list->is_array()) return;
        for (const json::value& item : list->get_array()) visit(item);
    };
    const auto text_at = [](const json::value& row, size_t index) {
        const bool fits = row.is_array() && row.get_array().size() > index && row.get_array()[index].is_string();
        return fits ? std::string(row.get_array()[index].get_string()) : std::string();
    };
    each("product_ids", [&](const json::value& row) {
        event.product_ids.push_back({text_at(row, 0), text_at(row, 1)});
    });
    each("prices", [&](const json::value& row) {
        host::Price price{text_at(row, 0), text_at(row, 1), text_at(row, 2), {}};
        if (row.is_array() && row.get_array().size() > 3) price.amount = decimal_from(row.get_array()[3]);
        event.prices.push_back(std::move(price));
    });
    each("serials", [&](const json::value& item) {
        if (item.is_string()) event.serials.emplace_back(item.get_string());
    });
    return event;
}

}  // namespace tributary::flow
