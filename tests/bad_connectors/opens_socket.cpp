// Opens a network connection.
#include "base.hpp"

#include <sys/socket.h>

static int32_t build(tributary_instance* self, const tributary_payout_job* job, const tributary_http_sink* sink) {
    if (socket(AF_INET, SOCK_STREAM, 0) < 0) return TRIBUTARY_INTERNAL;
    return bad::build(self, job, sink);
}
BAD_PAYOUT(table.build = build)
