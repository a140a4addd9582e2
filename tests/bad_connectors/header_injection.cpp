// Breaks a header in two.
#include "base.hpp"

static int32_t build(tributary_instance*, const tributary_payout_job*, const tributary_http_sink* sink) {
    const tributary_pair header = {bad::span("x-note"), bad::span("a\r\nx-admin: yes")};
    auto request = bad::make<tributary_http_request>();
    request.method = bad::span("POST");
    request.url = bad::span("https://api.bad.example/pay");
    request.headers = &header;
    request.header_count = 1;
    return sink->request(sink->context, &request);
}
BAD_PAYOUT(table.build = build)
