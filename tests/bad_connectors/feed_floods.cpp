// Gives out events for ever, whatever it was handed.
#include "base.hpp"

static int32_t push(tributary_session*, tributary_span bytes, uint64_t* taken) {
    bad::open_envelope();
    auto event = bad::make<tributary_event>();
    event.set = 1, event.kind = TRIBUTARY_EVENT_SALE;
    for (event.ordinal = 1;; ++event.ordinal) {
        const int32_t status = bad::remembered_sink.event(bad::remembered_sink.context, &event);
        if (status != TRIBUTARY_OK) return status;
        *taken = bytes.size > 0 ? 1 : 0;
    }
}
BAD_FEED(table.push = push)
