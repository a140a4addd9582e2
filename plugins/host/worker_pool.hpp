// The workers of one isolated connector: lends each to one caller at a time, starts them when needed, and restarts them
// with a growing, jittered pause when they keep failing. A worker is given back only after a call that went well; one
// that failed is dropped with it. Thread safe. Starting a worker happens outside the lock.
//
//   running --fail--> restarting (the first failure costs no pause) --fail x4--> failed, tried once a minute
//      ^                     |                                                      |
//      +---- a call that goes well -------------------------------------------------+
#pragma once
#include <condition_variable>
#include <mutex>
#include <vector>

#include "core/base/random.hpp"
#include "plugins/host/worker_process.hpp"

namespace tributary::host {

class WorkerPool {
public:
    enum class Use { decode, call };  // one worker more than worker_count_max is kept for calls beside long decodes

    WorkerPool(std::string connector_name, WorkerSetup setup)
        : name_(std::move(connector_name)), setup_(std::move(setup)) {}

    void set_options(const ResolvedOptions& options);  // what every worker's instance is created with
    Result<std::unique_ptr<WorkerProcess>> acquire(Use use);
    void give_back(std::unique_ptr<WorkerProcess> worker);                // the call went well
    void drop(std::unique_ptr<WorkerProcess> worker);                     // not to be used again, nobody to blame
    void blame(std::unique_ptr<WorkerProcess> worker, const Error& why);  // it failed: counts towards the pause

    // A worker without an instance, for the manifest.
    Result<std::unique_ptr<WorkerProcess>> start_bare() const { return WorkerProcess::start(setup_); }
    ConnectorState state() const;

private:
    Result<std::unique_ptr<WorkerProcess>> start();
    Result<void> wait_for_room(std::unique_lock<std::mutex>& lock, Use use);
    std::unique_ptr<WorkerProcess> take_idle();
    void leave();
    void note_failure(const Error& why);

    const std::string name_;
    const WorkerSetup setup_;
    std::string options_;  // encoded
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::unique_ptr<WorkerProcess>> idle_;
    uint32_t busy_count_ = 0;
    uint32_t failure_count_ = 0;  // in a row
    int64_t next_start_ms_ = 0;
    ConnectorState state_;
};

// Pause before a worker is started after so many failures in a row: none, then 250 ms doubling to a minute, and up to a
// quarter more by dice, so that many connectors of a restarted machine do not start in step.
int64_t restart_delay_ms(uint32_t failure_count, Random& random);

}  // namespace tributary::host
