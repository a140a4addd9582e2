#include "connectors/feeds/x12/acknowledge.hpp"

#include <initializer_list>
#include <string_view>
#include <vector>

#include "connectors/feeds/x12/ack_context.hpp"
#include "connectors/feeds/x12/isa.hpp"
#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {
namespace {

using sdk::text;

constexpr uint32_t segment_notes_max = 99;  // AK3 and AK4 for one set

bool is_usable(char c) {
    return uint8_t(c) < 0x80 && c != '\0' && c != ' ' && c != '.' && c != '-' && !is_alphanumeric(c);
}

// The inbound delimiters, or ours when those cannot be written.
Delimiters answer_delimiters(Delimiters d) {
    if (d.component == '\0') d.component = d.element == '>' || d.terminator == '>' ? ':' : '>';
    const bool is_distinct = d.element != d.component && d.element != d.terminator && d.component != d.terminator;
    if (is_usable(d.element) && is_usable(d.component) && is_usable(d.terminator) && is_distinct) return d;
    return {'*', '>', '~', '\0'};
}

class Writer {
public:
    Writer(const Delimiters& delimiters, std::string_view line_end) : d_(delimiters), line_end_(line_end) {}

    // Elements of one segment; empty ones at the end are left out.
    void segment(std::initializer_list<std::string_view> elements) {
        size_t used = elements.size();
        while (used > 1 && (elements.begin() + used - 1)->empty()) --used;
        for (size_t i = 0; i < used; ++i) {
            if (i != 0) out_ += d_.element;
            out_ += *(elements.begin() + i);
        }
        end_segment();
    }
    void end_segment() {
        out_ += d_.terminator;
        out_ += line_end_;
        ++count_;
    }
    void begin_set() { count_ = 0; }
    uint32_t count() const { return count_; }
    std::string& out() { return out_; }

    // Foreign text without anything that could be taken for a delimiter.
    std::string clean(std::string_view value, size_t max) const {
        std::string kept(value.substr(0, max));
        for (char& c : kept) {
            const bool is_bad = uint8_t(c) < 0x20 || uint8_t(c) >= 0x7F || c == d_.element || c == d_.component ||
                                c == d_.terminator || c == d_.repetition;
            if (is_bad) c = ' ';
        }
        return std::string(trimmed(kept));
    }
    std::string padded(std::string_view value, size_t width) const {
        std::string kept = clean(value, width);
        return kept + std::string(width - kept.size(), ' ');
    }
    const Delimiters& delimiters() const { return d_; }

private:
    Delimiters d_;
    std::string line_end_;
    std::string out_;
    uint32_t count_ = 0;
};

std::string digits(uint64_t number, size_t width) {
    const std::string plain = std::to_string(number);
    return plain.size() >= width ? plain.substr(plain.size() - width) : std::string(width - plain.size(), '0') + plain;
}

class Answer {
public:
    explicit Answer(const tributary_ack_request& request)
        : request_(request),
          interchange_(*request.interchange),
          context_(unpack(text(interchange_.ack_context))),
          write_(answer_delimiters(context_.delimiters), context_.line_end),
          stamp_(stamp_of(request.now_ms)),
          is_rejected_(interchange_.verdict == TRIBUTARY_REJECTED) {}

    std::string build() {
        const bool has_address =
            interchange_.sender.size != 0 && interchange_.receiver.size != 0 && interchange_.control_number.size != 0;
        if (context_.is_ta1_only || !has_address) return {};
        const std::string_view format = text(request_.format);
        const bool has_ta1 = format.find("TA1") != std::string_view::npos;
        std::vector<const tributary_group*> groups;
        for (uint32_t i = 0; i < request_.group_count && format.find("997") != std::string_view::npos; ++i) {
            if (text(request_.groups[i].functional_id) != "FA") groups.push_back(&request_.groups[i]);
        }
        if (!has_ta1 && groups.empty()) return {};
        write_header();
        if (has_ta1) write_ta1();
        const uint32_t written = write_groups(groups);
        const std::string number = digits(request_.control_number, 9);
        write_.segment({"IEA", std::to_string(written), number});
        return std::move(write_.out());
    }

private:
    void write_header() {
        const Delimiters& d = write_.delimiters();
        const bool has_repetition = is_isa_version(context_.isa12) && context_.isa12 >= "00402" && d.repetition != '\0';
        const char isa11 = has_repetition ? d.repetition : 'U';
        const std::string version = is_isa_version(context_.isa12) ? context_.isa12 : "00401";
        const std::string usage = context_.isa15 == "T" ? "T" : context_.isa15 == "I" ? "I" : "P";
        write_.segment({"ISA", "00", std::string(10, ' '), "00", std::string(10, ' '),
                        qualifier(interchange_.receiver_qualifier), write_.padded(text(interchange_.receiver), 15),
                        qualifier(interchange_.sender_qualifier), write_.padded(text(interchange_.sender), 15),
                        stamp_.date.substr(2), stamp_.time, std::string(1, isa11), version,
                        digits(request_.control_number, 9), "0", usage, std::string(1, d.component)});
    }

