// Writes an acknowledgement without end.
#include "base.hpp"

static int32_t acknowledge(tributary_instance*, const tributary_ack_request*, const tributary_sink* sink) {
    for (;;) {
        const int32_t status = sink->write(sink->context, bad::span("0123456789abcdef0123456789abcdef"));
        if (status != TRIBUTARY_OK) return status;
    }
}
BAD_FEED(table.acknowledge = acknowledge)
