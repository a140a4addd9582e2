// What would happen: the same decode, the same posting, in a writer's job that always ends in a refusal.
#include <fmt/format.h>

#include "core/flow/raw_event.hpp"
#include "core/flow/work.hpp"

namespace tributary::flow {
namespace {

constexpr size_t lines_previewed_max = 5'000;
constexpr size_t lines_listed_max = 500;
constexpr const char* preview_message = "preview: nothing changed";

struct PreviewLine {
    size_t report = 0;
    host::Event event;
};

// Facts as in pass one, and the first lines with their reports.
class PreviewSink final : public host::RecordSink {
public:
    IntakeFacts facts;
    std::vector<std::pair<host::Report, int64_t>> reports;  // with their set
    std::vector<PreviewLine> lines;

    Result<void> interchange(const tributary_interchange& record) override {
        envelope_ = record.ordinal;
        return facts.interchange(record);
    }
    Result<void> group(const tributary_group& record) override { return facts.group(record); }
    Result<void> set(const tributary_set& record) override {
        set_ = static_cast<int64_t>(envelope_) << 32 | record.ordinal;
        if (record.phase == TRIBUTARY_END && record.verdict == TRIBUTARY_REJECTED)
            std::erase_if(lines, [&](const PreviewLine& line) { return reports[line.report].second == set_; });
        return facts.set(record);
    }
    Result<void> report(const tributary_report& record) override {
        if (reports.size() < lines_previewed_max) reports.emplace_back(host::own(record), set_);
        return {};
    }
    Result<void> event(const tributary_event& record) override {
        ++ordinal_;
        if (lines.size() >= lines_previewed_max) return {};
        if (reports.empty() || reports.back().second != set_) reports.emplace_back(host::Report{}, set_);  // no header
        lines.push_back({reports.size() - 1, host::own(record)});
        lines.back().event.ordinal = static_cast<uint64_t>(ordinal_);
        return {};
    }
    Result<void> diagnostic(const tributary_diagnostic& record) override { return facts.diagnostic(record); }

private:
    uint32_t envelope_ = 0;
    int64_t set_ = 0, ordinal_ = 0;
};

struct Counts {
    int64_t posted = 0, duplicates = 0, exceptions = 0, awards = 0, waiting = 0;
    json::array lines, awarded;
};

json::object line_json(const host::Event& event, const LineOutcome& outcome) {
    json::object out{{"line", event.ordinal}, {"at_line", event.at.line}, {"at_byte", event.at.byte}};
    switch (outcome.result) {
        case LineResult::posted:
            out["would"] = "post";
            break;
        case LineResult::duplicate:
            out["would"] = "duplicate", out["of"] = event_name(outcome.other);
            break;
        case LineResult::exception:
            out["would"] = "wait";
            out["cause"] = outcome.why.cause;
            out["subject"] = outcome.why.subject;
            out["detail"] = outcome.why.detail;
    }
    return out;
}

void simulate(store::Tx& tx, Parts& parts, Work& work, const PreviewSink& sink,
              std::shared_ptr<const std::vector<rules::AppliedProgram>> programs, Counts& counts) {
    counts = {};
    work.seq = InterchangeSeq{tx.one_integer("SELECT coalesce(max(seq), 0) + 1 FROM interchange").value_or(1)};
    tx.run(
        "INSERT INTO interchange (seq, feed, transport, transport_id, file_name, sha256, size, received_at, trace_id, "
        "spool_path) "
        "VALUES (?, ?, 'preview', '', '', ?, 0, 0, '', '')",
        work.seq, work.feed.name, Digest{});
    Poster poster(parts.ledger, parts.clock, parts.random);
    poster.set_programs(std::move(programs));
    poster.begin_job(tx);
    std::vector<OpenedReport> opened;
    for (const auto& [report, set] : sink.reports) {
        opened.push_back(open_report(tx, work, report, set));
        while (tx.ok() && reverse_superseded(tx, poster, opened.back().facts.row, 1'000) > 0) {
        }
    }
    const int64_t last_award = tx.one_integer("SELECT coalesce(max(seq), 0) FROM award").value_or(0);
    for (const PreviewLine& line : sink.lines) {
        const OpenedReport& report = opened[line.report];
        if (report.is_cancel || !tx.ok()) continue;
        LineOutcome outcome;
        outcome.result = LineResult::duplicate;
        if (!report.is_repeat)
            outcome = poster.post_line(
                tx, report.facts, event_id_of(work.seq, static_cast<int64_t>(line.event.ordinal)), line.event, true);
        counts.posted += outcome.result == LineResult::posted;
        counts.duplicates += outcome.result == LineResult::duplicate;
        counts.exceptions += outcome.result == LineResult::exception;
        counts.awards += outcome.awards.posted + outcome.awards.waiting;
        counts.waiting += outcome.awards.waiting;
        if (outcome.result != LineResult::posted && counts.lines.size() < lines_listed_max)
            counts.lines.push_back(line_json(line.event, outcome));
    }
    store::Rows rows = tx.query(
        "SELECT i.program, i.code, a.unit, count(*), sum(a.amount) FROM award a JOIN incentive i ON i.id = a.incentive "
        "WHERE a.seq > ? AND a.reverses = 0 GROUP BY i.id, a.unit ORDER BY i.id",
        last_award);
    while (rows.next())
        counts.awarded.push_back({{"program", rows.text(0)},
                                  {"incentive", rows.text(1)},
                                  {"awards", rows.integer(3)},
                                  {"total", format_minor(rows.integer(4), *unit_of(rows.text(2)))}});
}

}  // namespace

Result<json::object> preview(Parts& parts, Work& work,
                             std::shared_ptr<const std::vector<rules::AppliedProgram>> programs) {
    PreviewSink sink;
    TRIBUTARY_TRY(FileSource source, FileSource::open(work.spool_path));
    host::DecodeLimits limits;
    limits.byte_count_max = work.feed.size_max;
    const auto decoded = work.connector->as_feed()->decode(source, sink, work.feed.profile, limits);
    if (!decoded && decoded.error().code != ErrorCode::invalid && decoded.error().code != ErrorCode::too_large)
        return decoded.error();
    json::object out;
    out["feed"] = work.feed.name;
    json::array envelopes;
    int64_t sets = 0, rejected = 0;
    bool is_rejected = !decoded || sink.facts.envelopes().empty();
    for (const EnvelopeFacts& facts : sink.facts.envelopes()) {
        const bool bad = facts.envelope.phase != TRIBUTARY_END || facts.envelope.verdict == TRIBUTARY_REJECTED;
        is_rejected |= bad;
        sets += static_cast<int64_t>(facts.sets.size());
        for (const host::Set& set : facts.sets) rejected += bad || set.verdict == TRIBUTARY_REJECTED;
        envelopes.push_back({{"control_number", facts.envelope.control_number},
                             {"sender", facts.envelope.sender},
                             {"is_test", facts.envelope.is_test},
                             {"would_be", bad ? "rejected" : "accepted"},
                             {"note_code", facts.envelope.note_code}});
    }
    out["would_be"] = is_rejected || (sets > 0 && rejected == sets) ? "rejected" : "accepted";
    out["envelopes"] = std::move(envelopes);
    out["sets"] = sets;
    out["sets_rejected"] = rejected;
    out["lines"] = sink.facts.lines();
    if (!decoded) out["error"] = decoded.error().message;
    if (!is_rejected) {
        Counts counts;
        const auto refused = parts.store.write([&](store::Tx& tx) {
            simulate(tx, parts, work, sink, programs, counts);
            if (tx.ok()) tx.refuse(fail(ErrorCode::internal, preview_message));
        });
        if (!refused && refused.error().message != preview_message) return refused.error();
        out["lines_previewed"] = sink.lines.size();
        out["would_post"] = counts.posted;
        out["would_wait"] = counts.exceptions;
        out["duplicates"] = counts.duplicates;
        out["awards"] = counts.awards;
        out["awards_waiting_for_budget"] = counts.waiting;
        out["awarded"] = std::move(counts.awarded);
        out["not_posted"] = std::move(counts.lines);
    }
    out["report"] = sink.facts.report_json();
    return out;
}

}  // namespace tributary::flow