    // What was wrong in the inbound header is not sent back: ZZ is "as we agreed".
    static std::string qualifier(tributary_span inbound) {
        const std::string_view value = text(inbound);
        const bool is_fine = value.size() == 2 && is_alphanumeric(value[0]) && is_alphanumeric(value[1]);
        return is_fine ? std::string(value) : "ZZ";
    }
    std::string application(tributary_span inbound, tributary_span fallback) const {
        const std::string code = write_.clean(text(inbound), 15);
        return code.size() >= 2 ? code : write_.clean(text(fallback), 15);
    }

    void write_ta1() {
        const std::string_view verdict = is_rejected_                                             ? "R"
                                         : interchange_.verdict == TRIBUTARY_ACCEPTED_WITH_ERRORS ? "E"
                                                                                                  : "A";
        const std::string note = write_.clean(text(interchange_.note_code), 3);
        write_.segment({"TA1", write_.clean(text(interchange_.control_number), 9),
                        write_.clean(text(interchange_.date), 6), write_.clean(text(interchange_.time), 4), verdict,
                        note.empty() ? "000" : note});
    }

    // Groups of the same partners and version are answered in one FA group.
    uint32_t write_groups(const std::vector<const tributary_group*>& groups) {
        uint32_t written = 0;
        for (size_t first = 0; first < groups.size();) {
            size_t last = first + 1;
            while (last < groups.size() && is_like(*groups[first], *groups[last])) ++last;
            const std::string number = group_number(written++);
            write_.segment({"GS", "FA", application(groups[first]->receiver, interchange_.receiver),
                            application(groups[first]->sender, interchange_.sender), stamp_.date, stamp_.time, number,
                            "X", version_of(*groups[first])});
            for (size_t i = first; i < last; ++i) write_group_answer(*groups[i]);
            write_.segment({"GE", std::to_string(last - first), number});
            first = last;
        }
        return written;
    }

    static bool is_like(const tributary_group& a, const tributary_group& b) {
        return text(a.sender) == text(b.sender) && text(a.receiver) == text(b.receiver) &&
               text(a.version) == text(b.version);
    }

    std::string version_of(const tributary_group& group) const {
        const std::string version = write_.clean(text(group.version), 12);
        return version.empty() ? "004010" : version;
    }

    // The first group carries our control number as it is, the others a number made of it and their place.
    std::string group_number(uint32_t index) const {
        const uint64_t number = request_.control_number % 1000000000;
        if (index == 0) return std::to_string(number);
        return digits(number % 100000, 5) + digits(index + 1, 4);
    }

    void write_group_answer(const tributary_group& group) {
        const bool is_5010 = text(group.version).substr(0, 6) >= "005010";
        const std::string set_number = digits(request_.control_number % 100000, 5) + digits(++sets_written_, 4);
        write_.begin_set();
        write_.segment({"ST", "997", set_number});
        write_.segment({"AK1", write_.clean(text(group.functional_id), 2), write_.clean(text(group.control_number), 9),
                        is_5010 ? version_of(group) : ""});
        const bool is_group_rejected = is_rejected_ || group.verdict == TRIBUTARY_REJECTED;
        uint32_t accepted = 0, with_errors = 0;
        for (; next_set_ < request_.set_count && request_.sets[next_set_].group <= group.ordinal; ++next_set_) {
            const tributary_set& set = request_.sets[next_set_];
            if (set.group != group.ordinal) continue;
            const bool is_set_rejected = set.verdict == TRIBUTARY_REJECTED || is_rejected_ || is_envelope_wrong(group);
            if (!is_set_rejected) ++accepted;
            if (!is_set_rejected && set.verdict == TRIBUTARY_ACCEPTED_WITH_ERRORS) ++with_errors;
            write_set_answer(set, is_set_rejected, is_5010);
        }
        if (is_group_rejected) accepted = 0;
        const std::string_view verdict = is_group_rejected || (group.sets_seen != 0 && accepted == 0) ? "R"
                                         : accepted < group.sets_seen                                 ? "P"
                                         : with_errors != 0                                           ? "E"
                                                                                                      : "A";
        write_group_totals(group, verdict, accepted);
        const std::string count = std::to_string(write_.count() + 1);
        write_.segment({"SE", count, set_number});
    }

