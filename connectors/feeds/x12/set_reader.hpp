// One transaction set, ST to SE: counts, order, elements, and the reader that makes records of it. Knows why a set is
// rejected as AK5 codes. One instance serves a whole session. [single]
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/feeds/x12/element_check.hpp"
#include "connectors/feeds/x12/findings.hpp"
#include "connectors/feeds/x12/grammar.hpp"
#include "connectors/feeds/x12/library.hpp"
#include "connectors/feeds/x12/sales_report.hpp"

namespace tributary::x12 {

// What a set needs to know of its group.
struct GroupContext {
    uint32_t interchange = 0, group = 0;  // ordinals
    std::string_view functional_id, sender;
    Release release = Release::r004010;
    bool is_release_known = false;
    bool is_supported = false;        // false: its sets are counted and rejected
    bool is_acknowledgement = false;  // FA: other sets than those we know pass by their envelope
};

class SetReader {
public:
    SetReader(const Library& library, const Profile& profile, const Delimiters& delimiters, Findings& findings,
              Outbox& outbox);

    // is_number_new: ST02 was not used in the group before. lines: the interchange's line counter.
    void begin(Segment& st, const GroupContext& group, uint32_t ordinal, bool is_number_new, uint64_t& lines);
    void accept(Segment& segment);
    // A binary segment (BIN, BDS), of which only the head is at hand.
    void accept_binary(Segment& head, bool is_length_right);
    void end(Segment& se);
    void end_without_trailer(const tributary_position& at);  // another envelope segment or the end of the data came
    bool is_open() const { return is_open_; }
    bool is_accepted() const { return codes_.empty(); }  // of the last set

private:
    void choose_grammar(const GroupContext& group);
    void fail(Finding finding, const Spot& spot, const char* code);
    void report_misfit(Misfit misfit, const Segment& segment);
    void report_missing(const tributary_position& at);
    void finish(const tributary_position& at);
    void add_code(const char* code);
    tributary_set record(uint32_t phase, const tributary_position& at) const;

    const Library& library_;
    const Profile& profile_;
    const Delimiters& delimiters_;
    Findings& findings_;
    Outbox& outbox_;
    SalesReport sales_report_;

    bool is_open_ = false;
    GroupContext group_;
    uint32_t ordinal_ = 0, segments_ = 0, envelope_errors_ = 0;
    std::string id_, number_, implementation_, codes_;
    const Grammar* grammar_ = nullptr;  // nullptr: the set is only counted
    SalesReport* reader_ = nullptr;
    Matcher matcher_;
    std::unique_ptr<ElementCheck> elements_;
    Release elements_release_ = Release::r004010;
    std::vector<Matcher::Missing> missing_;
};

}  // namespace tributary::x12
