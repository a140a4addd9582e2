// The flow's thread: works interchanges off in arrival order, tells who waits, retries what failed for a passing
// reason.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/flow/work.hpp"

namespace tributary::flow {
namespace {

constexpr unsigned attempts_max = 5;  // then the interchange is held for an operator
constexpr int64_t exceptions_a_job = 100;
constexpr ErrorCode dry_run = ErrorCode::internal;
constexpr const char* dry_run_message = "dry run: nothing changed";

struct Waiters {
    bool is_answered = false;
    std::vector<std::function<void(Result<Outcome>)>> answered, done;
};

class FlowImpl final : public Flow {
public:
    FlowImpl(Parts parts, Settings settings)
        : parts_(std::move(parts)), poster_(parts_.ledger, parts_.clock, parts_.random) {
        take_settings(std::move(settings));
    }
    ~FlowImpl() override { stop(); }

    void replace_settings(Settings settings) override {
        const std::lock_guard lock(mutex_);
        next_settings_ = std::move(settings);
        changed_.notify_all();
    }

    Result<void> recover() override {
        std::vector<InterchangeSeq> unfinished;
        TRIBUTARY_CHECK(parts_.store.read([&](store::Tx& tx) {
            store::Rows rows = tx.query(
                "SELECT interchange FROM interchange_state WHERE state IN ('received', 'posting') ORDER BY "
                "interchange");
            while (rows.next()) unfinished.push_back(InterchangeSeq{rows.integer(0)});
        }));
        for (const InterchangeSeq seq : unfinished) enqueue(seq);
        return {};
    }

    void start() override {
        thread_ = std::thread([this] { run(); });
    }

    void stop() override {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
            changed_.notify_all();
        }
        if (thread_.joinable()) thread_.join();
    }

    void enqueue(InterchangeSeq seq) override {
        const std::lock_guard lock(mutex_);
        if (!waiters_.try_emplace(seq.value).second) return;
        queue_.push_back(seq);
        changed_.notify_all();
    }

    void when_answered(InterchangeSeq seq, std::function<void(Result<Outcome>)> done) override {
        {
            const std::lock_guard lock(mutex_);
            const auto found = waiters_.find(seq.value);
            if (found != waiters_.end() && !found->second.is_answered)
                return found->second.answered.push_back(std::move(done));
        }
        done(flow::outcome_of(parts_.store, seq));
    }

    void when_done(InterchangeSeq seq, std::function<void(Result<Outcome>)> done) override {
        {
            const std::lock_guard lock(mutex_);
            const auto found = waiters_.find(seq.value);
            if (found != waiters_.end()) return found->second.done.push_back(std::move(done));
        }
        done(flow::outcome_of(parts_.store, seq));
    }

    Result<json::object> validate(const std::string& feed, const std::string& path) override;
    Result<RetryReport> retry_exceptions(int64_t id, const std::string& cause, const std::string& subject,
                                         bool dry) override;

    size_t queue_length() const override {
        const std::lock_guard lock(mutex_);
        return queue_.size();
    }

private:
    void take_settings(Settings settings) {
        const std::lock_guard lock(settings_mutex_);
        settings_ = std::make_shared<const Settings>(std::move(settings));
        programs_ = std::make_shared<const std::vector<rules::AppliedProgram>>(settings_->programs);
    }

    std::shared_ptr<const Settings> settings() const {
        const std::lock_guard lock(settings_mutex_);
        return settings_;
    }

