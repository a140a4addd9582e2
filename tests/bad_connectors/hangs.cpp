// Never comes back.
#include "base.hpp"

static int32_t build(tributary_instance*, const tributary_payout_job*, const tributary_http_sink*) {
    volatile bool is_over = false;
    while (!is_over) {
    }
    return TRIBUTARY_OK;
}
BAD_PAYOUT(table.build = build)
