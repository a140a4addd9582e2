// Poster: one canonical event in, everything it causes posted: resolved, claimed once, evaluated, explained, awarded;
// or kept as an exception. Runs inside writer jobs. One of it lives in the Flow; not thread safe.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/flow/awards.hpp"
#include "core/flow/resolver.hpp"

namespace tributary::flow {

enum class LineResult { posted, duplicate, exception };

struct LineOutcome {
    LineResult result = LineResult::posted;
    EventId other;   // duplicate: the event it repeats
    Unresolved why;  // exception
    Awards::Posted awards;
    int64_t reversed = 0;
};

class Poster {
public:
    Poster(store::Ledger& ledger, Clock& clock, Random& random)
        : awards_(ledger, clock), clock_(clock), random_(random) {}

    void set_programs(std::shared_ptr<const std::vector<rules::AppliedProgram>> programs) {
        programs_ = std::move(programs);
    }
    void begin_job(store::Tx& tx) { resolver_.refresh(tx); }
    void job_undone() { resolver_.forget(), awards_.forget(); }

    // keep_exception: write the exception row (first time); a retry leaves its row alone.
    LineOutcome post_line(store::Tx& tx, const ReportFacts& report, EventId id, const host::Event& raw,
                          bool keep_exception);
    // Undoes what the event caused: its awards, or, for a return, its reversals.
    void reverse_event(store::Tx& tx, EventId id);
    Awards& awards() { return awards_; }
    std::string title_of(IncentiveId incentive) const;  // as people read it; "" when it is in no program now

private:
    LineOutcome post_sale(store::Tx& tx, const ReportFacts& report, const Event& event, const host::Event& raw);
    LineOutcome post_return(store::Tx& tx, const ReportFacts& report, const Event& event, const host::Event& raw);
    LineOutcome post_other(store::Tx& tx, const ReportFacts& report, const Event& event, const host::Event& raw);
    void insert_event(store::Tx& tx, const ReportFacts& report, const Event& event, const host::Event& raw,
                      EventId returns, const std::string& explanation);
    void insert_exception(store::Tx& tx, const ReportFacts& report, EventId id, const host::Event& raw,
                          const Unresolved& why);

    Resolver resolver_;
    Awards awards_;
    Clock& clock_;
    Random& random_;
    std::shared_ptr<const std::vector<rules::AppliedProgram>> programs_;
};

}  // namespace tributary::flow