    void run() {
        for (;;) {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return stop_ || !queue_.empty() || next_settings_; });
            if (next_settings_) {
                take_settings(std::move(*next_settings_));
                next_settings_.reset();
            }
            if (stop_) return;
            if (queue_.empty()) continue;
            const InterchangeSeq seq = queue_.front();
            lock.unlock();
            const bool is_finished = work_off(seq);
            lock.lock();
            if (is_finished) queue_.pop_front();
        }
    }

    // True when the interchange needs no more work now (done, rejected, held).
    bool work_off(InterchangeSeq seq) {
        int64_t pause_ms = parts_.retry_first_ms;
        for (unsigned attempt = 1;; ++attempt) {
            const Result<void> worked = attempt_once(seq);
            if (worked) return true;
            if (stop_) return false;
            log_warning("interchange attempt failed",
                        {{"interchange", seq.value}, {"attempt", attempt}, {"error", worked.error().message}});
            if (parts_.store.is_failed()) return false;
            const bool is_about_disk = worked.error().code == ErrorCode::io;
            if (attempt >= attempts_max && !is_about_disk) return hold(seq, worked.error());
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, std::chrono::milliseconds(pause_ms), [&] { return stop_.load(); });
            pause_ms = std::min<int64_t>(pause_ms * 2, 60'000);
        }
    }

    bool hold(InterchangeSeq seq, const Error& error) {
        log_error("interchange held", {{"interchange", seq.value}, {"error", error.message}});
        const auto held = parts_.store.write([&](store::Tx& tx) {
            tx.run("UPDATE interchange_state SET state = 'held', error = ?, changed_at = ? WHERE interchange = ?",
                   error.message, parts_.clock.now_ms(), seq);
        });
        if (!held) return false;
        tell(seq, true);
        return true;
    }

    Result<void> attempt_once(InterchangeSeq seq) {
        TRIBUTARY_TRY(Work work, load(seq));
        poster_.set_programs(programs_);
        if (work.state == "received") {
            TRIBUTARY_TRY(work.state, decide(parts_, work));
            log_info("interchange decided", {{"interchange", seq.value},
                                             {"feed", work.feed.name},
                                             {"state", work.state},
                                             {"trace_id", work.trace_id}});
            tell(seq, false);
        }
        if (work.state == "posting") {
            TRIBUTARY_TRY(const bool is_complete, post_interchange(parts_, poster_, work, stop_));
            if (!is_complete) return fail(ErrorCode::unavailable, "the daemon is stopping");
            log_info("interchange posted",
                     {{"interchange", seq.value}, {"feed", work.feed.name}, {"trace_id", work.trace_id}});
        }
        tell(seq, true);
        return {};
    }

    Result<Work> load(InterchangeSeq seq) {
        Work work;
        work.seq = seq;
        std::string feed;
        TRIBUTARY_CHECK(parts_.store.read([&](store::Tx& tx) {
            store::Rows rows = tx.query(
                "SELECT i.feed, i.spool_path, i.trace_id, i.sha256, i.size, s.state FROM interchange i "
                "JOIN interchange_state s ON s.interchange = i.seq WHERE i.seq = ?",
                seq);
            if (!rows.next())
                return tx.refuse(fail(ErrorCode::not_found, fmt::format("there is no interchange {}", seq.value)));
            feed = rows.string(0);
            work.spool_path = rows.string(1);
            work.trace_id = rows.string(2);
            digest_from_bytes(rows.text(3), work.sha256);
            work.size = rows.integer(4);
            work.state = rows.string(5);
        }));
        TRIBUTARY_CHECK(set_feed(work, feed));
        return work;
    }

    Result<void> set_feed(Work& work, const std::string& name) {
        const auto now = settings();
        const auto feed = now->feeds.find(name);
        if (feed == now->feeds.end())
            return fail(ErrorCode::not_found, fmt::format("there is no feed '{}'; is its file in feeds.d gone?", name));
        const auto connector = now->connectors.find(feed->second.connector);
        if (connector == now->connectors.end() || connector->second == nullptr ||
            connector->second->as_feed() == nullptr)
            return fail(ErrorCode::unavailable,
                        fmt::format("feed connector '{}' of feed '{}' is not loaded", feed->second.connector, name));
        work.feed = feed->second;
        work.connector = connector->second;
        work.notice_connector = now->notice_connector;
        return {};
    }

    // Tells who waits: the answer is durable; with is_done everything is.
    void tell(InterchangeSeq seq, bool is_done) {
        std::vector<std::function<void(Result<Outcome>)>> callbacks;
        {
            const std::lock_guard lock(mutex_);
            const auto found = waiters_.find(seq.value);
            if (found == waiters_.end()) return;
            found->second.is_answered = true;
            callbacks = std::exchange(found->second.answered, {});
            if (is_done) {
                for (auto& callback : found->second.done) callbacks.push_back(std::move(callback));
                waiters_.erase(found);
            }
        }
        if (callbacks.empty()) return;
        const auto outcome = flow::outcome_of(parts_.store, seq);
        for (const auto& callback : callbacks) callback(outcome);
    }

    Parts parts_;
    Poster poster_;
    mutable std::mutex settings_mutex_;
    std::shared_ptr<const Settings> settings_;
    std::shared_ptr<const std::vector<rules::AppliedProgram>> programs_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::atomic<bool> stop_{false};
    std::deque<InterchangeSeq> queue_;
    std::map<int64_t, Waiters> waiters_;
    std::optional<Settings> next_settings_;
    std::thread thread_;
};

