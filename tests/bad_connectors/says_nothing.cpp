// Returns OK without a request or a result.
#include "base.hpp"

static int32_t build(tributary_instance*, const tributary_payout_job*, const tributary_http_sink*) {
    return TRIBUTARY_OK;
}
static int32_t interpret(tributary_instance*, const tributary_payout_job*, const tributary_http_response*,
                         const tributary_payout_sink*) {
    return TRIBUTARY_OK;
}
BAD_PAYOUT((table.build = build, table.interpret = interpret))
