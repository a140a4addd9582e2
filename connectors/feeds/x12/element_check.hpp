// Checks one segment against its rule: which elements must be there, their kind, length and characters, and the rules
// between them. Errors go to the report. No allocation while the data is right.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "connectors/feeds/x12/dictionary.hpp"
#include "connectors/feeds/x12/findings.hpp"
#include "connectors/feeds/x12/profile.hpp"
#include "connectors/feeds/x12/segment.hpp"

namespace tributary::x12 {

class ElementCheck {
public:
    ElementCheck(const Dictionary& dictionary, const Profile& profile, const Delimiters& delimiters, Findings& findings)
        : dictionary_(dictionary),
          profile_(profile),
          delimiters_(delimiters),
          findings_(findings),
          has_code_lists_(!profile.element_codes.empty()) {}

    void check(const Segment& segment, const SegmentRule& rule);

private:
    struct Place {  // of the value that is being checked
        const Segment& segment;
        uint32_t element;
        uint32_t component;
        const ElementRule& rule;
    };
    void check_fully(const Segment& segment, const SegmentRule& rule, uint32_t element);
    void check_tail(const Segment& segment, uint32_t known);
    void check_value(const Place& place, std::string_view value);
    void check_whole(const Place& place, std::string_view value);  // composites and repetitions
    void check_composite(const Place& place, std::string_view value);
    void check_rules(const Segment& segment, const SegmentRule& rule, uint64_t present);
    void check_text(const Place& place, std::string_view value);
    void check_number(const Place& place, std::string_view value);
    void check_codes(const Place& place, std::string_view value);
    void check_length(const Place& place, size_t length);
    void fail(Finding finding, const Place& place, std::string_view value, std::string_view expected);

    const Dictionary& dictionary_;
    const Profile& profile_;
    const Delimiters& delimiters_;
    Findings& findings_;
    bool has_code_lists_;
};

}  // namespace tributary::x12
