// Compiled for another major version of the ABI.
#include "base.hpp"

BAD_PAYOUT(descriptor.abi_major = TRIBUTARY_ABI_MAJOR + 1)
