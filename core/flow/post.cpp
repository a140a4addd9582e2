// Pass two: decode again, post accepted sets in batches behind the durable cursor.
#include <condition_variable>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/flow/work.hpp"

namespace tributary::flow {
namespace {

constexpr size_t batch_lines_max = 1024;
constexpr int batches_in_flight_max = 2;
constexpr int64_t reverse_events_a_job = 500;

struct Line {
    std::shared_ptr<const OpenedReport> report;
    EventId id;
    host::Event event;
};

struct Batch {
    std::vector<Line> lines;
    std::vector<int64_t> finished_sets;
    int64_t cursor = 0;
};

Error stopped() {
    return fail(ErrorCode::unavailable, "the daemon is stopping");
}

class Posting final : public host::RecordSink {
public:
    Posting(Parts& parts, Poster& poster, Work& work, const std::atomic<bool>& stop)
        : parts_(parts), poster_(poster), work_(work), stop_(stop) {}
    ~Posting() override { (void)wait_for(0); }

    Result<void> load_accepted() {
        return parts_.store.read([&](store::Tx& tx) {
            store::Rows rows = tx.query(
                "SELECT s.ordinal FROM transaction_set s JOIN envelope e ON e.interchange = s.interchange AND "
                "e.ordinal = s.envelope "
                "WHERE s.interchange = ? AND s.verdict <> ? AND e.is_test = 0 AND e.duplicate_of_interchange = 0",
                work_.seq, static_cast<int64_t>(TRIBUTARY_REJECTED));
            while (rows.next()) accepted_.insert(rows.integer(0));
        });
    }

    Result<void> interchange(const tributary_interchange& record) override {
        envelope_ = record.ordinal;
        return {};
    }
    Result<void> group(const tributary_group&) override { return {}; }
    Result<void> diagnostic(const tributary_diagnostic&) override { return {}; }

    Result<void> set(const tributary_set& record) override {
        const int64_t key = static_cast<int64_t>(envelope_) << 32 | record.ordinal;
        is_accepted_ = accepted_.count(key) != 0;
        if (record.phase == TRIBUTARY_BEGIN)
            report_.reset();
        else if (is_accepted_)
            batch_.finished_sets.push_back(key);
        set_ = key;
        return {};
    }

    Result<void> report(const tributary_report& record) override {
        if (!is_accepted_) return {};
        return open(host::own(record));
    }

    // Opens the report and reverses what it supersedes before its first line is posted.
    Result<void> open(const host::Report& report) {
        TRIBUTARY_CHECK(flush());
        TRIBUTARY_CHECK(wait_for(0));
        auto opened = std::make_shared<OpenedReport>();
        TRIBUTARY_CHECK(parts_.store.write([&](store::Tx& tx) { *opened = open_report(tx, work_, report, set_); }));
        for (int64_t reversed = 1; reversed > 0;) {
            if (stop_) return stopped();
            TRIBUTARY_CHECK(parts_.store.write([&](store::Tx& tx) {
                poster_.begin_job(tx);
                reversed = reverse_superseded(tx, poster_, opened->facts.row, reverse_events_a_job);
                if (!tx.ok()) poster_.job_undone();
            }));
        }
        report_ = std::move(opened);
        return {};
    }

    Result<void> event(const tributary_event& record) override {
        ++ordinal_;
        if (!is_accepted_ || ordinal_ <= work_.cursor) return {};
        if (!report_) TRIBUTARY_CHECK(open(host::Report{}));  // a feed without report headers
        if (ordinal_ > event_ordinal_max)
            return fail(ErrorCode::too_large,
                        fmt::format("more than {} lines in one file; split it", event_ordinal_max));
        batch_.lines.push_back({report_, event_id_of(work_.seq, ordinal_), host::own(record)});
        batch_.lines.back().event.ordinal = static_cast<uint64_t>(ordinal_);
        if (batch_.lines.size() < batch_lines_max) return {};
        return flush();
    }

