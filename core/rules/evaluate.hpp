// evaluate(event, programs) -> awards + explanation. Pure and deterministic: the same event under the same program
// versions gives the same answer for ever.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/model/event.hpp"
#include "core/rules/program.hpp"

namespace tributary::rules {

// A program as applied in the store: its version and the numeric ids of its incentives, parallel to program.incentives.
struct AppliedProgram {
    Program program;
    int64_t version = 0;
    std::vector<IncentiveId> incentive_ids;
};

enum class Verdict : int {
    awarded = 1,
    wrong_kind_of_event = 2,   // not a sale
    before_window = 3,
    after_window = 4,
    no_recipient = 5,          // the line names no rep (or reseller)
    condition_false = 6,       // failed says which comparison
    no_base_award = 7,         // share, boost: nothing to build on
    rounds_to_zero = 8,
    quantity_not_whole = 9,    // per_unit needs whole units
    overflow = 10,
};
const char* name_of(Verdict verdict);

struct Award {
    size_t program = 0, incentive = 0;  // indexes
    PartyId recipient;
    int64_t amount = 0;                 // minor units, > 0
    std::vector<size_t> based_on;       // share, boost: indexes into Evaluation::awards
};

struct Explained {
    size_t program = 0, incentive = 0;
    Verdict verdict = Verdict::awarded;
    std::string failed;                 // condition_false
    int64_t amount = 0;                 // awarded
    // Arithmetic: per_unit: units x rate; share: percent of base; boost: (factor - 1) x base.
    int64_t units = 0, rate = 0, base = 0;
    Decimal percent_or_factor;
    Rounding rounding = Rounding::half_even;
};

struct Evaluation {
    std::vector<Award> awards;
    std::vector<Explained> explained;   // one for every incentive of every program
};

Evaluation evaluate(const Event& event, const std::vector<AppliedProgram>& programs);

// The explanation as stored data: a compact JSON array, one element an incentive:
// [incentive_id, version, verdict, amount, units, rate, base, "percent_or_factor", rounding, "failed"], trailing
// zeroes and empties left out. explain() renders it as text.
std::string explanation_data(const Evaluation& evaluation, const std::vector<AppliedProgram>& programs);

struct ExplainNames {            // what render needs to know of each incentive id
    std::string program, code, title, unit;
    int unit_exponent = 0;
    std::string kind;            // "per_unit", ...
    std::vector<std::string> of;
    std::string recipient;       // "rep"
};
// One line of text per incentive, "en" or "de" (others fall back to "en").
std::vector<std::string> render_explanation(const std::string& data,
                                            const std::map<int64_t, ExplainNames>& incentives,
                                            const std::string& language);

}  // namespace tributary::rules
