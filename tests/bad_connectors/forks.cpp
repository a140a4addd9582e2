// Starts a process.
#include "base.hpp"

#include <unistd.h>

static int32_t build(tributary_instance* self, const tributary_payout_job* job, const tributary_http_sink* sink) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    if (child < 0) return TRIBUTARY_INTERNAL;
    return bad::build(self, job, sink);
}
BAD_PAYOUT(table.build = build)
