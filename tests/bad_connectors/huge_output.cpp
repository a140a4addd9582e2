// A request with a body of 64 MiB.
#include "base.hpp"

static int32_t build(tributary_instance*, const tributary_payout_job*, const tributary_http_sink* sink) {
    static uint8_t body[64 << 20];
    auto request = bad::make<tributary_http_request>();
    request.method = bad::span("POST");
    request.url = bad::span("https://api.bad.example/pay");
    request.body = {body, sizeof body};
    return sink->request(sink->context, &request);
}
BAD_PAYOUT(table.build = build)
