#include "connectors/feeds/x12/set_reader.hpp"

#include <algorithm>

#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {

SetReader::SetReader(const Library& library, const Profile& profile, const Delimiters& delimiters, Findings& findings,
                     Outbox& outbox)
    : library_(library),
      profile_(profile),
      delimiters_(delimiters),
      findings_(findings),
      outbox_(outbox),
      sales_report_(profile, delimiters, findings, outbox) {}

tributary_set SetReader::record(uint32_t phase, const tributary_position& at) const {
    auto set = sdk::make<tributary_set>();
    set.phase = phase;
    set.interchange = group_.interchange;
    set.group = group_.group;
    set.ordinal = ordinal_;
    set.at = at;
    set.id = sdk::span(id_);
    set.control_number = sdk::span(number_);
    set.implementation = sdk::span(implementation_);
    return set;
}

void SetReader::add_code(const char* code) {
    if ((" " + codes_ + " ").find(" " + std::string(code) + " ") != std::string::npos) return;
    if (!codes_.empty()) codes_ += ' ';
    codes_ += code;
}

void SetReader::fail(Finding finding, const Spot& spot, const char* code) {
    ++envelope_errors_;
    findings_.report(finding, spot);
    add_code(code);
}

void SetReader::begin(Segment& st, const GroupContext& group, uint32_t ordinal, bool is_number_new, uint64_t& lines) {
    is_open_ = true;
    group_ = group;
    ordinal_ = ordinal;
    segments_ = 1;
    st.at.segment = 1;
    envelope_errors_ = 0;
    codes_.clear();
    id_ = printable(trimmed(st[1]), 16);
    number_ = printable(trimmed(st[2]), 16);
    implementation_ = printable(trimmed(st[3]), 64);
    findings_.in_set(ordinal);
    outbox_.set(record(TRIBUTARY_BEGIN, st.at));

    choose_grammar(group);
    const auto is_word = [](std::string_view text) { return std::all_of(text.begin(), text.end(), is_alphanumeric); };
    Spot at_id = spot_of(st, 1);
    at_id.value = id_;
    if (id_.size() != 3 || !is_word(id_)) {
        fail(Finding::set_id_bad, at_id, "6");
    } else if (grammar_ == nullptr && !group.is_acknowledgement) {
        at_id.expected = "transaction set 867";
        fail(Finding::set_unsupported, at_id, "1");
    } else if (grammar_ != nullptr && grammar_->facts().functional_id != group.functional_id) {
        at_id.expected = grammar_->facts().functional_id;
        fail(Finding::set_group_wrong, at_id, "6");
    }
    if (number_.size() < 4 || number_.size() > 9 || !is_word(number_)) {
        fail(Finding::set_number_bad, spot_of(st, 2), "7");
    } else if (!is_number_new) {
        fail(Finding::set_number_again, spot_of(st, 2), group.release == Release::r005010 ? "23" : "7");
    }
    if (reader_ != nullptr) reader_->begin(ordinal, lines, group.sender, st.at);
}

void SetReader::choose_grammar(const GroupContext& group) {
    grammar_ = group.is_release_known && group.is_supported ? library_.find(id_, group.release) : nullptr;
    reader_ = nullptr;
    if (grammar_ == nullptr) return;
    matcher_.begin(*grammar_);
    if (elements_ == nullptr || elements_release_ != group.release) {
        const Dictionary& dictionary = library_.dictionary(group.release);
        elements_ = std::make_unique<ElementCheck>(dictionary, profile_, delimiters_, findings_);
        elements_release_ = group.release;
    }
    const bool is_at_home = grammar_->facts().functional_id == group.functional_id;
    if (is_at_home && grammar_->facts().reader == Reader::sales_report) reader_ = &sales_report_;
}

void SetReader::accept(Segment& segment) {
    segment.at.segment = ++segments_;
    if (grammar_ == nullptr) return;
    const SegmentRule* rule = grammar_->dictionary().find(segment.tag);
    if (rule == nullptr) {
        const uint32_t tag = segment.tag;
        const bool is_envelope =
            tag == tag_of("TA1") || tag == tag_of("ISB") || tag == tag_of("ISE") || tag == tag_of("TA3");
        return findings_.report(is_envelope ? Finding::segment_unexpected : Finding::segment_unknown, spot_of(segment));
    }
    const Misfit misfit = matcher_.accept(*rule, missing_);
    if (!missing_.empty()) report_missing(segment.at);
    if (misfit != Misfit::none) {
        report_misfit(misfit, segment);
        if (misfit == Misfit::not_in_set) return;
    }
    elements_->check(segment, *rule);
    if (reader_ != nullptr) reader_->accept(segment);
}

void SetReader::accept_binary(Segment& head, bool is_length_right) {
    head.at.segment = ++segments_;
    if (!is_length_right) {
        Spot spot = spot_of(head, 1);
        spot.name = "length";
        findings_.report(Finding::binary_length, spot);
    }
    if (grammar_ != nullptr) findings_.report(Finding::segment_not_in_set, spot_of(head));
}

void SetReader::report_misfit(Misfit misfit, const Segment& segment) {
    Finding finding = Finding::segment_unexpected;
    switch (misfit) {
        case Misfit::none:
        case Misfit::mandatory_missing:
            return;
        case Misfit::unexpected:
            break;
        case Misfit::loop_too_often:
            finding = Finding::loop_too_often;
            break;
        case Misfit::too_often:
            finding = Finding::segment_too_often;
            break;
        case Misfit::not_in_set:
            finding = Finding::segment_not_in_set;
            break;
        case Misfit::out_of_order:
            finding = profile_.is_order_lenient ? Finding::segment_order_lenient : Finding::segment_order;
            break;
    }
    findings_.report(finding, spot_of(segment));
}

void SetReader::report_missing(const tributary_position& at) {
    for (const Matcher::Missing& missing : missing_) {
        Spot spot;
        spot.at = at;
        spot.tag = missing.tag;
        findings_.report(Finding::segment_missing, spot);
    }
    missing_.clear();
}

void SetReader::end(Segment& se) {
    se.at.segment = ++segments_;
    if (count_of(se[1]) != int64_t(segments_)) {
        const std::string expected = std::to_string(segments_);
        Spot spot = spot_of(se, 1);
        spot.expected = expected;
        fail(Finding::se_count, spot, "4");
    }
    if (trimmed(se[2]) != number_) {
        Spot spot = spot_of(se, 2);
        spot.expected = number_;
        fail(Finding::se_number, spot, "3");
    }
    finish(se.at);
}

void SetReader::end_without_trailer(const tributary_position& at) {
    Spot spot;
    spot.at = at;
    spot.tag = "SE";
    fail(Finding::se_missing, spot, "2");
    finish(at);
}

void SetReader::finish(const tributary_position& at) {
    if (grammar_ != nullptr) {
        matcher_.end(missing_);
        report_missing(at);
    }
    if (reader_ != nullptr) reader_->end(at);
    if (findings_.errors_in_set() > envelope_errors_) add_code("5");
    findings_.leave_set(at);
    tributary_set set = record(TRIBUTARY_END, at);
    set.verdict = codes_.empty() ? TRIBUTARY_ACCEPTED : TRIBUTARY_REJECTED;
    set.error_codes = sdk::span(codes_);
    set.segments = segments_;
    set.events = reader_ != nullptr ? reader_->events() : 0;
    outbox_.set(set);
    is_open_ = false;
    findings_.in_group(group_.group);
}

}  // namespace tributary::x12
