#include "core/flow/intake_facts.hpp"

#include <fmt/format.h>

namespace tributary::flow {

using host::view;

json::object finding_json(const tributary_diagnostic& diagnostic) {
    json::object out;
    out["severity"] = diagnostic.severity == TRIBUTARY_ERROR     ? "error"
                      : diagnostic.severity == TRIBUTARY_WARNING ? "warning"
                                                                 : "note";
    out["code"] = view(diagnostic.code);
    out["line"] = diagnostic.at.line;
    out["column"] = diagnostic.at.column;
    out["byte"] = diagnostic.at.byte;
    const auto add_number = [&](const char* key, uint32_t value) {
        if (value != 0) out[key] = value;
    };
    const auto add_text = [&](const char* key, tributary_span value) {
        if (value.size != 0) out[key] = view(value);
    };
    add_number("interchange", diagnostic.interchange);
    add_number("set", diagnostic.set);
    add_number("segment_no", diagnostic.at.segment);
    add_text("segment", diagnostic.tag);
    add_number("element", diagnostic.element);
    add_number("component", diagnostic.component);
    add_text("value", diagnostic.value);
    add_text("rule", diagnostic.rule);
    add_text("message", diagnostic.message);
    add_text("hint", diagnostic.hint);
    return out;
}

EnvelopeFacts& IntakeFacts::current(uint32_t ordinal) {
    if (envelopes_.empty() || (ordinal != 0 && envelopes_.back().envelope.ordinal != ordinal)) {
        envelopes_.emplace_back();
        envelopes_.back().envelope.ordinal = ordinal;
    }
    return envelopes_.back();
}

Result<void> IntakeFacts::interchange(const tributary_interchange& record) {
    if (envelopes_.size() >= envelopes_max)
        return fail(ErrorCode::too_large, fmt::format("more than {} envelopes in one file; split it", envelopes_max));
    EnvelopeFacts& facts = current(record.ordinal);
    if (record.phase == TRIBUTARY_BEGIN) facts.begin_byte = record.at.byte;
    facts.envelope = host::own(record);
    return {};
}

Result<void> IntakeFacts::group(const tributary_group& record) {
    auto& groups = current(record.interchange).groups;
    if (record.phase == TRIBUTARY_BEGIN || groups.empty() || groups.back().ordinal != record.ordinal)
        groups.emplace_back();
    groups.back() = host::own(record);
    if (groups.size() > sets_max)
        return fail(ErrorCode::too_large, fmt::format("more than {} groups in one file; split it", sets_max));
    return {};
}

Result<void> IntakeFacts::set(const tributary_set& record) {
    if (record.phase == TRIBUTARY_BEGIN) return {};
    if (++sets_ > sets_max)
        return fail(ErrorCode::too_large, fmt::format("more than {} transaction sets in one file; split it", sets_max));
    current(record.interchange).sets.push_back(host::own(record));
    return {};
}

Result<void> IntakeFacts::diagnostic(const tributary_diagnostic& record) {
    if (record.severity == TRIBUTARY_ERROR)
        ++errors_;
    else if (record.severity == TRIBUTARY_WARNING)
        ++warnings_;
    if (findings_.size() < diagnostics_reported_max) findings_.push_back(finding_json(record));
    if ((record.ack_segment.size != 0 || record.ack_element.size != 0) && answered_ < diagnostics_answered_max) {
        ++answered_;
        current(record.interchange).diagnostics.push_back(host::own(record));
    }
    return {};
}

int64_t IntakeFacts::lines() const {
    uint64_t lines = 0;
    for (const EnvelopeFacts& envelope : envelopes_)
        for (const host::Set& set : envelope.sets) lines += set.events;
    return static_cast<int64_t>(lines);
}

json::object IntakeFacts::report_json() const {
    json::object out;
    out["errors"] = errors_;
    out["warnings"] = warnings_;
    out["findings"] = findings_;
    return out;
}

}  // namespace tributary::flow
