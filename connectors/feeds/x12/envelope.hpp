// The envelope of X12: interchange > functional group > transaction set. Takes segments in order, opens and closes the
// three levels, checks counts and control numbers, and says which level a fault rejects. One per session. [single]
//
//            begin_interchange        GS             ST
//   outside ------------------> open ----> group ----> set
//      ^            IEA           ^  GE      ^   SE     |
//      +------- end of data ------+----------+----------+   (a missing trailer closes the inner levels, each with its
//      code)
#pragma once
#include <cstdint>
#include <string>

#include "connectors/feeds/x12/ack_context.hpp"
#include "connectors/feeds/x12/control_numbers.hpp"
#include "connectors/feeds/x12/findings.hpp"
#include "connectors/feeds/x12/isa.hpp"
#include "connectors/feeds/x12/set_reader.hpp"

namespace tributary::x12 {

class Envelope {
public:
    Envelope(const Library& library, const Profile& profile, Findings& findings, Outbox& outbox);

    // fault: why the header cannot be used; then the interchange is rejected and closed at once.
    void begin_interchange(const IsaHeader& header, const IsaFault& fault, const tributary_position& at);
    // Something that is no interchange at all, so that even such a file ends in a verdict.
    void reject_input(Finding finding, std::string_view sample, const tributary_position& at);
    void accept(Segment& segment);
    void accept_binary(Segment& head, bool is_length_right);
    // Closes what is open: the data ended, or another ISA came.
    void end_early(Finding finding, const char* note, const tributary_position& at);
    void report(Finding finding, const Spot& spot) { findings_.report(finding, spot); }
    void set_line_end(std::string_view line_end) { context_.line_end = line_end; }

    bool is_open() const { return is_open_; }
    uint32_t interchanges() const { return ordinal_; }
    const Delimiters& delimiters() const { return delimiters_; }

private:
    struct Group {
        bool is_open = false, is_header_wrong = false;
        uint32_t ordinal = 0, sets_claimed = 0, sets_seen = 0, sets_accepted = 0;
        std::string functional_id, sender, receiver, number, version, codes;
        GroupContext context;
        ControlNumbers set_numbers;
    };

    void reject(const char* note);
    void check_header(const tributary_position& at);
    void begin_group(const Segment& gs);
    void check_group(const Segment& gs);
    void check_group_number(const Segment& gs);
    void fail_group(Finding finding, const Spot& spot, const char* code);
    void end_group(const Segment* ge, const tributary_position& at);
    void begin_set(Segment& st);
    void end_set(Segment& se);
    void end_interchange(const Segment& iea);
    void finish(const tributary_position& at, uint64_t end_byte);
    void outside(const Segment& segment);
    tributary_interchange record(uint32_t phase, const tributary_position& at);
    tributary_group group_record(uint32_t phase, const tributary_position& at) const;

    const Library& library_;
    const Profile& profile_;
    Findings& findings_;
    Outbox& outbox_;
    Delimiters delimiters_;
    SetReader set_;

    bool is_open_ = false, is_stray_reported_ = false;
    uint32_t ordinal_ = 0, groups_ = 0, groups_claimed_ = 0, sets_ = 0, ta1_count_ = 0;
    uint64_t lines_ = 0, start_byte_ = 0;
    const char* note_ = "000";
    IsaHeader header_;
    AckContext context_;
    std::string packed_context_;
    Group group_;
    PartnerNumbers interchange_numbers_, group_numbers_;  // of the whole file
};

}  // namespace tributary::x12
