// Writes past the end of an array on its stack.
#include "base.hpp"

static int32_t build(tributary_instance*, const tributary_payout_job*, const tributary_http_sink*) {
    char buffer[16];
    volatile size_t size = 256;
    std::memset(buffer, 'A', size);
    return buffer[0] == 'A' ? TRIBUTARY_OK : TRIBUTARY_INTERNAL;
}
BAD_PAYOUT(table.build = build)
