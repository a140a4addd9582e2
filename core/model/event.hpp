// The canonical records after resolution: what rules see and the ledger remembers. No behaviour.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/strong_id.hpp"
#include "core/money/money.hpp"

namespace tributary {

enum class EventKind : int {
    sale = 1, return_ = 2, inventory = 3, training = 4, download = 5, webinar = 6, demo = 7, survey = 8, deal = 9,
    referral = 10, subscription = 11, claim = 12,
};

// An organisation or a person as it stood on the event's date (effective-dated attributes already applied).
struct Party {
    PartyId id;
    std::string code;                 // the operator's own id, unique: "R1001"
    std::string kind;                 // "distributor", "reseller", "person", ...
    std::string name;
    std::string level;                // "gold"; of a person: of the company
    std::string country;              // ISO 3166-1 alpha-2, upper case
    std::string region;
    std::string role;                 // persons: "sales_rep", "sales_engineer"
    PartyId company;                  // persons: employer
    std::vector<std::string> groups;  // user groups
};

struct Product {
    ProductId id;
    std::string sku;
    std::string name;
    std::string family;
    std::vector<std::string> tags;
};

struct Price {
    std::string type;      // "RS" resale, ...
    std::string currency;
    Decimal amount;        // per uom
};

// One event with everything resolved. Quantities of returns are negative.
struct Event {
    EventId id;
    EventKind kind = EventKind::sale;
    int32_t date = 0;                     // yyyymmdd: the day the event counts for (invoice, else ship, else period end)
    std::optional<Party> distributor, reseller, rep;
    std::optional<Product> product;
    Decimal quantity;
    std::string uom;
    std::vector<Price> prices;
    std::string invoice;
    std::string sale_kind;
    bool has_debit_reference = false;     // ship-and-debit
    std::vector<std::string> serials;
};

}  // namespace tributary
