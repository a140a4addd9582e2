// Lets an exception out, without the SDK's barrier.
#include "base.hpp"

static int32_t build(tributary_instance*, const tributary_payout_job*, const tributary_http_sink*) {
    throw 42;
}
BAD_PAYOUT(table.build = build)
