#include "connectors/feeds/x12/envelope.hpp"

#include <algorithm>

#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {
namespace {

Spot spot_at(const tributary_position& at, std::string_view tag) {
    Spot spot;
    spot.at = at;
    spot.tag = tag;
    return spot;
}

}  // namespace

Envelope::Envelope(const Library& library, const Profile& profile, Findings& findings, Outbox& outbox)
    : library_(library),
      profile_(profile),
      findings_(findings),
      outbox_(outbox),
      set_(library, profile, delimiters_, findings, outbox) {}

void Envelope::reject(const char* note) {
    if (std::string_view(note_) == "000") note_ = note;
}

tributary_interchange Envelope::record(uint32_t phase, const tributary_position& at) {
    context_.is_ta1_only = ta1_count_ != 0 && groups_ == 0;
    packed_context_ = pack(context_);
    auto interchange = sdk::make<tributary_interchange>();
    interchange.phase = phase;
    interchange.ordinal = ordinal_;
    interchange.at = at;
    interchange.standard = sdk::span("X12");
    interchange.version = sdk::span(header_[12]);
    interchange.sender_qualifier = sdk::span(header_[5]);
    interchange.sender = sdk::span(header_[6]);
    interchange.receiver_qualifier = sdk::span(header_[7]);
    interchange.receiver = sdk::span(header_[8]);
    interchange.control_number = sdk::span(header_[13]);
    interchange.date = sdk::span(header_[9]);
    interchange.time = sdk::span(header_[10]);
    interchange.ack_context = sdk::span(packed_context_);
    interchange.is_test = header_[15] == "T" || header_[15] == "I" ? 1 : 0;
    interchange.wants_ack = header_[14] == "1" ? 1 : 0;
    return interchange;
}

void Envelope::begin_interchange(const IsaHeader& header, const IsaFault& fault, const tributary_position& at) {
    is_open_ = true;
    is_stray_reported_ = false;
    ++ordinal_;
    groups_ = groups_claimed_ = sets_ = ta1_count_ = 0;
    lines_ = 0;
    start_byte_ = at.byte;
    note_ = "000";
    header_ = header;
    for (std::string& element : header_.elements) element = printable(element, 32);
    findings_.in_interchange(ordinal_);
    const bool is_repetition_fine = fault.is_fault || choose_repetition(header_);
    delimiters_ = header_.delimiters;
    context_ = AckContext{};
    context_.delimiters = delimiters_;
    context_.isa11 = header_[11];
    context_.isa12 = header_[12];
    context_.isa15 = header_[15];
    group_.is_open = false;
    outbox_.interchange(record(TRIBUTARY_BEGIN, at));
    if (fault.is_fault) {
        findings_.report(fault.finding, spot_at(at, "ISA"));
        reject(fault.note);
        return finish(at, at.byte);
    }
    if (!is_repetition_fine) {
        Spot spot = spot_at(at, "ISA");
        spot.element = 11;
        spot.value = header_[11];
        findings_.report(Finding::repetition_odd, spot);
    }
    if (header_.is_repaired_widths) findings_.report(Finding::isa_repaired_widths, spot_at(at, "ISA"));
    if (header_.is_repaired_component) findings_.report(Finding::isa_repaired_component, spot_at(at, "ISA"));
    if (header_.is_repaired_lines) findings_.report(Finding::isa_repaired_lines, spot_at(at, "ISA"));
    check_header(at);
}

void Envelope::check_header(const tributary_position& at) {
    for (uint32_t element = 1; element <= 16; ++element) {
        const IsaElementFault* fault = check_isa_element(header_, element);
        if (fault == nullptr) continue;
        Spot spot = spot_at(at, "ISA");
        spot.element = element;
        spot.name = fault->name;
        spot.value = header_[element];
        spot.expected = fault->expected;
        findings_.report(Finding::isa_value, spot);
        reject(fault->note);
    }
    const std::string partner = header_[5] + '\n' + header_[6] + '\n' + header_[7] + '\n' + header_[8];
    if (interchange_numbers_.add(partner, header_[13])) return;
    Spot spot = spot_at(at, "ISA");
    spot.element = 13;
    spot.value = header_[13];
    findings_.report(Finding::isa_number_again, spot);
    reject("025");
}

