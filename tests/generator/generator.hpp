// Believable sell-out data for tests and the demo: one distributor, its resellers, their sales reps, products in
// families, and an 867 with sales, ship-and-debit sales and returns. The same options give the same bytes. Everything
// is made up. Data is written as it is made: memory does not grow with the number of lines.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::generator {

struct Options {
    uint64_t seed = 1;
    uint64_t lines = 400;
    uint32_t resellers = 12, reps = 60, products = 25, families = 4;
    uint32_t unknown_products = 0, unknown_reps = 0;  // each used in one place, and missing in the directory
    uint32_t returns_percent = 4;
    uint64_t lines_per_set = 100000;
    uint32_t control_number = 1;
    int32_t date = 20260401;  // of the report; it covers the month before
    bool is_test = false, wants_ack = false;
    char element = '*', component = '>', terminator = '~';
    std::string line_end = "\n";  // after every terminator
};

struct Reseller {
    std::string id, customer_number, name, domain, city, region, postal_code, country, level;
};
struct Rep {
    std::string id, name, email, language;
    uint32_t reseller = 0;
};
struct Product {
    std::string sku, mpn, name, family, tags, upc;
    int64_t price_cents = 0, cost_cents = 0;
    uint32_t units_max = 5;
};

// Who and what the data is about.
struct World {
    std::string distributor_id = "D-0001", distributor_name = "ORBIT DISTRIBUTION", distributor_number = "0012";
    std::vector<Reseller> resellers;
    std::vector<Rep> reps;
    std::vector<Product> products;
    // Not in the directory.
    std::vector<Rep> unknown_reps;
    std::vector<Product> unknown_products;
};

using Sink = std::function<void(std::string_view)>;

World make_world(const Options& options);
void write_867(const Options& options, const World& world, const Sink& sink);

// The directory that goes with the data, as CSV with a header line.
std::string parties_csv(const World& world);   // kind,id,name,level,country,reseller_of,valid_from
std::string persons_csv(const World& world);   // id,name,email,company,role,language,valid_from
std::string products_csv(const World& world);  // sku,family,name,tags,upc,valid_from
std::string aliases_csv(const World& world);   // party,scheme,value

}  // namespace tributary::generator
