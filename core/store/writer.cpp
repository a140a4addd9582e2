// The life of a batch; the invariants are numbered in README.md.
//
//   idle ──take()──► BEGIN ──begin()──► job, job ──run_job()──► last writes, COMMIT ──commit()──► complete()
//                      │ busy              │ lost                   │ no room     │ fsync, I/O
//                      └─► refuse_all()    └────► abandon() ◄───────┘             └─► fail_for_ever()
#include "core/store/writer.hpp"

#include <exception>

#include <sqlite3.h>

#include "core/base/assert.hpp"
#include "core/base/log.hpp"

namespace tributary::store {
namespace {

constexpr int64_t batch_ms_max = 100;     // heavy jobs must not make the others wait for the whole queue
constexpr int checkpoint_pages = 4096;    // 16 MiB of WAL

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, const StoreOptions& options, Clock& clock)
    : connection_(std::move(connection)),
      batch_jobs_max_(options.batch_jobs_max),
      queue_max_(options.queue_max),
      clock_(clock),
      checkpoint_at_pages_(checkpoint_pages) {
    sqlite3_wal_hook(connection_->handle(), &Writer::on_wal, this);
    thread_ = std::thread([this] { run(); });
}

Writer::~Writer() { stop(); }

void Writer::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Writer::add_participant(std::shared_ptr<Participant> participant) {
    const std::lock_guard lock(mutex_);
    TRIBUTARY_ASSERT(waiting_.load() == 0);
    participants_.push_back(std::move(participant));
}

void Writer::submit(Job job, Done done) {
    Error refusal;
    {
        const std::lock_guard lock(mutex_);
        if (is_failed_.load()) refusal = fail(ErrorCode::io, "the store has stopped after a failed write; restart");
        else if (waiting_.load() >= queue_max_)
            refusal = fail(ErrorCode::unavailable, "the store's queue is full; try again later");
        else {
            waiting_.fetch_add(1);
            queue_.push_back({std::move(job), std::move(done), {}});
        }
    }
    if (refusal.message.empty()) wake_.notify_one();
    else if (done) done(std::move(refusal));
}

void Writer::run() {
    while (take()) {
        run_batch();
        complete();
        checkpoint_when_due();
    }
}

bool Writer::take() {
    std::unique_lock lock(mutex_);
    if (taken_.empty()) wake_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
    while (!queue_.empty() && taken_.size() < batch_jobs_max_) {
        taken_.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    return !taken_.empty();
}

// ---- one batch ----

void Writer::run_batch() {
    if (is_failed()) return refuse_all(failure_);
    Tx tx(*connection_);
    if (const Result<void> begun = begin(tx); !begun) return refuse_all(begun.error());
    const int64_t end_ms = clock_.monotonic_ms() + batch_ms_max;
    bool is_whole = true;
    while (is_whole && !taken_.empty() && batch_.size() < batch_jobs_max_) {
        batch_.push_back(std::move(taken_.front()));
        taken_.pop_front();
        is_whole = run_job(tx, batch_.back());
        if (clock_.monotonic_ms() >= end_ms) break;
    }
    const Result<void> committed = is_whole ? commit(tx) : abandon(tx.error());
    // Refusals, too: what a job was refused for may have been a neighbour's row that is gone now.
    if (!committed)
        for (Pending& pending : batch_) pending.result = committed.error();
    for (const auto& participant : participants_) participant->batch_ended(!committed.has_error());
}

Result<void> Writer::begin(Tx& tx) {
    connection_->clear_error();
    if (const Result<void> begun = connection_->execute("BEGIN IMMEDIATE"); !begun) {
        if (connection_->is_broken()) fail_for_ever(begun.error());
        return begun;
    }
    for (const auto& participant : participants_) participant->begin_batch(tx);
    if (tx.ok()) return {};
    const Result<void> abandoned = abandon(tx.error());
    for (const auto& participant : participants_) participant->batch_ended(false);
    return abandoned;
}

bool Writer::run_job(Tx& tx, Pending& pending) {
    connection_->arm_savepoint();
    for (const auto& participant : participants_) participant->begin_job(tx);
    try {
        pending.job(tx);
    } catch (const std::exception& exception) {
        tx.refuse(fail(ErrorCode::internal, std::string("a store job threw: ") + exception.what()));
    }
    pending.job = nullptr;
    pending.result = tx.result();
    const bool is_kept = tx.ok();
    if (connection_->is_broken()) return false;
    if (is_kept ? !connection_->keep_savepoint() : !connection_->undo_savepoint()) return false;
    connection_->clear_error();
    for (const auto& participant : participants_) participant->end_job(tx, is_kept);
    return true;
}

Result<void> Writer::commit(Tx& tx) {
    for (const auto& participant : participants_) participant->end_batch(tx);
    if (!tx.ok()) return abandon(tx.error());
    const Result<void> committed = connection_->execute("COMMIT");
    if (committed) return {};
    const Error error = committed.error();
    if ((connection_->last_code() & 0xff) == SQLITE_FULL) return abandon(error);
    fail_for_ever(error);
    return error;
}

// Undoes the batch; nothing of it was acknowledged. Answers the error that its jobs get.
Result<void> Writer::abandon(Error error) {
    connection_->clear_error();
    if (connection_->is_in_transaction()) {
        const Result<void> undone = connection_->execute("ROLLBACK");
        if (!undone) fail_for_ever(undone.error());
    }
    if (connection_->is_broken()) fail_for_ever(error);
    else log_warning("store.batch_refused", {{"error", error.message}});
    return error;
}

void Writer::fail_for_ever(const Error& error) {
    if (is_failed()) return;
    failure_ = fail(ErrorCode::io, "the store stopped after a failed write: " + error.message);
    is_failed_.store(true);
    log_error("store.failed", {{"error", error.message}});
}

void Writer::refuse_all(const Error& error) {
    for (Pending& pending : taken_) {
        pending.result = error;
        batch_.push_back(std::move(pending));
    }
    taken_.clear();
}

void Writer::complete() {
    for (Pending& pending : batch_) {
        waiting_.fetch_sub(1);
        if (pending.done) pending.done(std::move(pending.result));
    }
    batch_.clear();
}

// ---- checkpoints ----

int Writer::on_wal(void* self, sqlite3*, const char*, int pages) {
    auto* writer = static_cast<Writer*>(self);
    if (pages < writer->wal_pages_) writer->checkpoint_at_pages_ = checkpoint_pages;  // the WAL began anew
    writer->wal_pages_ = pages;
    return SQLITE_OK;
}

// SQLite's own automatic checkpoint ignores a failed fsync of the database file and would try again later, when the
// kernel has long dropped the pages. Here it is final.
void Writer::checkpoint_when_due() {
    if (wal_pages_ < checkpoint_at_pages_ || is_failed()) return;
    sqlite3* handle = connection_->handle();
    const int code = sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    checkpoint_at_pages_ = wal_pages_ + checkpoint_pages;
    if (is_final(code)) fail_for_ever(error_of(code, "checkpoint"));
    else if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
        log_warning("store.checkpoint", {{"error", sqlite3_errmsg(handle)}});
}

}  // namespace tributary::store
