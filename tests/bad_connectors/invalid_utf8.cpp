// Gives out text that is not UTF-8.
#include "base.hpp"

static int32_t interpret(tributary_instance*, const tributary_payout_job*, const tributary_http_response*,
                         const tributary_payout_sink* sink) {
    return bad::give(sink, TRIBUTARY_OUTCOME_DONE, "caf\xe9");
}
BAD_PAYOUT(table.interpret = interpret)
