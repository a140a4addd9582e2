// Takes 4 GiB of memory and touches every page.
#include "base.hpp"

#include <cstdlib>

static int32_t build(tributary_instance* self, const tributary_payout_job* job, const tributary_http_sink* sink) {
    constexpr size_t size = size_t{4} << 30;
    char* memory = static_cast<char*>(std::malloc(size));
    if (memory == nullptr) return TRIBUTARY_INTERNAL;
    for (size_t at = 0; at < size; at += 4096) static_cast<volatile char*>(memory)[at] = 1;
    return bad::build(self, job, sink);
}
BAD_PAYOUT(table.build = build)
