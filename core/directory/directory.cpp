#include "core/directory/directory.hpp"

#include "core/base/encoding.hpp"

namespace tributary::directory {
namespace {

std::vector<std::string> texts(const json::object& data, std::string_view key) {
    std::vector<std::string> out;
    const json::value* list = find(data, key);
    if (list == nullptr || !list->is_array()) return out;
    for (const json::value& item : list->get_array())
        if (item.is_string()) out.emplace_back(item.get_string());
    return out;
}

std::optional<json::object> data_on(store::Rows rows) {
    if (!rows.next()) return std::nullopt;
    auto value = parse_json(rows.text(0));
    if (!value || !value->is_object()) return std::nullopt;
    return std::move(value->get_object());
}

std::optional<json::object> party_data(store::Tx& tx, PartyId id, int32_t date) {
    return data_on(
        tx.query("SELECT data FROM party_version WHERE party = ? AND valid_from <= ? ORDER BY valid_from DESC LIMIT 1",
                 id, date));
}

}  // namespace

std::optional<PartyId> party_by_code(store::Tx& tx, std::string_view code) {
    const auto id = tx.one_integer("SELECT id FROM party WHERE code = ?", code);
    return id ? std::optional(PartyId{*id}) : std::nullopt;
}

std::optional<PartyId> party_by_alias(store::Tx& tx, std::string_view scheme, std::string_view value, PartyId scope) {
    const auto id = tx.one_integer(
        "SELECT party FROM party_alias WHERE scheme = ? AND value = ? AND scope IN (?, 0) ORDER BY scope DESC LIMIT 1",
        scheme, value, scope);
    return id ? std::optional(PartyId{*id}) : std::nullopt;
}

std::optional<ProductId> product_by_alias(store::Tx& tx, std::string_view scheme, std::string_view value,
                                          PartyId scope) {
    const auto id = tx.one_integer(
        "SELECT product FROM product_alias WHERE scheme = ? AND value = ? AND scope IN (?, 0) ORDER BY scope DESC "
        "LIMIT 1",
        scheme, value, scope);
    return id ? std::optional(ProductId{*id}) : std::nullopt;
}

std::optional<ProductId> product_by_sku(store::Tx& tx, std::string_view sku) {
    const auto id = tx.one_integer("SELECT id FROM product WHERE sku = ?", sku);
    return id ? std::optional(ProductId{*id}) : std::nullopt;
}

std::optional<Party> party_on(store::Tx& tx, PartyId id, int32_t date) {
    Party party;
    {
        store::Rows rows = tx.query("SELECT code, kind FROM party WHERE id = ?", id);
        if (!rows.next()) return std::nullopt;
        party.code = rows.string(0);
        party.kind = rows.string(1);
    }
    const auto data = party_data(tx, id, date);
    if (!data) return std::nullopt;
    party.id = id;
    party.name = text_or(*data, "name");
    party.level = text_or(*data, "level");
    party.country = text_or(*data, "country");
    party.region = text_or(*data, "region");
    party.role = text_or(*data, "role");
    party.groups = texts(*data, "groups");
    const std::string company = text_or(*data, "company");
    if (company.empty()) return party;
    const auto employer = party_by_code(tx, company);
    if (!employer) return party;
    party.company = *employer;
    // A person stands where the employer stands, unless said otherwise.
    if (const auto of_employer = party_data(tx, *employer, date)) {
        if (party.level.empty()) party.level = text_or(*of_employer, "level");
        if (party.country.empty()) party.country = text_or(*of_employer, "country");
        if (party.region.empty()) party.region = text_or(*of_employer, "region");
    }
    return party;
}

std::optional<Product> product_on(store::Tx& tx, ProductId id, int32_t date) {
    const auto sku = tx.one_text("SELECT sku FROM product WHERE id = ?", id);
    if (!sku) return std::nullopt;
    const auto data = data_on(tx.query(
        "SELECT data FROM product_version WHERE product = ? AND valid_from <= ? ORDER BY valid_from DESC LIMIT 1", id,
        date));
    if (!data) return std::nullopt;
    return Product{id, *sku, text_or(*data, "name"), text_or(*data, "family"), texts(*data, "tags")};
}

std::string party_code(store::Tx& tx, PartyId id) {
    return tx.one_text("SELECT code FROM party WHERE id = ?", id).value_or("");
}

std::optional<Contact> contact_of(store::Tx& tx, PartyId id, int32_t date) {
    const auto data = party_data(tx, id, date);
    if (!data) return std::nullopt;
    Contact contact{text_or(*data, "name"), text_or(*data, "email"), text_or(*data, "phone"),
                    text_or(*data, "language"), text_or(*data, "country")};
    if (contact.country.empty()) {
        const auto party = party_on(tx, id, date);
        if (party) contact.country = party->country;
    }
    return contact;
}

std::optional<PartyId> reseller_distributor(store::Tx& tx, PartyId reseller, int32_t date) {
    const auto data = party_data(tx, reseller, date);
    return data ? party_by_code(tx, text_or(*data, "reseller_of")) : std::nullopt;
}

}  // namespace tributary::directory
