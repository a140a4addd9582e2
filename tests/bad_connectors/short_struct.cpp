// A descriptor that ends too early.
#include "base.hpp"

BAD_PAYOUT(descriptor.struct_size = 16)
