// A required function is missing.
#include "base.hpp"

BAD_PAYOUT(table.interpret = nullptr)
