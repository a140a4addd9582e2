// The interchange header: fixed widths and the delimiters it declares, or, for lenient partners, the same by
// separators. Pure functions over bytes; the header owns copies of its elements.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "connectors/feeds/x12/findings.hpp"
#include "connectors/feeds/x12/segment.hpp"

namespace tributary::x12 {

constexpr size_t isa_size = 106;
// A lenient reader looks this far for the end of a damaged header.
constexpr size_t isa_window = 512;

struct IsaHeader {
    std::array<std::string, 17> elements;  // 1..16, blanks at the end cut
    Delimiters delimiters;
    size_t size = 0;  // bytes it took, terminator included; 0 = it could not be read
    bool is_repaired_widths = false, is_repaired_component = false, is_repaired_lines = false;

    const std::string& operator[](size_t element) const { return elements[element]; }
};

// What is wrong with a header: a finding and the TA1 note code, or nothing.
struct IsaFault {
    bool is_fault = false;
    Finding finding = Finding::isa_damaged;
    const char* note = "000";
};

// bytes: exactly isa_size. Fills what can be read even when it answers a fault.
IsaFault read_isa(std::string_view bytes, IsaHeader& header);
// bytes: up to isa_window from the 'I' on.
IsaFault read_isa_lenient(std::string_view bytes, IsaHeader& header);
// Five digits, 00200 to 00999.
bool is_isa_version(std::string_view version);
// Chooses the repetition separator by version and ISA11. False when ISA11 does not fit ISA12.
bool choose_repetition(IsaHeader& header);

// Checks one element of the header (1..16).
struct IsaElementFault {
    const char* note;  // TA1 note code
    const char* name;
    const char* expected;
};
// nullptr = fine.
const IsaElementFault* check_isa_element(const IsaHeader& header, uint32_t element);

}  // namespace tributary::x12
