// Hands over null pointers with sizes.
#include "base.hpp"

static int32_t build(tributary_instance*, const tributary_payout_job*, const tributary_http_sink* sink) {
    auto request = bad::make<tributary_http_request>();
    request.method = {nullptr, 4};
    request.header_count = 3;
    sink->request(sink->context, nullptr);
    return sink->request(sink->context, &request);
}
BAD_PAYOUT(table.build = build)
