// Reports an outcome that does not exist.
#include "base.hpp"

static int32_t interpret(tributary_instance*, const tributary_payout_job*, const tributary_http_response*,
                         const tributary_payout_sink* sink) {
    return bad::give(sink, 77, "what is this");
}
BAD_PAYOUT(table.interpret = interpret)
