// UUID text (RFC 9562): v5 derives the idempotency key of a payout step, v7 names things made now.
#pragma once
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/random.hpp"

namespace tributary {

std::string uuid_v5(std::string_view name);  // under Tributary's own namespace; the same name gives the same UUID
std::string uuid_v7(Clock& clock, Random& random);

}  // namespace tributary
