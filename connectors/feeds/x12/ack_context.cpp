#include "connectors/feeds/x12/ack_context.hpp"

#include <vector>

namespace tributary::x12 {
namespace {

constexpr char hex[] = "0123456789ABCDEF";

std::string in_hex(char c) {
    return {hex[uint8_t(c) >> 4], hex[uint8_t(c) & 15]};
}

char of_hex(std::string_view digits, char fallback) {
    const std::string_view all(hex, 16);
    const size_t high = digits.size() == 2 ? all.find(digits[0]) : all.npos;
    const size_t low = digits.size() == 2 ? all.find(digits[1]) : all.npos;
    return high == all.npos || low == all.npos ? fallback : char(high << 4 | low);
}

}  // namespace

std::string pack(const AckContext& context) {
    const Delimiters& d = context.delimiters;
    const char line_end = context.line_end.empty() ? 'N' : context.line_end.size() == 1 ? 'L' : 'C';
    return "1;" + in_hex(d.element) + ";" + in_hex(d.component) + ";" + in_hex(d.terminator) + ";" +
           in_hex(d.repetition) + ";" + context.isa12 + ";" + context.isa15 + ";" + line_end + ";" +
           (context.is_ta1_only ? "T" : "-") + ";" + context.isa11;
}

AckContext unpack(std::string_view packed) {
    AckContext context;
    std::vector<std::string_view> fields;
    for (size_t n = 0; n < 9; ++n) {
        const size_t end = packed.find(';');
        if (end == std::string_view::npos) return context;
        fields.push_back(packed.substr(0, end));
        packed.remove_prefix(end + 1);
    }
    if (fields[0] != "1") return context;
    Delimiters& d = context.delimiters;
    d.element = of_hex(fields[1], '*');
    d.component = of_hex(fields[2], '>');
    d.terminator = of_hex(fields[3], '~');
    d.repetition = of_hex(fields[4], '\0');
    context.isa12 = fields[5];
    context.isa15 = fields[6];
    context.line_end = fields[7] == "C" ? "\r\n" : fields[7] == "L" ? "\n" : "";
    context.is_ta1_only = fields[8] == "T";
    context.isa11 = packed;
    return context;
}

}  // namespace tributary::x12
