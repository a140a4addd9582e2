// Builds the answer to an interchange from the core's verdicts: a TA1, a 997 for every functional group, or both in one
// interchange, written with the sender's own delimiters. A pure function: the same request gives the same bytes.
#pragma once
#include <string>

#include "plugins/sdk/connector.hpp"

namespace tributary::x12 {

// Empty when nothing is to be sent: acknowledgements are never acknowledged, and without a sender there is no address.
std::string acknowledgement(const tributary_ack_request& request);

}  // namespace tributary::x12