    // A fault of GS or GE rejects every set of the group.
    static bool is_envelope_wrong(const tributary_group& group) {
        return group.verdict == TRIBUTARY_REJECTED && (group.error_codes.size != 0 || group.sets_accepted == 0);
    }

    void write_group_totals(const tributary_group& group, std::string_view verdict, uint32_t accepted) {
        write_.out() += "AK9";
        for (const std::string& element : {std::string(verdict), std::to_string(group.sets_claimed),
                                           std::to_string(group.sets_seen), std::to_string(accepted)}) {
            write_.out() += write_.delimiters().element;
            write_.out() += element;
        }
        write_codes(text(group.error_codes));
        write_.end_segment();
    }

    void write_set_answer(const tributary_set& set, bool is_rejected, bool is_5010) {
        write_.segment({"AK2", write_.clean(text(set.id), 3), write_.clean(text(set.control_number), 9),
                        is_5010 ? write_.clean(text(set.implementation), 35) : ""});
        write_segment_notes(set.ordinal);
        const bool has_errors = set.verdict == TRIBUTARY_ACCEPTED_WITH_ERRORS;
        write_.out() += "AK5";
        write_.out() += write_.delimiters().element;
        write_.out() += is_rejected ? "R" : has_errors ? "E" : "A";
        if (is_rejected || has_errors) write_codes(text(set.error_codes));
        write_.end_segment();
    }

    // At most five codes, separated by blanks in the record.
    void write_codes(std::string_view codes) {
        for (int n = 0; n < 5 && !codes.empty(); ++n) {
            const size_t blank = codes.find(' ');
            write_.out() += write_.delimiters().element;
            write_.out() += write_.clean(codes.substr(0, blank), 3);
            codes.remove_prefix(blank == std::string_view::npos ? codes.size() : blank + 1);
        }
    }

    // Diagnostics come in order of arrival, so one pass over all of them serves all sets.
    void write_segment_notes(uint32_t set) {
        while (next_note_ < request_.diagnostic_count && request_.diagnostics[next_note_].set < set) ++next_note_;
        uint32_t segments = 0, elements = 0;
        const tributary_diagnostic* last = nullptr;
        for (; next_note_ < request_.diagnostic_count && request_.diagnostics[next_note_].set == set; ++next_note_) {
            const tributary_diagnostic& note = request_.diagnostics[next_note_];
            if (note.ack_segment.size == 0) continue;
            const bool is_same = last != nullptr && last->at.segment == note.at.segment &&
                                 text(last->tag) == text(note.tag) && text(last->ack_segment) == text(note.ack_segment);
            if (!is_same && ++segments > segment_notes_max) continue;
            if (!is_same) {
                elements = 0;
                write_.segment({"AK3", write_.clean(text(note.tag), 3), std::to_string(note.at.segment), "",
                                write_.clean(text(note.ack_segment), 3)});
            }
            last = &note;
            if (segments <= segment_notes_max && note.ack_element.size != 0 && ++elements <= segment_notes_max) {
                write_element_note(note);
            }
        }
    }

    void write_element_note(const tributary_diagnostic& note) {
        std::string place = std::to_string(note.element == 0 ? 1 : note.element);
        if (note.component != 0) place += write_.delimiters().component + std::to_string(note.component);
        write_.segment({"AK4", place, write_.clean(text(note.ack_reference), 4),
                        write_.clean(text(note.ack_element), 3), write_.clean(text(note.value), 64)});
    }

    const tributary_ack_request& request_;
    const tributary_interchange& interchange_;
    AckContext context_;
    Writer write_;
    Stamp stamp_;
    bool is_rejected_;
    uint32_t next_set_ = 0, next_note_ = 0, sets_written_ = 0;
};

}  // namespace

std::string acknowledgement(const tributary_ack_request& request) {
    return Answer(request).build();
}

}  // namespace tributary::x12
