// What the tests of rules share: a sale with everybody on it, conditions and programs from text.
#pragma once
#include <string>

#include <gtest/gtest.h>

#include "core/rules/evaluate.hpp"

namespace tributary::rules {

inline Party party_of(int64_t id, const char* code, const char* kind, const char* level, const char* country) {
    Party party;
    party.id = PartyId{id};
    party.code = code;
    party.kind = kind;
    party.name = std::string("Name of ") + code;
    party.level = level;
    party.country = country;
    party.region = "south";
    return party;
}

inline Event a_sale() {
    Event event;
    event.kind = EventKind::sale;
    event.date = 20261101;
    event.distributor = party_of(1, "D1", "distributor", "platinum", "DE");
    event.reseller = party_of(2, "R1", "reseller", "gold", "AT");
    event.rep = party_of(3, "P1", "person", "gold", "AT");
    event.rep->role = "sales_rep";
    event.rep->groups = {"alumni", "beta"};
    event.product = Product{ProductId{9}, "LJ-400", "Laser 400", "laser", {"color", "office"}};
    event.quantity = {3, 0};
    event.uom = "EA";
    event.sale_kind = "stock";
    return event;
}

inline const std::map<std::string, std::vector<std::string>>& clusters() {
    static const std::map<std::string, std::vector<std::string>> all = {{"dach", {"DE", "AT", "CH"}},
                                                                        {"south-eu", {"IT", "ES"}}};
    return all;
}

inline std::string errors_text(const SourceErrors& errors) {
    std::string out;
    for (const SourceError& error : errors) out += to_text(error) + "\n";
    return out;
}

inline Condition condition_of(const std::string& text) {
    Condition out;
    SourceErrors errors;
    EXPECT_TRUE(Condition::parse(text, clusters(), "c", 1, 1, errors, out)) << text << "\n" << errors_text(errors);
    return out;
}

inline AppliedProgram applied(const std::string& text, int64_t version = 7) {
    SourceErrors errors;
    AppliedProgram out;
    auto program = parse_program(text, "p.toml", errors);
    EXPECT_TRUE(program) << errors_text(errors);
    if (program) out.program = std::move(*program);
    out.version = version;
    for (size_t i = 0; i < out.program.incentives.size(); ++i)
        out.incentive_ids.push_back(IncentiveId{static_cast<int64_t>(100 + i)});
    return out;
}

inline std::map<int64_t, ExplainNames> names_of(const AppliedProgram& applied) {
    std::map<int64_t, ExplainNames> out;
    for (size_t i = 0; i < applied.incentive_ids.size(); ++i) {
        const Incentive& incentive = applied.program.incentives[i];
        out[applied.incentive_ids[i].value] = {applied.program.id, incentive.code, incentive.title, incentive.unit.code,
                                               incentive.unit.exponent, name_of(incentive.kind), incentive.of,
                                               name_of(incentive.to)};
    }
    return out;
}

}  // namespace tributary::rules
