// One X12 segment as views into the bytes it came from, and the scanner that finds it.
// Nothing here owns memory or allocates: a Segment is valid as long as the bytes it was scanned from.
// Element 0 is the tag; elements count from 1 as in every X12 guide.
#pragma once
#include <cstdint>
#include <string_view>

#include "plugins/sdk/connector.hpp"

namespace tributary::x12 {

// Two or three tag characters in one integer, so that a tag can be switched on. 0 = not a tag.
constexpr uint32_t tag_of(std::string_view text) {
    if (text.size() < 2 || text.size() > 3) return 0;
    const uint32_t packed = uint32_t(uint8_t(text[0])) | uint32_t(uint8_t(text[1])) << 8;
    return text.size() == 2 ? packed : packed | uint32_t(uint8_t(text[2])) << 16;
}

// '\0' = there is none.
struct Delimiters {
    char element = '*';
    char component = '>';
    char terminator = '~';
    char repetition = '\0';
};

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
constexpr bool is_alphanumeric(char c) {
    return is_digit(c) || is_letter(c);
}

// Trailing blanks carry no meaning in X12 text.
inline std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

struct Segment {
    static constexpr uint32_t elements_max = 126;

    const char* data = nullptr;
    uint32_t size = 0;         // without the terminator
    uint32_t count = 0;        // elements after the tag
    uint32_t tag = 0;          // packed
    bool has_special = false;  // holds a component or repetition separator, a control or a non-ASCII byte
    bool is_overfull = false;  // had more than elements_max elements; the rest is not split
    bool is_overlong = false;  // was cut at the length limit
    uint32_t starts[elements_max + 2] = {0};
    tributary_position at{};

    std::string_view text() const { return {data, size}; }
    std::string_view tag_text() const { return {data, starts[1] - 1}; }
    std::string_view operator[](uint32_t element) const {
        if (element > count) return {};
        return {data + starts[element], starts[element + 1] - 1 - starts[element]};
    }
};

// Splits the segment that starts at `from`. Returns its terminator, or nullptr when `end` came first.
const char* scan(const char* from, const char* end, const Delimiters& delimiters, Segment& out);

// Splits a segment whose end is already known (no terminator in [from, end)).
void split(const char* from, const char* end, const Delimiters& delimiters, Segment& out);

}  // namespace tributary::x12
