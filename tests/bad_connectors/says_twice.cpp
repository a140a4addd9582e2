// Gives two results to one call.
#include "base.hpp"

static int32_t interpret(tributary_instance*, const tributary_payout_job*, const tributary_http_response*,
                         const tributary_payout_sink* sink) {
    bad::give(sink, TRIBUTARY_OUTCOME_DONE, "paid");
    return bad::give(sink, TRIBUTARY_OUTCOME_REFUSED, "not paid");
}
BAD_PAYOUT(table.interpret = interpret)
