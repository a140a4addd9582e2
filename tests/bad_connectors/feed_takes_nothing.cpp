// Says it is full although the sink is not, for ever.
#include "base.hpp"

static int32_t push(tributary_session*, tributary_span, uint64_t* taken) {
    *taken = 0;
    return TRIBUTARY_FULL;
}
BAD_FEED(table.push = push)
