#include "core/store/chain_rows.hpp"

#include <bit>

#include <fmt/format.h>

#include "core/base/json.hpp"

namespace tributary::store {
namespace {

constexpr size_t buffer_size = 32 * 1024;

#define TRIBUTARY_SEALED(name, columns, unsealed)                                                            \
    SealedTable {                                                                                            \
        name, columns, unsealed, "SELECT " columns " FROM " name " WHERE seq > ? AND seq <= ? ORDER BY seq", \
            "SELECT min(seq), max(seq) FROM " name                                                           \
    }

// The order is part of the format: new tables go to the end.
constexpr std::array<SealedTable, sealed_table_count> tables = {
    TRIBUTARY_SEALED("interchange",
                     "seq, feed, transport, transport_id, file_name, sha256, size, received_at, trace_id",
                     "spool_path"),
    TRIBUTARY_SEALED(
        "event",
        "seq, id, report, kind, date, distributor, reseller, rep, product, quantity, quantity_scale, uom,"
        " price_type, price, price_scale, currency, invoice, line_id, sale_kind, debit_reference, serials,"
        " line, byte, returns_event, explanation, personal_digest",
        "personal_salt, personal"),
    TRIBUTARY_SEALED("award", "seq, event_id, incentive, version, recipient, unit, amount, reverses, at", ""),
    TRIBUTARY_SEALED("transfer", "seq, origin, origin_id, leg, kind, debit, credit, amount, pending, at", ""),
    TRIBUTARY_SEALED(
        "payout",
        "seq, redemption_key, request_sha256, recipient, connector, product, unit, amount, currency, money,"
        " rate_money, rate_per, requested_at, requested_by, trace_id",
        ""),
    TRIBUTARY_SEALED("payout_request", "seq, payout, step, key, attempt, kind, request_sha256, at", ""),
    TRIBUTARY_SEALED("payout_receipt",
                     "seq, payout, request, source, status, outcome, code, message, reference, response_sha256, at",
                     ""),
    TRIBUTARY_SEALED("audit", "seq, at, actor, action, subject, detail, trace_id", ""),
    TRIBUTARY_SEALED("funding", "seq, key, incentive, amount, actor, at", ""),
};

#undef TRIBUTARY_SEALED

}  // namespace

std::span<const SealedTable, sealed_table_count> sealed_tables() { return tables; }

std::string marks_text(const Marks& marks) {
    std::string text = "{";
    for (size_t i = 0; i < tables.size(); ++i) {
        if (marks[i] == 0) continue;
        if (text.size() > 1) text += ',';
        fmt::format_to(std::back_inserter(text), "\"{}\":{}", tables[i].name, marks[i]);
    }
    return text + '}';
}

Result<Marks> parse_marks(std::string_view text) {
    TRIBUTARY_TRY(const json::value value, parse_json(text));
    if (!value.is_object()) return fail(ErrorCode::corrupt, "marks are no JSON object");
    Marks marks{};
    for (size_t i = 0; i < tables.size(); ++i) marks[i] = int_or(value.get_object(), tables[i].name, 0);
    if (marks_text(marks) != text)
        return fail(ErrorCode::corrupt, "marks name a table this version does not seal, or were rewritten");
    return marks;
}

BatchDigest::BatchDigest(const Digest& previous, int64_t batch, int64_t at) {
    buffer_.reserve(buffer_size + 4096);
    put_framed("tributary-chain-1");
    buffer_.append(bytes_of(previous));
    put_u64(static_cast<uint64_t>(batch));
    put_u64(static_cast<uint64_t>(at));
}

BatchDigest::Range BatchDigest::add(Tx& tx, const SealedTable& table, int64_t after, int64_t until) {
    Range range;
    range.last = after;
    Rows rows = tx.query(table.rows_sql, after, until);
    while (rows.next()) {
        if (range.rows++ == 0) put_framed(table.name);
        const int64_t seq = rows.integer(0);
        if (seq != range.last + 1 && range.missing == 0) range.missing = range.last + 1;
        range.last = seq;
        put('R');
        for (int column = 0; column < rows.columns(); ++column) put_column(rows, column);
        flush_when(buffer_size);
    }
    if (range.rows == 0) return range;
    put('E');
    put_u64(static_cast<uint64_t>(range.rows));
    return range;
}

Digest BatchDigest::finish(std::string_view marks) {
    put_framed(marks);
    flush_when(0);
    return hasher_.finish();
}

void BatchDigest::put_u64(uint64_t value) {
    static_assert(std::endian::native == std::endian::little);
    const uint64_t big_endian = __builtin_bswap64(value);
    buffer_.append(reinterpret_cast<const char*>(&big_endian), sizeof big_endian);
}

void BatchDigest::put_framed(std::string_view bytes) {
    put_u64(bytes.size());
    buffer_.append(bytes);
}

void BatchDigest::put_column(const Rows& rows, int column) {
    const Rows::Type type = rows.type(column);
    put(static_cast<char>(type));
    switch (type) {
    case Rows::Type::null: return;
    case Rows::Type::integer: return put_u64(static_cast<uint64_t>(rows.integer(column)));
    case Rows::Type::text:
    case Rows::Type::blob: return put_framed(rows.text(column));
    }
}

void BatchDigest::flush_when(size_t size_min) {
    if (buffer_.size() < size_min) return;
    hasher_.update(buffer_);
    buffer_.clear();
}

}  // namespace tributary::store
