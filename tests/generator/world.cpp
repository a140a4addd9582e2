// The made-up channel: names, ids, directory files.
#include <array>
#include <cstdio>

#include "tests/generator/dice.hpp"
#include "tests/generator/generator.hpp"

namespace tributary::generator {
namespace {

struct Place {
    const char *city, *region, *postal_code, *country, *language;
};
constexpr std::array<Place, 12> places = {{
    {"TOLEDO", "OH", "43604", "US", "en"},
    {"DULUTH", "MN", "55802", "US", "en"},
    {"TUCSON", "AZ", "85701", "US", "en"},
    {"HAMBURG", "", "20095", "DE", "de"},
    {"ZURICH", "", "8001", "CH", "de"},
    {"LYON", "", "69002", "FR", "fr"},
    {"LEEDS", "", "LS1", "GB", "en"},
    {"HALIFAX", "NS", "B3H", "CA", "en"},
    {"MONTREAL", "QC", "H2Y", "CA", "fr"},
    {"VIENNA", "", "1010", "AT", "de"},
    {"PORTLAND", "OR", "97201", "US", "en"},
    {"ATLANTA", "GA", "30303", "US", "en"},
}};
constexpr std::array<const char*, 12> first_words = {"LAKESIDE", "CEDAR",   "NORTHGATE", "BLUEFIELD",
                                                     "HARBOR",   "SUMMIT",  "RIVERTON",  "PIONEER",
                                                     "ASHFORD",  "GRANITE", "WILLOW",    "BEACON"};
constexpr std::array<const char*, 6> second_words = {"SYSTEMS",   "IT",         "NETWORKS",
                                                     "COMPUTING", "TECHNOLOGY", "SOLUTIONS"};
constexpr std::array<const char*, 16> given_names = {"MAYA",  "NOAH",  "LENA", "OMAR",  "IVY",  "THEO",
                                                     "RUTH",  "HUGO",  "ANNA", "FELIX", "NORA", "SAMI",
                                                     "CLARA", "JONAS", "ELSA", "DAVID"};
constexpr std::array<const char*, 16> family_names = {"LIND",   "VALE",   "OKAFOR", "BERG",  "MARSH", "DUBOIS",
                                                      "KELLER", "NOVAK",  "REYES",  "STEIN", "HOLT",  "TANAKA",
                                                      "FROST",  "MOREAU", "WINTER", "SILVA"};
struct Family {
    const char *name, *prefix, *noun, *tags;
    int64_t price_cents;
    uint32_t units_max;
};
constexpr std::array<Family, 6> families = {{
    {"laser", "KL", "LASER PRINTER", "printer;office", 32900, 4},
    {"storage", "KD", "DISK", "storage;server", 11950, 8},
    {"network", "KN", "SWITCH", "network", 48900, 3},
    {"display", "KV", "DISPLAY", "display;office", 27900, 6},
    {"server", "KS", "SERVER", "server", 289900, 2},
    {"notebook", "KB", "NOTEBOOK", "mobile", 119900, 4},
}};

std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? char(c + 32) : c;
    return text;
}

std::string padded(uint64_t number, int width) {
    char text[32];
    std::snprintf(text, sizeof text, "%0*llu", width, static_cast<unsigned long long>(number));
    return text;
}

// Twelve digits, the last a true check digit.
std::string upc_of(uint64_t number) {
    std::string digits = padded(81234500000 + number, 11);
    int sum = 0;
    for (size_t i = 0; i < digits.size(); ++i) sum += (digits[i] - '0') * (i % 2 == 0 ? 3 : 1);
    return digits + char('0' + (10 - sum % 10) % 10);
}

Reseller make_reseller(uint32_t index, Dice& dice) {
    static constexpr std::array<const char*, 4> levels = {"gold", "silver", "silver", "bronze"};
    const Place& place = places[index % places.size()];
    Reseller reseller;
    const std::string first = first_words[index % first_words.size()];
    reseller.id = "R-" + padded(index + 1, 4);
    reseller.customer_number = "7" + padded(index + 1, 5);
    reseller.name = first + " " + second_words[(index / first_words.size() + index) % second_words.size()];
    if (index >= first_words.size()) reseller.name += " " + std::to_string(index / first_words.size() + 1);
    reseller.domain =
        lower(first) + (index >= first_words.size() ? std::to_string(index / first_words.size() + 1) : "") + ".example";
    reseller.city = place.city;
    reseller.region = place.region;
    reseller.postal_code = place.postal_code;
    reseller.country = place.country;
    reseller.level = levels[dice.below(levels.size())];
    return reseller;
}

Rep make_rep(uint32_t index, const World& world) {
    Rep rep;
    const auto count = uint32_t(world.resellers.size());
    rep.reseller = count == 0 ? 0 : index % count;
    const std::string given = given_names[index % given_names.size()];
    const std::string family = family_names[(index / given_names.size() + index * 7) % family_names.size()];
    const bool has_namesakes = index >= given_names.size() * family_names.size();
    rep.id = "P-" + padded(index + 1, 5);
    rep.name = given + " " + family;
    const std::string domain = count == 0 ? "nobody.example" : world.resellers[rep.reseller].domain;
    rep.email = lower(given) + "." + lower(family) + (has_namesakes ? std::to_string(index) : "") + "@" + domain;
    rep.language = count == 0 ? "en" : places[rep.reseller % places.size()].language;
    return rep;
}

Product make_product(uint32_t index, uint32_t family_count, Dice& dice) {
    const Family& family = families[index % std::min<size_t>(family_count == 0 ? 1 : family_count, families.size())];
    Product product;
    const std::string number = std::to_string(1000 + index * 10);
    product.sku = std::string(family.prefix) + "-" + number;
    product.mpn = "KESTREL" + std::string(family.prefix) + number;
    product.name = std::string("KESTREL ") + family.noun + " " + number;
    product.family = family.name;
    product.tags = family.tags;
    product.upc = upc_of(index);
    product.price_cents = family.price_cents + int64_t(dice.below(200)) * 50;
    product.cost_cents = product.price_cents * 88 / 100;
    product.units_max = family.units_max;
    return product;
}

}  // namespace