Result<RetryReport> FlowImpl::retry_exceptions(int64_t id, const std::string& cause, const std::string& subject,
                                               bool dry) {
    RetryReport report;
    const auto now = settings();
    for (int64_t after = 0, count = exceptions_a_job; count == exceptions_a_job;) {
        RetryReport part;
        int64_t last = after;
        const auto written = parts_.store.write([&](store::Tx& tx) {
            part = {};
            struct Open {
                int64_t id;
                std::string feed;
            };
            std::vector<Open> open;
            {
                store::Rows rows = tx.query(
                    "SELECT x.id, r.feed FROM exception x JOIN report r ON r.id = x.report WHERE x.state = 'open' AND "
                    "x.id > ? "
                    "AND (? = 0 OR x.id = ?) AND (? = '' OR x.cause = ?) AND (? = '' OR x.subject = ?) ORDER BY x.id "
                    "LIMIT ?",
                    after, id, id, cause, cause, subject, subject, exceptions_a_job);
                while (rows.next()) open.push_back({rows.integer(0), rows.string(1)});
            }
            // A poster of its own: the flow's may be at work, and its memory is not shared.
            Poster poster(parts_.ledger, parts_.clock, parts_.random);
            poster.set_programs(std::make_shared<const std::vector<rules::AppliedProgram>>(now->programs));
            poster.begin_job(tx);
            for (const Open& exception : open) {
                const auto feed = now->feeds.find(exception.feed);
                std::string still;
                ++part.tried;
                last = exception.id;
                if (retry_exception(tx, poster, exception.id, feed == now->feeds.end() ? "" : feed->second.distributor,
                                    parts_.clock.now_ms(), still))
                    ++part.posted;
                else
                    ++part.still_open, ++part.causes[still];
            }
            if (dry && tx.ok()) tx.refuse(fail(dry_run, dry_run_message));
        });
        if (!written && !(dry && written.error().message == dry_run_message)) return written.error();
        after = last;
        count = part.tried;
        report.tried += part.tried, report.posted += part.posted, report.still_open += part.still_open;
        for (const auto& [name, number] : part.causes) report.causes[name] += number;
    }
    return report;
}

Result<json::object> FlowImpl::validate(const std::string& feed, const std::string& path) {
    Work work;
    TRIBUTARY_CHECK(set_feed(work, feed));
    work.spool_path = path;
    return preview(parts_, work, std::make_shared<const std::vector<rules::AppliedProgram>>(settings()->programs));
}

}  // namespace

std::unique_ptr<Flow> Flow::create(Parts parts, Settings settings) {
    return std::make_unique<FlowImpl>(std::move(parts), std::move(settings));
}

}  // namespace tributary::flow
