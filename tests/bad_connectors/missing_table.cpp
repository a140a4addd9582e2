// Says payout and brings no payout table.
#include "base.hpp"

BAD_PAYOUT(descriptor.payout = nullptr)
