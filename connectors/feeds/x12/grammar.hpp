// The order of segments in one transaction set, as a table (set_table.cpp) compiled into transitions.
// Rows stand in the order of the guide; a loop is a row whose children follow it one level deeper, and is entered by
// its first segment. For every pair (row last seen, tag) the next row is worked out once, when the grammar is built.
// Immutable after construction; Matcher is the state of one pass over one set.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/feeds/x12/dictionary.hpp"

namespace tributary::x12 {

// One row of a set's table.
struct RowFacts {
    uint8_t depth;
    const char* tag;
    bool is_mandatory;
    uint32_t times_max;  // 0 = any number
    Release since = Release::r004010;
};

enum class Reader : uint8_t { none, sales_report };  // who turns the set into records

// One transaction set.
struct SetFacts {
    const char* id;             // ST01
    const char* functional_id;  // GS01 it travels in
    Reader reader;
    const std::vector<RowFacts>* rows;
};

const std::vector<SetFacts>& set_table();

class Grammar {
public:
    static constexpr uint8_t no_row = 0xFF;

    struct Row {
        uint32_t tag = 0;
        const char* name = "";
        uint8_t parent = no_row;
        uint8_t first_child = no_row;
        uint8_t end_child = 0;  // one past the last descendant
        bool is_loop = false;
        bool is_mandatory = false;
        bool has_mandatory_child = false;
        uint32_t times_max = 0;
    };

    Grammar(const SetFacts& facts, const Dictionary& dictionary);

    const SetFacts& facts() const { return *facts_; }
    const Dictionary& dictionary() const { return *dictionary_; }
    const std::vector<Row>& rows() const { return rows_; }  // row 0 is the set itself
    // Next row in the guide's order; no_row when the tag does not fit here.
    uint8_t next(uint8_t row, uint16_t segment) const { return next_[row * columns_ + segment]; }
    // Best row for a segment that is out of order; no_row when the set has no such segment.
    uint8_t anywhere(uint8_t row, uint16_t segment) const { return anywhere_[row * columns_ + segment]; }
    // Searches past `after` for another place for the same tag.
    uint8_t next_after(uint8_t row, uint8_t after, uint32_t tag) const;
    bool is_inside(uint8_t row, uint8_t loop) const { return row >= loop && row < rows_[loop].end_child; }

private:
    uint8_t search(uint8_t row, uint8_t after, uint32_t tag) const;
    uint8_t search_anywhere(uint8_t row, uint32_t tag) const;
    uint8_t child_from(uint8_t loop, uint8_t from, uint32_t tag) const;

    const SetFacts* facts_;
    const Dictionary* dictionary_;
    std::vector<Row> rows_;
    size_t columns_;
    std::vector<uint8_t> next_, anywhere_;
};

// What the matcher found wrong; the numbers are AK304.
enum class Misfit : uint8_t {
    none = 0,
    unexpected = 2,
    mandatory_missing = 3,
    loop_too_often = 4,
    too_often = 5,
    not_in_set = 6,
    out_of_order = 7
};

class Matcher {
public:
    struct Missing {
        const char* tag;
    };

    void begin(const Grammar& grammar);
    // Moves to the row of this segment. `missing` receives the mandatory segments that were passed over.
    Misfit accept(const SegmentRule& segment, std::vector<Missing>& missing);
    // The set is complete: what was still due.
    void end(std::vector<Missing>& missing);
    uint8_t row() const { return row_; }

private:
    Misfit move_to(uint8_t target, std::vector<Missing>& missing);
    void leave_to(uint8_t target, std::vector<Missing>& missing);
    void note_passed(uint8_t loop, uint8_t before, std::vector<Missing>& missing);
    uint8_t loop_of(uint8_t row) const;

    const Grammar* grammar_ = nullptr;
    uint8_t row_ = 0;
    std::vector<uint32_t> seen_;  // per row, in the current pass of its loop
};

}  // namespace tributary::x12
