// What the chain seals and how it is hashed; sealing and verifying share it. Private to core/store and its tests.
//
//   digest(n) = SHA-256( framed "tributary-chain-1", digest(n-1), u64 n, u64 at,
//                        for each sealed table with new rows, in the order of sealed_tables():
//                            framed name, for each row in seq order: 'R', each column; then 'E', u64 rows
//                        framed marks )
//   column: 'N' | 'I' u64 | 'T' framed bytes | 'B' framed bytes;  framed: u64 size, bytes;  u64: big endian
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/digest.hpp"
#include "core/base/result.hpp"
#include "core/store/tx.hpp"

namespace tributary::store {

struct SealedTable {
    const char* name;
    const char* columns;     // seq first, all but what may be erased or is no fact
    const char* unsealed;    // the columns left out, for the test that compares with the schema
    const char* rows_sql;    // seq > ?1 and seq <= ?2, in seq order
    const char* bounds_sql;  // min(seq), max(seq)
};

inline constexpr size_t sealed_table_count = 9;
std::span<const SealedTable, sealed_table_count> sealed_tables();

using Marks = std::array<int64_t, sealed_table_count>;  // last sealed seq, in the order of sealed_tables()
std::string marks_text(const Marks& marks);             // canonical JSON: table order, no zeros
Result<Marks> parse_marks(std::string_view text);       // refuses what marks_text() would not write

// The digest of one batch, fed table by table.
class BatchDigest {
public:
    BatchDigest(const Digest& previous, int64_t batch, int64_t at);
    struct Range {
        int64_t rows = 0;
        int64_t last = 0;         // seq of the last row; after when there is none
        int64_t missing = 0;      // the first seq that is not there though a later one is
    };
    Range add(Tx& tx, const SealedTable& table, int64_t after, int64_t until);
    Digest finish(std::string_view marks);

private:
    void put(char tag) { buffer_.push_back(tag); }
    void put_u64(uint64_t value);
    void put_framed(std::string_view bytes);
    void put_column(const Rows& rows, int column);
    void flush_when(size_t size_min);

    Hasher hasher_;
    std::string buffer_;
};

}  // namespace tributary::store
