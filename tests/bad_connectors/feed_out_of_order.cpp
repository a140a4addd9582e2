// An event before its interchange, group and set.
#include "base.hpp"

static int32_t push(tributary_session*, tributary_span bytes, uint64_t* taken) {
    auto event = bad::make<tributary_event>();
    event.set = 1, event.kind = TRIBUTARY_EVENT_SALE, event.ordinal = 1;
    *taken = bytes.size;
    bad::remembered_sink.event(bad::remembered_sink.context, &event);
    return TRIBUTARY_OK;
}
BAD_FEED(table.push = push)
