// A kind that does not exist.
#include "base.hpp"

BAD_PAYOUT(descriptor.kind = 99)
