#include "core/flow/resolver.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/clock.hpp"
#include "core/base/encoding.hpp"

namespace tributary::flow {
namespace {

constexpr size_t answers_kept_max = 200'000;

// Qualifiers under which a manufacturer's own part number travels: the operator's sku.
bool is_vendor_part(const std::string& qualifier) {
    return qualifier == "VP" || qualifier == "VN" || qualifier == "MG" || qualifier == "MF";
}

std::string name_of(const std::string& scheme, const std::string& value) {
    return scheme.empty() ? value : scheme + ":" + value;
}

}  // namespace

void Resolver::refresh(store::Tx& tx) {
    const int64_t version =
        tx.one_integer("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'directory_version'").value_or(0);
    if (version != version_ || aliases_.size() + products_by_id_.size() > answers_kept_max) forget();
    version_ = version;
}

void Resolver::forget() {
    version_ = -1;
    aliases_.clear();
    products_by_id_.clear();
    parties_.clear();
    products_.clear();
}

std::optional<PartyId> Resolver::alias(store::Tx& tx, const std::string& scheme, const std::string& value,
                                       PartyId scope) {
    const std::string key = fmt::format("{}\x1f{}\x1f{}", scheme, value, scope.value);
    auto [found, is_new] = aliases_.try_emplace(key, 0);
    if (is_new) found->second = directory::party_by_alias(tx, scheme, value, scope).value_or(PartyId{}).value;
    if (found->second == 0) return std::nullopt;
    return PartyId{found->second};
}

const std::optional<Party>& Resolver::party(store::Tx& tx, PartyId id, int32_t date) {
    auto [found, is_new] = parties_[id.value].try_emplace(date);
    if (is_new) found->second = directory::party_on(tx, id, date);
    return found->second;
}

const std::optional<Product>& Resolver::product(store::Tx& tx, ProductId id, int32_t date) {
    auto [found, is_new] = products_[id.value].try_emplace(date);
    if (is_new) found->second = directory::product_on(tx, id, date);
    return found->second;
}

std::optional<Unresolved> Resolver::set_distributor(store::Tx& tx, const ReportFacts& report, Event& event) {
    const host::Party& said = report.distributor;
    const std::optional<PartyId> id = report.distributor_code.empty()
                                          ? alias(tx, said.qualifier, said.id, PartyId{})
                                          : directory::party_by_code(tx, report.distributor_code);
    const std::string subject =
        report.distributor_code.empty() ? name_of(said.qualifier, said.id) : report.distributor_code;
    if (!id)
        return Unresolved{
            "unknown_distributor", subject,
            fmt::format("the report's distributor {} ({}) is in no directory alias", subject, printable(said.name))};
    event.distributor = party(tx, *id, event.date);
    if (!event.distributor)
        return Unresolved{"party_not_yet_valid", subject,
                          fmt::format("distributor {} is not yet valid on {}", subject, iso_date(event.date))};
    return std::nullopt;
}

std::optional<Unresolved> Resolver::set_reseller(store::Tx& tx, const host::Event& raw, Event& event) {
    if (raw.reseller.id.empty() && raw.reseller.name.empty()) return std::nullopt;
    const std::string subject = name_of(raw.reseller.qualifier, raw.reseller.id);
    const auto id = raw.reseller.id.empty() ? std::nullopt
                                            : alias(tx, raw.reseller.qualifier, raw.reseller.id, event.distributor->id);
    if (!id)
        return Unresolved{
            "unknown_reseller", raw.reseller.id.empty() ? raw.reseller.name : subject,
            fmt::format("reseller {} ({}) is in no directory alias", subject, printable(raw.reseller.name))};
    event.reseller = party(tx, *id, event.date);
    if (!event.reseller)
        return Unresolved{"party_not_yet_valid", subject,
                          fmt::format("reseller {} is not yet valid on {}", subject, iso_date(event.date))};
    return std::nullopt;
}

std::optional<Unresolved> Resolver::set_rep(store::Tx& tx, const host::Event& raw, Event& event) {
    std::string subject;
    std::optional<PartyId> id;
    if (!raw.rep_email.empty()) {
        subject = lower_ascii(raw.rep_email);
        id = alias(tx, "email", subject, PartyId{});
    } else if (!raw.rep_id.empty()) {
        subject = raw.rep_id;
        id = alias(tx, "rep", subject, event.distributor->id);
    } else if (!raw.rep_name.empty()) {
        subject = upper_ascii(raw.rep_name);
        if (event.reseller) id = alias(tx, "name", subject, event.reseller->id);
    } else {
        return std::nullopt;
    }
    if (!id) return Unresolved{"unknown_rep", subject, "the line's sales representative is not in the directory"};
    event.rep = party(tx, *id, event.date);
    if (!event.rep)
        return Unresolved{"party_not_yet_valid", subject,
                          fmt::format("the sales representative is not yet valid on {}", iso_date(event.date))};
    return std::nullopt;
}

std::optional<Unresolved> Resolver::set_product(store::Tx& tx, const host::Event& raw, Event& event) {
    std::string subject;
    for (const host::Pair& said : raw.product_ids) {
        if (subject.empty()) subject = name_of(said.name, said.value);
        const std::string key = fmt::format("{}\x1f{}\x1f{}", said.name, said.value, event.distributor->id.value);
        auto [found, is_new] = products_by_id_.try_emplace(key, 0);
        if (is_new) {
            auto id = directory::product_by_alias(tx, said.name, said.value, event.distributor->id);
            if (!id && is_vendor_part(said.name)) id = directory::product_by_sku(tx, said.value);
            found->second = id.value_or(ProductId{}).value;
        }
        if (found->second == 0) continue;
        event.product = product(tx, ProductId{found->second}, event.date);
        if (event.product) return std::nullopt;
        return Unresolved{"product_not_yet_valid", subject,
                          fmt::format("product {} is not yet valid on {}", subject, iso_date(event.date))};
    }
    return Unresolved{
        "unknown_product", subject,
        fmt::format("no product of the directory has the id {} ({})", subject, printable(raw.description))};
}

std::variant<Event, Unresolved> Resolver::resolve(store::Tx& tx, const ReportFacts& report, EventId id,
                                                  const host::Event& raw) {
    Event event;
    event.id = id;
    event.kind = static_cast<EventKind>(raw.kind);
    for (const int32_t date : {raw.invoice_date, raw.ship_date, report.period_end, report.date})
        if (event.date == 0 && is_date(date)) event.date = date;
    if (event.date == 0) return Unresolved{"no_date", "", "neither the line nor its report has a usable date"};
    if (!raw.quantity.is_set || raw.quantity.value == 0)
        return Unresolved{"quantity_invalid", "", "the quantity is missing or zero"};
    event.quantity = {raw.quantity.value, static_cast<int>(raw.quantity.scale)};
    event.uom = raw.uom;
    event.invoice = raw.invoice;
    event.sale_kind = raw.sale_kind;
    event.has_debit_reference = !raw.debit_reference.empty();
    event.serials = raw.serials;
    for (const host::Price& price : raw.prices)
        event.prices.push_back({price.type,
                                price.currency.empty() ? report.currency : price.currency,
                                {price.amount.value, static_cast<int>(price.amount.scale)}});
    if (auto missing = set_distributor(tx, report, event)) return *missing;
    if (auto missing = set_reseller(tx, raw, event)) return *missing;
    if (auto missing = set_rep(tx, raw, event)) return *missing;
    if (auto missing = set_product(tx, raw, event)) return *missing;
    return event;
}

}  // namespace tributary::flow
