// Writer: the one thread that changes the database, with group commit. Private to core/store. It owns its connection;
// submit() may be called from any thread, everything else of a job happens on the writer's thread.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/store/connection.hpp"
#include "core/store/store.hpp"

namespace tributary::store {

class Writer {
public:
    Writer(std::unique_ptr<Connection> connection, const StoreOptions& options, Clock& clock);
    ~Writer();
    void stop();  // finishes what was submitted; nothing may be submitted after

    void add_participant(std::shared_ptr<Participant> participant);
    void submit(Job job, Done done);
    bool is_failed() const { return is_failed_.load(); }
    uint64_t queue_length() const { return waiting_.load(); }
    bool is_own_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

private:
    struct Pending {
        Job job;
        Done done;
        Result<void> result;
    };

    void run();
    bool take();               // fills taken_; false: stopped and nothing is left
    void run_batch();          // taken_ → batch_, with results
    Result<void> begin(Tx& tx);
    bool run_job(Tx& tx, Pending& pending);  // false: the transaction is lost
    Result<void> commit(Tx& tx);
    Result<void> abandon(Error error);
    void fail_for_ever(const Error& error);
    void refuse_all(const Error& error);
    void complete();
    void checkpoint_when_due();
    static int on_wal(void* self, sqlite3*, const char*, int pages);

    std::unique_ptr<Connection> connection_;
    const unsigned batch_jobs_max_;
    const unsigned queue_max_;
    Clock& clock_;
    std::vector<std::shared_ptr<Participant>> participants_;

    std::mutex mutex_;  // guards queue_ and is_stopping_
    std::condition_variable wake_;
    std::deque<Pending> queue_;
    bool is_stopping_ = false;
    std::atomic<uint64_t> waiting_{0};  // queued, running or not yet completed
    std::atomic<bool> is_failed_{false};

    // of the writer's thread
    std::deque<Pending> taken_;
    std::vector<Pending> batch_;
    Error failure_;
    int wal_pages_ = 0;
    int checkpoint_at_pages_;
    std::thread thread_;  // last: starts when everything else stands
};

}  // namespace tributary::store
