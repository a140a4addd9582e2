// An id that is not lower case, digits and dashes.
#include "base.hpp"

BAD_PAYOUT(descriptor.id = "../Bad Id")
