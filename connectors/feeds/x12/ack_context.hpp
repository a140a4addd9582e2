// What acknowledge() must know of the inbound interchange to answer in kind, packed into the opaque ack_context span.
#pragma once
#include <string>
#include <string_view>

#include "connectors/feeds/x12/segment.hpp"

namespace tributary::x12 {

struct AckContext {
    Delimiters delimiters;
    std::string isa11 = "U", isa12 = "00401", isa15 = "P";
    std::string line_end;      // what followed the terminator of ISA: "", "\n" or "\r\n"
    bool is_ta1_only = false;  // held TA1 segments and no group: never answered
};

std::string pack(const AckContext& context);
// Falls back to the defaults for anything it cannot read.
AckContext unpack(std::string_view packed);

}  // namespace tributary::x12
