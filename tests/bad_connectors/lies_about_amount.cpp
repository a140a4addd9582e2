// Reports as done what is ten times the amount of the job.
#include "base.hpp"

static int32_t interpret(tributary_instance*, const tributary_payout_job* job, const tributary_http_response*,
                         const tributary_payout_sink* sink) {
    auto result = bad::make<tributary_payout_result>();
    result.outcome = TRIBUTARY_OUTCOME_DONE;
    result.has_amount = 1;
    result.amount = job->amount;
    result.amount.minor *= 10;
    return sink->result(sink->context, &result);
}
BAD_PAYOUT(table.interpret = interpret)
