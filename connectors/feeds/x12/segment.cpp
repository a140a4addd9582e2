#include "connectors/feeds/x12/segment.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tributary::x12 {
namespace {

// Takes note of one separator at `offset`; element i starts after the i-th.
inline void separator_at(uint32_t offset, Segment& out) {
    if (out.count < Segment::elements_max) {
        ++out.count;
        out.starts[out.count] = offset + 1;
    } else {
        out.is_overfull = true;
    }
}

inline bool is_special(char c, const Delimiters& delimiters) {
    if (uint8_t(c) < 0x20 || uint8_t(c) >= 0x80) return true;
    return c == delimiters.component || (delimiters.repetition != '\0' && c == delimiters.repetition);
}

inline void close(const char* from, const char* end, Segment& out) {
    out.data = from;
    out.size = uint32_t(end - from);
    out.starts[out.count + 1] = out.size + 1;
    const uint32_t length = out.starts[1] - 1;
    out.tag = tag_of({from, length});
}

inline void open(Segment& out) {
    out.count = 0;
    out.starts[0] = 0;
    out.has_special = false;
    out.is_overfull = false;
    out.is_overlong = false;
}

// Byte by byte: the tail of a chunk, and machines without SSE2.
const char* scan_tail(const char* from, const char* cursor, const char* end, const Delimiters& delimiters,
                      Segment& out) {
    for (; cursor != end; ++cursor) {
        if (*cursor == delimiters.terminator) {
            close(from, cursor, out);
            return cursor;
        }
        if (*cursor == delimiters.element) {
            separator_at(uint32_t(cursor - from), out);
        } else if (is_special(*cursor, delimiters)) {
            out.has_special = true;
        }
    }
    return nullptr;
}

}  // namespace

const char* scan(const char* from, const char* end, const Delimiters& delimiters, Segment& out) {
    open(out);
    const char* cursor = from;
#if defined(__SSE2__)
    // Sixteen bytes a step: one bit per byte for separators, for the terminator and for anything unusual.
    const __m128i element = _mm_set1_epi8(delimiters.element);
    const __m128i terminator = _mm_set1_epi8(delimiters.terminator);
    const __m128i component = _mm_set1_epi8(delimiters.component);
    const __m128i repetition = _mm_set1_epi8(delimiters.repetition == '\0' ? delimiters.component
                                                                            : delimiters.repetition);
    const __m128i blank = _mm_set1_epi8(0x20);
    for (; end - cursor >= 16; cursor += 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(cursor));
        auto separators = uint32_t(_mm_movemask_epi8(_mm_cmpeq_epi8(block, element)));
        const auto ends = uint32_t(_mm_movemask_epi8(_mm_cmpeq_epi8(block, terminator)));
        // Signed compare: control bytes and everything from 0x80 up are less than a blank.
        const __m128i odd = _mm_or_si128(_mm_cmplt_epi8(block, blank),
                                         _mm_or_si128(_mm_cmpeq_epi8(block, component),
                                                      _mm_cmpeq_epi8(block, repetition)));
        auto special = uint32_t(_mm_movemask_epi8(odd)) & ~separators;
        if (ends != 0) {
            const uint32_t before = (ends & (0u - ends)) - 1;
            separators &= before;
            special &= before;
        }
        const auto base = uint32_t(cursor - from);
        for (; separators != 0; separators &= separators - 1) {
            separator_at(base + uint32_t(__builtin_ctz(separators)), out);
        }
        out.has_special |= special != 0;
        if (ends != 0) {
            const char* found = cursor + __builtin_ctz(ends);
            close(from, found, out);
            return found;
        }
    }
#endif
    return scan_tail(from, cursor, end, delimiters, out);
}

void split(const char* from, const char* end, const Delimiters& delimiters, Segment& out) {
    open(out);
    for (const char* cursor = from; cursor != end; ++cursor) {
        if (*cursor == delimiters.element) {
            separator_at(uint32_t(cursor - from), out);
        } else if (is_special(*cursor, delimiters)) {
            out.has_special = true;
        }
    }
    close(from, end, out);
}

}  // namespace tributary::x12
