// Needs a newer minor version than the host has.
#include "base.hpp"

BAD_PAYOUT(descriptor.abi_minor = TRIBUTARY_ABI_MINOR + 1)