World make_world(const Options& options) {
    World world;
    Dice dice(options.seed);
    for (uint32_t i = 0; i < options.resellers; ++i) world.resellers.push_back(make_reseller(i, dice));
    for (uint32_t i = 0; i < options.reps; ++i) world.reps.push_back(make_rep(i, world));
    for (uint32_t i = 0; i < options.products; ++i) world.products.push_back(make_product(i, options.families, dice));
    for (uint32_t i = 0; i < options.unknown_products; ++i) {
        Product product = make_product(options.products + i, options.families, dice);
        product.sku = "KX-" + std::to_string(9000 + i);
        product.mpn = "KESTRELKX" + std::to_string(9000 + i);
        world.unknown_products.push_back(product);
    }
    for (uint32_t i = 0; i < options.unknown_reps; ++i) {
        Rep rep = make_rep(options.reps + i, world);
        rep.name = "NEW HIRE " + std::to_string(i + 1);
        rep.email = "new.hire" + std::to_string(i + 1) + rep.email.substr(rep.email.find('@'));
        world.unknown_reps.push_back(rep);
    }
    return world;
}

std::string parties_csv(const World& world) {
    std::string csv = "kind,id,name,level,country,reseller_of,valid_from\n";
    csv += "distributor," + world.distributor_id + "," + world.distributor_name + ",,US,,2025-01-01\n";
    for (const Reseller& r : world.resellers) {
        csv += "reseller," + r.id + "," + r.name + "," + r.level + "," + r.country + "," + world.distributor_id +
               ",2025-01-01\n";
    }
    return csv;
}

std::string persons_csv(const World& world) {
    std::string csv = "id,name,email,company,role,language,valid_from\n";
    for (const Rep& rep : world.reps) {
        const std::string company = world.resellers.empty() ? "" : world.resellers[rep.reseller].id;
        csv +=
            rep.id + "," + rep.name + "," + rep.email + "," + company + ",sales_rep," + rep.language + ",2025-01-01\n";
    }
    return csv;
}

std::string products_csv(const World& world) {
    std::string csv = "sku,family,name,tags,upc,valid_from\n";
    for (const Product& p : world.products) {
        csv += p.sku + "," + p.family + "," + p.name + "," + p.tags + "," + p.upc + ",2025-01-01\n";
    }
    return csv;
}

std::string aliases_csv(const World& world) {
    std::string csv = "party,scheme,value\n";
    csv += world.distributor_id + ",92," + world.distributor_number + "\n" + world.distributor_id + ",ZZ,ORBITDIST\n";
    for (const Reseller& r : world.resellers) csv += r.id + ",92," + r.customer_number + "\n";
    return csv;
}

}  // namespace tributary::generator
