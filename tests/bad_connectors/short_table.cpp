// A function table that ends too early.
#include "base.hpp"

BAD_PAYOUT(table.struct_size = 8)