void Envelope::reject_input(Finding finding, std::string_view sample, const tributary_position& at) {
    is_open_ = true;
    ++ordinal_;
    groups_ = groups_claimed_ = sets_ = ta1_count_ = 0;
    start_byte_ = at.byte;
    note_ = "000";
    header_ = IsaHeader{};
    context_ = AckContext{};
    findings_.in_interchange(ordinal_);
    outbox_.interchange(record(TRIBUTARY_BEGIN, at));
    Spot spot = spot_at(at, "");
    spot.value = sample;
    findings_.report(finding, spot);
    reject("024");
    finish(at, at.byte);
}

void Envelope::accept(Segment& segment) {
    if (set_.is_open()) {
        switch (segment.tag) {
            case tag_of("SE"):
                return end_set(segment);
            case tag_of("ST"):
            case tag_of("GS"):
            case tag_of("GE"):
            case tag_of("IEA"):
                set_.end_without_trailer(segment.at);
                break;
            default:
                return set_.accept(segment);
        }
    }
    switch (segment.tag) {
        case tag_of("ST"):
            return group_.is_open ? begin_set(segment) : outside(segment);
        case tag_of("GS"):
            if (group_.is_open) end_group(nullptr, segment.at);
            return begin_group(segment);
        case tag_of("GE"):
            return group_.is_open ? end_group(&segment, segment.at) : outside(segment);
        case tag_of("IEA"):
            if (group_.is_open) end_group(nullptr, segment.at);
            return end_interchange(segment);
        case tag_of("TA1"):
            if (group_.is_open) return outside(segment);
            ++ta1_count_;
            return;
        case tag_of("ISB"):
        case tag_of("ISE"):
        case tag_of("TA3"):
            return group_.is_open ? outside(segment) : void();
        default:
            return outside(segment);
    }
}

void Envelope::accept_binary(Segment& head, bool is_length_right) {
    if (set_.is_open()) return set_.accept_binary(head, is_length_right);
    outside(head);
}

// A segment where none may stand. Said once per place; the interchange cannot be trusted any more.
void Envelope::outside(const Segment& segment) {
    reject("022");
    if (is_stray_reported_) return;
    is_stray_reported_ = true;
    findings_.report(group_.is_open ? Finding::outside_set : Finding::outside_group, spot_of(segment));
}

void Envelope::begin_set(Segment& st) {
    is_stray_reported_ = false;
    ++group_.sets_seen;
    const bool is_number_new = group_.set_numbers.add(trimmed(st[2]));
    set_.begin(st, group_.context, ++sets_, is_number_new, lines_);
}

void Envelope::end_set(Segment& se) {
    set_.end(se);
    if (set_.is_accepted()) ++group_.sets_accepted;
}

void Envelope::end_interchange(const Segment& iea) {
    const int64_t claimed = count_of(trimmed(iea[1]));
    groups_claimed_ = claimed < 0 || claimed > 999999 ? 0 : uint32_t(claimed);
    if (claimed != int64_t(groups_)) {
        const std::string expected = std::to_string(groups_);
        Spot spot = spot_of(iea, 1);
        spot.expected = expected;
        findings_.report(Finding::iea_count, spot);
        reject("021");
    }
    if (trimmed(iea[2]) != header_[13]) {
        Spot spot = spot_of(iea, 2);
        spot.expected = header_[13];
        findings_.report(Finding::iea_number, spot);
        reject("001");
    }
    finish(iea.at, iea.at.byte + iea.size + 1);
}

void Envelope::end_early(Finding finding, const char* note, const tributary_position& at) {
    if (!is_open_) return;
    if (set_.is_open()) set_.end_without_trailer(at);
    if (group_.is_open) end_group(nullptr, at);
    findings_.report(finding, spot_at(at, finding == Finding::segment_too_long ? "" : "IEA"));
    reject(note);
    finish(at, at.byte);
}

void Envelope::finish(const tributary_position& at, uint64_t end_byte) {
    tributary_interchange interchange = record(TRIBUTARY_END, at);
    const bool is_accepted = std::string_view(note_) == "000";
    interchange.verdict = is_accepted ? TRIBUTARY_ACCEPTED : TRIBUTARY_REJECTED;
    interchange.note_code = sdk::span(note_);
    interchange.groups_claimed = groups_claimed_;
    interchange.groups_seen = groups_;
    interchange.size = end_byte - start_byte_;
    outbox_.interchange(interchange);
    is_open_ = false;
    findings_.in_interchange(0);
}

}  // namespace tributary::x12
