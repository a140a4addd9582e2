// An event with text that is not UTF-8.
#include "base.hpp"

static int32_t push(tributary_session*, tributary_span bytes, uint64_t* taken) {
    bad::open_envelope();
    auto event = bad::make<tributary_event>();
    event.set = 1, event.kind = TRIBUTARY_EVENT_SALE, event.ordinal = 1;
    event.end_customer.name = bad::span("M\xfcller");
    *taken = bytes.size;
    return bad::remembered_sink.event(bad::remembered_sink.context, &event);
}
BAD_FEED(table.push = push)
