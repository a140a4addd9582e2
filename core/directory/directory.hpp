// The directory: parties, persons, products, aliases; effective-dated. Imported as CSV, resolved for events. All
// functions work inside a Tx of the caller.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/source_error.hpp"
#include "core/model/event.hpp"
#include "core/store/tx.hpp"

namespace tributary::directory {

struct ImportReport {
    std::string kind;  // parties | persons | products | party_aliases | product_aliases
    int64_t rows = 0, created = 0, changed = 0, unchanged = 0;
    SourceErrors errors;  // at most errors_kept
    int64_t errors_total = 0;
    static constexpr size_t errors_kept = 1000;
};

// The header row tells the kind (columns in any order; see docs/directory.md). Either every row is good and all are
// imported, or nothing is and the report says why for each row. size limit: import_size_max.
inline constexpr uint64_t import_size_max = 256u << 20;
ImportReport import_csv(store::Tx& tx, int64_t now_ms, std::string_view text, const std::string& file);

// How to reach a person, in their language. Personal data: goes to connectors and notices, never to logs.
struct Contact {
    std::string name, email, phone, language, country;
};

std::optional<PartyId> party_by_code(store::Tx& tx, std::string_view code);
// Own numbering of scope first, then everybody's (scope 0).
std::optional<PartyId> party_by_alias(store::Tx& tx, std::string_view scheme, std::string_view value, PartyId scope);
std::optional<ProductId> product_by_alias(store::Tx& tx, std::string_view scheme, std::string_view value,
                                          PartyId scope);
std::optional<ProductId> product_by_sku(store::Tx& tx, std::string_view sku);
std::optional<Party> party_on(store::Tx& tx, PartyId id, int32_t date);  // nothing: not yet valid on that date
std::optional<Product> product_on(store::Tx& tx, ProductId id, int32_t date);
std::string party_code(store::Tx& tx, PartyId id);  // "" when there is none
std::optional<Contact> contact_of(store::Tx& tx, PartyId id, int32_t date);
std::optional<PartyId> reseller_distributor(store::Tx& tx, PartyId reseller, int32_t date);  // reseller_of

}  // namespace tributary::directory