    Result<void> flush() {
        if (batch_.lines.empty() && batch_.finished_sets.empty()) return {};
        if (stop_) return stopped();
        batch_.cursor = ordinal_;
        TRIBUTARY_CHECK(wait_for(batches_in_flight_max - 1));
        auto batch = std::make_shared<Batch>(std::move(batch_));
        batch_ = {};
        {
            const std::lock_guard lock(mutex_);
            ++in_flight_;
        }
        parts_.store.submit([this, batch](store::Tx& tx) { post(tx, *batch); },
                            [this](Result<void> done) { batch_done(std::move(done)); });
        return {};
    }

    // Until at most count batches are on their way; the first failure of any.
    Result<void> wait_for(int count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return in_flight_ <= count; });
        return failure_;
    }

private:
    // Runs as a writer's job, once or, when the job is undone, not at all.
    void post(store::Tx& tx, const Batch& batch) {
        {
            const std::lock_guard lock(mutex_);
            if (!failure_) return tx.refuse(failure_.error());  // an earlier batch failed: order matters
        }
        poster_.begin_job(tx);
        int64_t posted = 0, exceptions = 0, duplicates = 0, awards = 0;
        for (const Line& line : batch.lines) {
            if (!tx.ok()) break;
            if (line.report->is_repeat || line.report->is_cancel) {
                duplicates += line.report->is_repeat;
                continue;
            }
            const LineOutcome outcome = poster_.post_line(tx, line.report->facts, line.id, line.event, true);
            posted += outcome.result == LineResult::posted;
            exceptions += outcome.result == LineResult::exception;
            duplicates += outcome.result == LineResult::duplicate;
            awards += outcome.awards.posted + outcome.awards.waiting;
        }
        for (const int64_t set : batch.finished_sets)
            tx.run("UPDATE transaction_set SET is_posted = 1 WHERE interchange = ? AND ordinal = ?", work_.seq, set);
        tx.run(
            "UPDATE interchange_state SET cursor = ?, events_posted = events_posted + ?, exceptions = exceptions + ?, "
            "duplicates = duplicates + ?, awards = awards + ?, changed_at = ? WHERE interchange = ?",
            batch.cursor, posted, exceptions, duplicates, awards, parts_.clock.now_ms(), work_.seq);
        if (!tx.ok()) poster_.job_undone();
    }

    void batch_done(Result<void> done) {
        const std::lock_guard lock(mutex_);
        --in_flight_;
        if (!done) poster_.job_undone();  // also when the COMMIT failed; on the writer's thread, like the jobs
        if (!done && failure_) failure_ = done.error();
        changed_.notify_all();
    }

    Parts& parts_;
    Poster& poster_;
    Work& work_;
    const std::atomic<bool>& stop_;
    std::set<int64_t> accepted_;
    uint32_t envelope_ = 0;
    int64_t set_ = 0;  // envelope << 32 | ordinal
    bool is_accepted_ = false;
    std::shared_ptr<const OpenedReport> report_;
    int64_t ordinal_ = 0;
    Batch batch_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int in_flight_ = 0;
    Result<void> failure_;
};

}  // namespace

Result<bool> post_interchange(Parts& parts, Poster& poster, Work& work, const std::atomic<bool>& stop) {
    TRIBUTARY_CHECK(parts.store.read([&](store::Tx& tx) {
        work.cursor =
            tx.one_integer("SELECT cursor FROM interchange_state WHERE interchange = ?", work.seq).value_or(0);
    }));
    Posting posting(parts, poster, work, stop);
    TRIBUTARY_CHECK(posting.load_accepted());
    TRIBUTARY_TRY(FileSource source, FileSource::open(work.spool_path));
    host::DecodeLimits limits;
    limits.byte_count_max = work.feed.size_max;
    const auto decoded = work.connector->as_feed()->decode(source, posting, work.feed.profile, limits);
    Result<void> posted = decoded ? posting.flush() : Result<void>(decoded.error());
    const Result<void> waited = posting.wait_for(0);
    if (posted && !waited) posted = waited;
    if (!posted && stop) return false;
    if (!posted) return posted.error();
    TRIBUTARY_CHECK(parts.store.write([&](store::Tx& tx) {
        poster.begin_job(tx);
        finish(tx, parts, poster, work);
        if (!tx.ok()) poster.job_undone();
    }));
    return true;
}

}  // namespace tributary::flow
