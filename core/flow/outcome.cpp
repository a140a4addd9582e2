// What became of an interchange, as JSON for the API, the CLI and the report file.
#include <fmt/format.h>

#include "core/base/clock.hpp"
#include "core/flow/work.hpp"

namespace tributary::flow {
namespace {

const char* verdict_name(int64_t verdict) {
    switch (verdict) {
        case TRIBUTARY_ACCEPTED:
            return "accepted";
        case TRIBUTARY_ACCEPTED_WITH_ERRORS:
            return "accepted_with_errors";
        case TRIBUTARY_REJECTED:
            return "rejected";
        default:
            return "none";
    }
}

json::array sets_of(store::Tx& tx, InterchangeSeq seq, int64_t envelope) {
    constexpr int64_t sets_shown_max = 1'000;
    json::array out;
    store::Rows rows = tx.query(
        "SELECT s.ordinal & 4294967295, s.set_id, s.control_number, s.verdict, s.codes, s.segments, s.events, "
        "s.is_posted, r.report_id, r.state "
        "FROM transaction_set s LEFT JOIN report r ON r.id = s.report WHERE s.interchange = ? AND s.envelope = ? ORDER "
        "BY s.ordinal LIMIT ?",
        seq, envelope, sets_shown_max);
    while (rows.next()) {
        json::object set{{"set", rows.integer(0)},           {"id", rows.text(1)},
                         {"control_number", rows.text(2)},   {"verdict", verdict_name(rows.integer(3))},
                         {"segments", rows.integer(5)},      {"lines", rows.integer(6)},
                         {"is_posted", rows.integer(7) != 0}};
        if (!rows.text(4).empty()) set["codes"] = rows.text(4);
        if (!rows.is_null(8)) set["report"] = rows.text(8), set["report_state"] = rows.text(9);
        out.push_back(std::move(set));
    }
    return out;
}

json::array envelopes_of(store::Tx& tx, InterchangeSeq seq) {
    constexpr int64_t envelopes_shown_max = 100;
    json::array out;
    {
        store::Rows rows = tx.query(
            "SELECT ordinal, sender_qualifier, sender, receiver_qualifier, receiver, control_number, is_test, verdict, "
            "note_code, "
            "duplicate_of_interchange, ack_control FROM envelope WHERE interchange = ? ORDER BY ordinal LIMIT ?",
            seq, envelopes_shown_max);
        while (rows.next()) {
            json::object envelope{{"envelope", rows.integer(0)},
                                  {"sender", fmt::format("{}:{}", rows.text(1), rows.text(2))},
                                  {"receiver", fmt::format("{}:{}", rows.text(3), rows.text(4))},
                                  {"control_number", rows.text(5)},
                                  {"is_test", rows.integer(6) != 0},
                                  {"verdict", verdict_name(rows.integer(7))},
                                  {"note_code", rows.text(8)}};
            if (rows.integer(9) != 0) envelope["duplicate_of"] = rows.integer(9);
            if (rows.integer(10) != 0) envelope["ack_control_number"] = rows.integer(10);
            out.push_back(std::move(envelope));
        }
    }
    for (json::value& envelope : out)
        envelope.get_object()["sets"] = sets_of(tx, seq, envelope.get_object()["envelope"].get_int64());
    return out;
}

json::array open_exceptions_of(store::Tx& tx, InterchangeSeq seq) {
    json::array out;
    store::Rows rows = tx.query(
        "SELECT cause, subject, count(*), min(event_id), min(detail) FROM exception WHERE event_id >= ? AND event_id < "
        "? AND state = 'open' "
        "GROUP BY cause, subject ORDER BY count(*) DESC, cause, subject LIMIT 100",
        event_id_of(seq, 0), event_id_of(InterchangeSeq{seq.value + 1}, 0));
    while (rows.next())
        out.push_back({{"cause", rows.text(0)},
                       {"subject", rows.text(1)},
                       {"lines", rows.integer(2)},
                       {"first", event_name(EventId{rows.integer(3)})},
                       {"detail", rows.text(4)}});
    return out;
}

}  // namespace

json::object summary_of(store::Tx& tx, InterchangeSeq seq) {
    json::object out;
    std::string report;
    {
        store::Rows rows = tx.query(
            "SELECT i.feed, i.transport, i.file_name, i.sha256, i.size, i.received_at, i.trace_id, s.state, "
            "s.duplicate_of, s.sets, s.sets_rejected, "
            "s.lines, s.events_posted, s.exceptions, s.duplicates, s.awards, s.errors, s.ack_format, s.error, "
            "s.changed_at, s.report, i.transport_id "
            "FROM interchange i JOIN interchange_state s ON s.interchange = i.seq WHERE i.seq = ?",
            seq);
        if (!rows.next()) return out;
        Digest sha256{};
        digest_from_bytes(rows.text(3), sha256);
        out = {{"interchange", seq.value},       {"feed", rows.text(0)},
               {"transport", rows.text(1)},      {"transport_id", rows.text(21)},
               {"file", rows.text(2)},           {"sha256", hex_of(sha256)},
               {"size", rows.integer(4)},        {"received_at", iso_instant(rows.integer(5))},
               {"trace_id", rows.text(6)},       {"state", rows.text(7)},
               {"sets", rows.integer(9)},        {"sets_rejected", rows.integer(10)},
               {"lines", rows.integer(11)},      {"posted", rows.integer(12)},
               {"exceptions", rows.integer(13)}, {"duplicates", rows.integer(14)},
               {"awards", rows.integer(15)},     {"errors", rows.integer(16)},
               {"answer", rows.text(17)},        {"changed_at", iso_instant(rows.integer(19))}};
        if (rows.integer(8) != 0) out["duplicate_of"] = rows.integer(8);
        if (!rows.text(18).empty()) out["error"] = rows.text(18);
        report = rows.string(20);
    }
    out["envelopes"] = envelopes_of(tx, seq);
    out["open_exceptions"] = open_exceptions_of(tx, seq);
    if (auto parsed = parse_json(report, 64 << 20)) out["report"] = std::move(*parsed);
    return out;
}

Result<Outcome> outcome_of(store::Store& store, InterchangeSeq seq) {
    Outcome outcome;
    outcome.seq = seq;
    TRIBUTARY_CHECK(store.read([&](store::Tx& tx) {
        store::Rows rows = tx.query("SELECT state, ack, ack_format FROM interchange_state WHERE interchange = ?", seq);
        if (!rows.next())
            return tx.refuse(fail(ErrorCode::not_found, fmt::format("there is no interchange {}", seq.value)));
        outcome.state = rows.string(0);
        outcome.ack = rows.string(1);
        outcome.ack_format = rows.string(2);
        outcome.summary = summary_of(tx, seq);
    }));
    return outcome;
}

}  // namespace tributary::flow
