// Pass one's harvest: envelopes, groups, sets, and a capped report of what is wrong. Memory is bounded by the limits
// below, never by the size of the file.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "plugins/host/connector.hpp"

namespace tributary::flow {

inline constexpr size_t sets_max = 100'000;  // of one interchange; one more is an error
inline constexpr size_t envelopes_max = 10'000;
inline constexpr size_t diagnostics_reported_max = 1'000;
inline constexpr size_t diagnostics_answered_max = 10'000;  // kept for the answer

struct EnvelopeFacts {
    host::Interchange envelope;  // as of its end; phase BEGIN when the end never came
    uint64_t begin_byte = 0;             // of its first byte; envelope.at is where it ended
    std::vector<host::Group> groups;
    std::vector<host::Set> sets;
    std::vector<host::Diagnostic> diagnostics;  // those that an answer can carry
};

// Collects; also a RecordSink of its own that drops reports and events.
class IntakeFacts final : public host::RecordSink {
public:
    Result<void> interchange(const tributary_interchange& record) override;
    Result<void> group(const tributary_group& record) override;
    Result<void> set(const tributary_set& record) override;
    Result<void> report(const tributary_report&) override { return {}; }
    Result<void> event(const tributary_event&) override { return {}; }
    Result<void> diagnostic(const tributary_diagnostic& record) override;

    const std::vector<EnvelopeFacts>& envelopes() const { return envelopes_; }
    std::vector<EnvelopeFacts>& envelopes() { return envelopes_; }
    int64_t errors() const { return errors_; }
    int64_t lines() const;
    // {"errors": n, "warnings": n, "not_shown": n, "findings": [{severity, code, line, column, byte, segment, ...}]}
    json::object report_json() const;

private:
    EnvelopeFacts& current(uint32_t ordinal);
    std::vector<EnvelopeFacts> envelopes_;
    json::array findings_;
    int64_t errors_ = 0, warnings_ = 0;
    size_t sets_ = 0, answered_ = 0;
};

json::object finding_json(const tributary_diagnostic& diagnostic);

}  // namespace tributary::flow
