// Reports by their own id: repeat, replace, cancel. What a superseded report posted is reversed newest event first, so
// that a return goes before its sale; progress is durable in report.reversed_to.
#include <fmt/format.h>

#include "core/flow/work.hpp"

namespace tributary::flow {
namespace {

std::string distributor_key(const host::Party& distributor) {
    return fmt::format("{}:{}", distributor.qualifier, distributor.id);
}

ReportFacts facts_of(const Work& work, const host::Report& report, int64_t row) {
    ReportFacts facts;
    facts.row = row;
    facts.date = report.date;
    facts.period_start = report.period_start;
    facts.period_end = report.period_end;
    facts.currency = report.currency;
    facts.distributor = report.distributor;
    facts.distributor_code = work.feed.distributor;
    return facts;
}

bool supersedes(uint32_t purpose) {
    return purpose == TRIBUTARY_PURPOSE_REPLACE || purpose == TRIBUTARY_PURPOSE_CANCEL;
}

}  // namespace

OpenedReport open_report(store::Tx& tx, const Work& work, const host::Report& report, int64_t set) {
    OpenedReport opened;
    opened.is_cancel = report.purpose == TRIBUTARY_PURPOSE_CANCEL;
    const std::string distributor = distributor_key(report.distributor);
    // After a crash the row is there already.
    const auto mine = tx.one_integer(
        "SELECT id FROM report WHERE feed = ? AND distributor = ? AND report_id = ? AND interchange = ? AND "
        "set_ordinal = ?",
        work.feed.name, distributor, report.id, work.seq, set);
    if (mine) {
        opened.facts = facts_of(work, report, *mine);
        opened.is_repeat = tx.one_text("SELECT state FROM report WHERE id = ?", *mine) == "repeat";
        return opened;
    }
    const bool is_known = tx.one_integer(
                                "SELECT 1 FROM report WHERE feed = ? AND distributor = ? AND report_id = ? AND state = "
                                "'live' AND interchange <> ? LIMIT 1",
                                work.feed.name, distributor, report.id, work.seq)
                              .has_value();
    opened.is_repeat = (is_known || report.purpose == TRIBUTARY_PURPOSE_DUPLICATE) && !supersedes(report.purpose) &&
                       !report.id.empty();
    const char* state = opened.is_repeat ? "repeat" : opened.is_cancel ? "cancelled" : "live";
    tx.run(
        "INSERT INTO report (feed, distributor, report_id, purpose, date, period_start, period_end, interchange, "
        "set_ordinal, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        work.feed.name, distributor, report.id, report.purpose, report.date, report.period_start, report.period_end,
        work.seq, set, state);
    const int64_t row = tx.last_id();
    tx.run("UPDATE transaction_set SET report = ? WHERE interchange = ? AND ordinal = ?", row, work.seq, set);
    if (supersedes(report.purpose))
        tx.run(
            "UPDATE report SET state = ?, superseded_by = ? WHERE feed = ? AND distributor = ? AND report_id = ? AND "
            "state = 'live' AND interchange < ?",
            opened.is_cancel ? "cancelled" : "replaced", row, work.feed.name, distributor, report.id, work.seq);
    opened.facts = facts_of(work, report, row);
    return opened;
}

int64_t reverse_superseded(store::Tx& tx, Poster& poster, int64_t report_row, int64_t count_max) {
    int64_t old_report = 0, interchange = 0, reversed_to = 0;
    {
        store::Rows rows = tx.query(
            "SELECT id, interchange, reversed_to FROM report WHERE superseded_by = ? AND reversed_to >= 0 ORDER BY id "
            "LIMIT 1",
            report_row);
        if (!rows.next()) return 0;
        old_report = rows.integer(0), interchange = rows.integer(1), reversed_to = rows.integer(2);
    }
    const EventId first = event_id_of(InterchangeSeq{interchange}, 0);
    const EventId below = reversed_to > 0 ? EventId{reversed_to} : event_id_of(InterchangeSeq{interchange + 1}, 0);
    std::vector<EventId> events;
    {
        store::Rows rows =
            tx.query("SELECT id FROM event WHERE id >= ? AND id < ? AND report = ? ORDER BY id DESC LIMIT ?", first,
                     below, old_report, count_max);
        while (rows.next()) events.push_back(EventId{rows.integer(0)});
    }
    for (const EventId id : events) poster.reverse_event(tx, id);
    const int64_t progress = events.empty() ? -1 : events.back().value;  // -1: all done
    tx.run("UPDATE report SET reversed_to = ? WHERE id = ?", progress, old_report);
    if (events.empty())
        tx.run(
            "UPDATE exception SET state = 'superseded', closed_at = created_at, note = 'its report was replaced or "
            "cancelled' "
            "WHERE report = ? AND state = 'open'",
            old_report);
    return std::max<int64_t>(1, static_cast<int64_t>(events.size()));
}

ReportFacts load_report(store::Tx& tx, int64_t report_row, const std::string& distributor_code) {
    ReportFacts facts;
    facts.row = report_row;
    facts.distributor_code = distributor_code;
    store::Rows rows =
        tx.query("SELECT date, period_start, period_end, distributor FROM report WHERE id = ?", report_row);
    if (!rows.next()) return facts;
    facts.date = static_cast<int32_t>(rows.integer(0));
    facts.period_start = static_cast<int32_t>(rows.integer(1));
    facts.period_end = static_cast<int32_t>(rows.integer(2));
    const std::string distributor = rows.string(3);
    const size_t colon = distributor.find(':');
    facts.distributor.qualifier = distributor.substr(0, colon);
    facts.distributor.id = colon == std::string::npos ? "" : distributor.substr(colon + 1);
    return facts;
}

}  // namespace tributary::flow
