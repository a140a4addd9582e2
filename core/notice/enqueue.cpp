#include "core/notice/notice.hpp"

namespace tributary::notice {

void enqueue(store::Tx& tx, const std::string& kind, const std::string& subject, PartyId party,
             const std::string& connector, const json::object& data, int64_t now_ms, const std::string& trace_id) {
    tx.run(
        "INSERT OR IGNORE INTO notice(kind, subject, party, connector, data, state, next_at, created_at, changed_at, "
        "trace_id)"
        " VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?, ?, ?)",
        kind, subject, party, connector, to_text(data), now_ms, now_ms, now_ms, trace_id);
}

}  // namespace tributary::notice
