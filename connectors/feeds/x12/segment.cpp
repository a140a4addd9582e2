#include "connectors/feeds/x12/segment.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
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

#if defined(__SSE2__)
namespace {

// What one block of bytes holds: one bit per byte.
struct Bits {
    uint32_t separators, ends, special;
};

// Takes note of a block that starts `base` bytes into the segment. True when the segment ends in it.
inline bool take_block(Bits bits, uint32_t base, Segment& out) {
    bits.special &= ~bits.separators;
    if (bits.ends != 0) {
        const uint32_t before = (bits.ends & (0u - bits.ends)) - 1;
        bits.separators &= before;
        bits.special &= before;
    }
    for (; bits.separators != 0; bits.separators &= bits.separators - 1) {
        separator_at(base + uint32_t(__builtin_ctz(bits.separators)), out);
    }
    out.has_special |= bits.special != 0;
    return bits.ends != 0;
}

// Sixteen bytes a step. Signed compare: control bytes and everything from 0x80 up are less than a blank.
const char* scan_sse2(const char* from, const char* end, const Delimiters& delimiters, Segment& out) {
    const __m128i element = _mm_set1_epi8(delimiters.element);
    const __m128i terminator = _mm_set1_epi8(delimiters.terminator);
    const __m128i component = _mm_set1_epi8(delimiters.component);
    const char second = delimiters.repetition == '\0' ? delimiters.component : delimiters.repetition;
    const __m128i repetition = _mm_set1_epi8(second);
    const __m128i blank = _mm_set1_epi8(0x20);
    const char* cursor = from;
    for (; end - cursor >= 16; cursor += 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(cursor));
        const __m128i odd = _mm_or_si128(_mm_cmplt_epi8(block, blank), _mm_or_si128(_mm_cmpeq_epi8(block, component),
                                                                                    _mm_cmpeq_epi8(block, repetition)));
        const Bits bits{uint32_t(_mm_movemask_epi8(_mm_cmpeq_epi8(block, element))),
                        uint32_t(_mm_movemask_epi8(_mm_cmpeq_epi8(block, terminator))),
                        uint32_t(_mm_movemask_epi8(odd))};
        if (take_block(bits, uint32_t(cursor - from), out)) {
            const char* found = cursor + __builtin_ctz(bits.ends);
            close(from, found, out);
            return found;
        }
    }
    return scan_tail(from, cursor, end, delimiters, out);
}

// The same with thirty-two bytes a step: most segments are one block.
__attribute__((target("avx2"))) const char* scan_avx2(const char* from, const char* end, const Delimiters& delimiters,
                                                      Segment& out) {
    const __m256i element = _mm256_set1_epi8(delimiters.element);
    const __m256i terminator = _mm256_set1_epi8(delimiters.terminator);
    const __m256i component = _mm256_set1_epi8(delimiters.component);
    const char second = delimiters.repetition == '\0' ? delimiters.component : delimiters.repetition;
    const __m256i repetition = _mm256_set1_epi8(second);
    const __m256i blank = _mm256_set1_epi8(0x20);
    const char* cursor = from;
    for (; end - cursor >= 32; cursor += 32) {
        const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(cursor));
        const __m256i odd =
            _mm256_or_si256(_mm256_cmpgt_epi8(blank, block),
                            _mm256_or_si256(_mm256_cmpeq_epi8(block, component), _mm256_cmpeq_epi8(block, repetition)));
        const Bits bits{uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(block, element))),
                        uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(block, terminator))),
                        uint32_t(_mm256_movemask_epi8(odd))};
        if (take_block(bits, uint32_t(cursor - from), out)) {
            const char* found = cursor + __builtin_ctz(bits.ends);
            close(from, found, out);
            return found;
        }
    }
    return scan_tail(from, cursor, end, delimiters, out);
}

using Scan = const char* (*)(const char*, const char*, const Delimiters&, Segment&);
const Scan fastest_scan = __builtin_cpu_supports("avx2") ? scan_avx2 : scan_sse2;

}  // namespace

const char* scan(const char* from, const char* end, const Delimiters& delimiters, Segment& out) {
    open(out);
    return fastest_scan(from, end, delimiters, out);
}
#else
const char* scan(const char* from, const char* end, const Delimiters& delimiters, Segment& out) {
    open(out);
    return scan_tail(from, from, end, delimiters, out);
}
#endif

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
