// What a segment may hold: data elements, composites and segments as tables (element_table.cpp, segment_table.cpp),
// compiled for one release of the standard. The tables are facts in our own words; no text of the standard is shipped.
// A Dictionary is immutable after construction and may be shared by any number of sessions.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tributary::x12 {

enum class Release : uint8_t { r004010, r005010 };

enum class Kind : uint8_t {
    any,        // not looked at
    text,       // AN
    code,       // ID
    number,     // N0, N2, ...: digits with an implied decimal point
    decimal,    // R: digits with a written decimal point
    date,       // DT
    time,       // TM
    composite,  // parts separated by the component separator
};

// One data element. Numbers from 9000 up are ours, for elements whose number is not known; they never leave us.
struct ElementFacts {
    uint16_t number;
    Kind kind;
    uint16_t length_min;
    uint16_t length_max;
    uint16_t length_max_005010;  // 0 = the same
    const char* name;            // in our words
};

// One segment or composite: "M353 O127 (O235 O234)*14 OC001", requirement then element number or composite.
// Rules in the usual shorthand: P paired, R at least one, E at most one, C and L "if the first, then all / then one".
struct SegmentFacts {
    const char* tag;
    const char* elements;
    const char* rules;
};

struct ElementRule {
    uint16_t number = 0;
    Kind kind = Kind::any;
    bool is_mandatory = false;
    bool may_repeat = false;
    uint8_t composite = 0;  // index into Dictionary::composites_ when kind is composite
    uint16_t length_min = 0;
    uint16_t length_max = 0;
    const char* name = "";
};

struct Condition {
    char kind;           // P R E C L
    uint64_t first_bit;  // the element the rule starts from
    uint64_t mask;       // bit n-1 = element n
};

// What the fast path looks at: kind and length. A composite stands for its first component when that is all it has.
struct QuickRule {
    uint16_t length_min = 0, length_spread = 0;  // allowed: length_min .. length_min + length_spread
    Kind kind = Kind::any;
};

struct SegmentRule {
    uint32_t tag = 0;
    uint16_t index = 0;            // dense, for grammars
    std::vector<QuickRule> quick;  // one an element
    std::vector<ElementRule> elements;
    std::vector<Condition> conditions;
    uint64_t mandatory = 0;  // bit n-1 = element n
};

class Dictionary {
public:
    explicit Dictionary(Release release);
    Release release() const { return release_; }
    const SegmentRule* find(uint32_t tag) const {
        for (uint32_t slot = slot_of(tag);; slot = (slot + 1) & (slots - 1)) {
            const SegmentRule* rule = table_[slot];
            if (rule == nullptr || rule->tag == tag) return rule;
        }
    }
    const SegmentRule& composite(uint8_t index) const { return composites_[index]; }
    size_t segment_count() const { return segments_.size(); }

private:
    static constexpr uint32_t slots = 256;
    static uint32_t slot_of(uint32_t tag) { return (tag * 0x9E3779B1u) >> 24; }

    Release release_;
    std::vector<SegmentRule> composites_;
    std::vector<SegmentRule> segments_;
    std::array<const SegmentRule*, slots> table_{};
};

const std::vector<ElementFacts>& element_table();
const std::vector<SegmentFacts>& composite_table();
const std::vector<SegmentFacts>& segment_table();

}  // namespace tributary::x12
