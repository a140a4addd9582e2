#include "connectors/feeds/x12/findings.hpp"

#include <array>

#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {
namespace {

constexpr uint32_t note = TRIBUTARY_NOTE, warning = TRIBUTARY_WARNING, error = TRIBUTARY_ERROR;
constexpr uint32_t interchange = TRIBUTARY_SCOPE_INTERCHANGE, group = TRIBUTARY_SCOPE_GROUP;
constexpr uint32_t set = TRIBUTARY_SCOPE_SET, line = TRIBUTARY_SCOPE_LINE;

struct Facts {
    const char* code;
    uint32_t severity, scope;
    const char *ack_segment, *ack_element, *rule, *message, *hint;
};

constexpr Facts facts_of[] = {
#define X(name, code, severity, scope, ack_segment, ack_element, rule, message, hint) \
    {code, severity, scope, ack_segment, ack_element, rule, message, hint},
#include "connectors/feeds/x12/findings.def"
#undef X
};

std::string two_digits(uint32_t number) {
    std::string digits = std::to_string(number);
    return digits.size() < 2 ? "0" + digits : digits;
}

std::string_view filling(std::string_view key, const Spot& spot, std::string_view value, std::string_view element) {
    if (key == "tag") return spot.tag;
    if (key == "element") return element;
    if (key == "name") return spot.name;
    if (key == "value") return value;
    if (key == "expected") return spot.expected;
    return {};
}

void fill(std::string_view pattern, const Spot& spot, std::string_view value, std::string& out) {
    const std::string element = two_digits(spot.element);
    out.clear();
    while (true) {
        const size_t open = pattern.find('{');
        out += pattern.substr(0, open);
        if (open == std::string_view::npos) return;
        const size_t close = pattern.find('}', open);
        out += filling(pattern.substr(open + 1, close - open - 1), spot, value, element);
        pattern.remove_prefix(close + 1);
    }
}

}  // namespace

Spot spot_of(const Segment& segment) {
    Spot spot;
    spot.at = segment.at;
    spot.tag = segment.tag_text();
    return spot;
}

Spot spot_of(const Segment& segment, uint32_t element) {
    Spot spot = spot_of(segment);
    spot.element = element;
    const uint32_t offset = element <= segment.count ? segment.starts[element] : segment.size;
    spot.at.byte += offset;
    spot.at.column += offset;
    spot.value = segment[element];
    return spot;
}

bool Findings::count(bool is_error) {
    Counts nowhere;
    Counts& here = set_ != 0 ? in_set_ : nowhere;
    ++(is_error ? here.errors : here.warnings);
    ++(is_error ? in_file_.errors : in_file_.warnings);
    const uint32_t set_listed = here.errors_listed + here.warnings_listed;
    const uint32_t file_listed = in_file_.errors_listed + in_file_.warnings_listed;
    if (set_listed >= set_max || file_listed >= file_max) return false;
    // Warnings never push errors out of the report.
    if (!is_error && (here.warnings_listed >= set_max / 2 || in_file_.warnings_listed >= file_max / 2)) return false;
    ++(is_error ? here.errors_listed : here.warnings_listed);
    ++(is_error ? in_file_.errors_listed : in_file_.warnings_listed);
    return true;
}

void Findings::report(Finding finding, const Spot& spot) {
    if (count(facts_of[size_t(finding)].severity == TRIBUTARY_ERROR)) emit(finding, spot);
}

void Findings::emit(Finding finding, const Spot& spot) {
    const Facts& facts = facts_of[size_t(finding)];
    value_ = printable(spot.value, 64);
    fill(facts.rule, spot, value_, rule_);
    fill(facts.message, spot, value_, message_);
    fill(facts.hint, spot, value_, hint_);
    const std::string tag = printable(spot.tag, 16);
    auto record = sdk::make<tributary_diagnostic>();
    record.severity = facts.severity;
    record.scope = facts.scope;
    record.interchange = interchange_;
    record.group = group_;
    record.set = set_;
    record.element = spot.element;
    record.component = spot.component;
    record.at = spot.at;
    record.code = sdk::span(facts.code);
    record.tag = sdk::span(tag);
    record.value = sdk::span(value_);
    record.rule = sdk::span(rule_);
    record.message = sdk::span(message_);
    record.hint = sdk::span(hint_);
    record.ack_segment = sdk::span(facts.ack_segment);
    record.ack_element = sdk::span(facts.ack_element);
    reference_ = spot.reference == 0 || spot.reference >= 9000 ? "" : std::to_string(spot.reference);
    record.ack_reference = sdk::span(reference_);
    outbox_->diagnostic(record);
}

void Findings::leave_set(const tributary_position& at) {
    const uint32_t unlisted = in_set_.unlisted();
    // Only where the set's own limit was reached; what the file's limit left out is said once, at its end.
    const bool is_full =
        in_set_.errors_listed + in_set_.warnings_listed >= set_max || in_set_.warnings_listed >= set_max / 2;
    if (unlisted == 0 || !is_full) return;
    const std::string count = std::to_string(unlisted), limit = std::to_string(set_max);
    Spot spot;
    spot.at = at;
    spot.value = count;
    spot.expected = limit;
    emit(Finding::more_findings_in_set, spot);
}

void Findings::leave_file(const tributary_position& at) {
    const uint32_t unlisted = in_file_.unlisted();
    if (unlisted == 0) return;
    const std::string count = std::to_string(unlisted), limit = std::to_string(file_max);
    Spot spot;
    spot.at = at;
    spot.value = count;
    spot.expected = limit;
    in_interchange(0);
    emit(Finding::more_findings, spot);
}

}  // namespace tributary::x12
