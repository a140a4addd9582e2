// A program as written in config/programs.d/*.toml, parsed and checked. Pure: text in, Program or errors out (the table
// of time zones is read from the system). Values own what they hold; no thread rule.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/source_error.hpp"
#include "core/money/money.hpp"
#include "core/rules/condition.hpp"

namespace tributary::rules {

enum class IncentiveKind { per_unit, share, boost };
enum class Recipient { rep, reseller, distributor };
const char* name_of(IncentiveKind kind);
const char* name_of(Recipient recipient);

inline constexpr size_t program_incentives_max = 1000;
inline constexpr size_t program_clusters_max = 200;

struct Incentive {
    std::string code;              // unique in the program: "laser-spiff"
    std::string title;             // what people read
    IncentiveKind kind = IncentiveKind::per_unit;
    Recipient to = Recipient::rep;
    Unit unit;                     // the program's unless given; share, boost: that of what they build on
    int64_t rate_minor = 0;        // per_unit: minor units for each unit sold
    Decimal percent;               // share: 25 = 25 % of the awards named in of
    Decimal factor;                // boost: 2 = double; the boost pays factor - 1 on top, from its own budget
    std::vector<std::string> of;   // share, boost: codes of the incentives they build on (declared earlier)
    Rounding rounding = Rounding::half_even;
    int32_t valid_from = 0, valid_to = 99991231;  // yyyymmdd, both days included, in the program's time zone
    std::optional<Condition> when; // families, tags, skus and when, all of them
    int64_t budget_minor = 0;      // what the operator planned; money itself arrives by `budget fund`
};

struct Program {
    std::string id;                // "spring-2027"
    std::string title;
    std::string time_zone;         // IANA; windows are days there
    Unit unit;
    std::map<std::string, std::vector<std::string>> clusters;  // "dach" -> countries
    std::vector<Incentive> incentives;  // in order of declaration
    std::string source;            // the text, as applied
};

// All mistakes at once, each with line and column and, where it helps, a "did you mean".
Result<Program> parse_program(const std::string& text, const std::string& file, SourceErrors& errors);

}  // namespace tributary::rules
