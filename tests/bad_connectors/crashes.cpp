// Writes through a null pointer.
#include "base.hpp"

static int32_t build(tributary_instance*, const tributary_payout_job*, const tributary_http_sink*) {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
    return TRIBUTARY_OK;
}
BAD_PAYOUT(table.build = build)
