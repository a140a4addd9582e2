// The capped report: turns findings (findings.def) into diagnostics with position, rule and hint, and counts the rest.
// Only the reading of bad data comes here, so this code is written for clarity, not speed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "connectors/feeds/x12/outbox.hpp"
#include "connectors/feeds/x12/segment.hpp"

namespace tributary::x12 {

enum class Finding : uint8_t {
#define X(name, code, severity, scope, ack_segment, ack_element, rule, message, hint) name,
#include "connectors/feeds/x12/findings.def"
#undef X
};

// Where a finding was made and what stood there. Everything is borrowed for the call.
struct Spot {
    tributary_position at{};
    std::string_view tag;
    uint32_t element = 0;  // 1-based, 0 = the whole segment
    uint32_t component = 0;
    std::string_view name;   // of the element, in words
    std::string_view value;  // as received
    std::string_view expected;
    uint32_t reference = 0;  // data element number, 0 = unknown
};

// A spot on a whole segment, and on one of its elements.
Spot spot_of(const Segment& segment);
Spot spot_of(const Segment& segment, uint32_t element);

class Findings {
public:
    static constexpr uint32_t set_max = 100, file_max = 1000;  // with detail; warnings may take half of each

    explicit Findings(Outbox& outbox) : outbox_(&outbox) {}

    void report(Finding finding, const Spot& spot);

    // The envelope tells where it is; a new set forgets the counts of the last.
    void in_interchange(uint32_t ordinal) { interchange_ = ordinal, group_ = set_ = 0; }
    void in_group(uint32_t ordinal) { group_ = ordinal, set_ = 0; }
    void in_set(uint32_t ordinal) { set_ = ordinal, in_set_ = Counts{}; }
    void leave_set(const tributary_position& at);  // says how many were not listed
    void leave_file(const tributary_position& at);

    uint32_t errors_in_set() const { return in_set_.errors; }

private:
    struct Counts {
        uint32_t errors = 0, warnings = 0;  // found
        uint32_t errors_listed = 0, warnings_listed = 0;
        uint32_t unlisted() const { return errors - errors_listed + (warnings - warnings_listed); }
    };
    bool count(bool is_error);
    void emit(Finding finding, const Spot& spot);

    Outbox* outbox_;
    uint32_t interchange_ = 0, group_ = 0, set_ = 0;
    Counts in_set_, in_file_;
    std::string rule_, message_, hint_, value_, reference_;
};

}  // namespace tributary::x12
