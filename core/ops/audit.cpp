#include "core/ops/audit.hpp"

namespace tributary::ops {

void record(store::Tx& tx, int64_t now_ms, const AuditRecord& record) {
    tx.run("INSERT INTO audit (at, actor, action, subject, detail, trace_id) VALUES (?, ?, ?, ?, ?, ?)", now_ms,
           record.actor, record.action, record.subject, to_text(record.detail), record.trace_id);
}

Result<void> record_first(store::Store& store, int64_t now_ms, const AuditRecord& entry) {
    return store.write([&](store::Tx& tx) { record(tx, now_ms, entry); });
}

namespace {

store::Rows rows_of(store::Tx& tx, int64_t after, int64_t rows_max, bool is_newest_first) {
    if (is_newest_first)
        return tx.query(
            "SELECT seq, at, actor, action, subject, detail, trace_id FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT "
            "?",
            after, rows_max);
    return tx.query(
        "SELECT seq, at, actor, action, subject, detail, trace_id FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after,
        rows_max);
}

}  // namespace

json::array audit_json(store::Tx& tx, int64_t after, int64_t rows_max, bool is_newest_first) {
    json::array out;
    store::Rows rows = rows_of(tx, after, rows_max, is_newest_first);
    while (rows.next()) {
        json::object entry{{"seq", rows.integer(0)},  {"at", iso_instant(rows.integer(1))},
                           {"actor", rows.text(2)},   {"action", rows.text(3)},
                           {"subject", rows.text(4)}, {"trace_id", rows.text(6)}};
        const Result<json::value> detail = parse_json(rows.text(5));
        entry["detail"] = detail ? *detail : json::value(rows.text(5));
        out.push_back(std::move(entry));
    }
    return out;
}

}  // namespace tributary::ops
