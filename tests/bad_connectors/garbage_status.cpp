// Answers a status that does not exist.
#include "base.hpp"

static int32_t build(tributary_instance*, const tributary_payout_job*, const tributary_http_sink*) {
    return 0x5eed;
}
BAD_PAYOUT(table.build = build)
