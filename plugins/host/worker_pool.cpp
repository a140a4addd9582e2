#include "plugins/host/worker_pool.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "plugins/host/engine.hpp"

namespace tributary::host {
namespace {

constexpr uint32_t failed_after = 5;
constexpr size_t idle_count_max = 2;
constexpr int64_t delay_ms_first = 250;
constexpr int64_t delay_ms_max = 60'000;
constexpr auto decode_wait = std::chrono::minutes(30);
constexpr auto call_wait = std::chrono::seconds(30);

}  // namespace

int64_t restart_delay_ms(uint32_t failure_count, Random& random) {
    if (failure_count <= 1) return 0;
    const uint32_t doublings = std::min<uint32_t>(failure_count - 2, 20);
    const int64_t delay_ms = std::min(delay_ms_first << doublings, delay_ms_max);
    return delay_ms + static_cast<int64_t>(random.below(static_cast<uint64_t>(delay_ms / 4) + 1));
}

void WorkerPool::set_options(const ResolvedOptions& options) {
    std::vector<std::pair<std::string_view, std::string_view>> pairs;
    for (const ResolvedOption& option : options) pairs.emplace_back(option.name, option.value.reveal());
    const std::lock_guard lock(mutex_);
    options_ = encode_pairs(pairs);
}

std::unique_ptr<WorkerProcess> WorkerPool::take_idle() {
    while (!idle_.empty()) {
        std::unique_ptr<WorkerProcess> worker = std::move(idle_.back());
        idle_.pop_back();
        if (worker->is_alive()) return worker;
        ++state_.restart_count;  // died while idle: nobody's call, nobody's fault
    }
    return nullptr;
}

Result<void> WorkerPool::wait_for_room(std::unique_lock<std::mutex>& lock, Use use) {
    const bool is_decode = use == Use::decode;
    const uint32_t count_max = setup_.limits.worker_count_max + (is_decode ? 0 : 1);
    const auto patience = is_decode ? std::chrono::milliseconds(decode_wait) : std::chrono::milliseconds(call_wait);
    if (changed_.wait_for(lock, patience, [&] { return busy_count_ < count_max; })) return {};
    return fail(ErrorCode::unavailable, fmt::format("all {} workers are busy: try again later", count_max));
}

Result<std::unique_ptr<WorkerProcess>> WorkerPool::acquire(Use use) {
    std::unique_lock lock(mutex_);
    TRIBUTARY_CHECK(wait_for_room(lock, use));
    if (auto idle = take_idle()) {
        ++busy_count_;
        return idle;
    }
    const int64_t pause_ms = next_start_ms_ - system_clock().monotonic_ms();
    if (pause_ms > 0) {
        return fail(ErrorCode::unavailable,
                    fmt::format("restarting in {} ms after {} failures: {}", pause_ms, failure_count_, state_.reason));
    }
    ++busy_count_;
    lock.unlock();
    auto started = start();
    if (!started) blame(nullptr, started.error());
    return started;
}

Result<std::unique_ptr<WorkerProcess>> WorkerPool::start() {
    TRIBUTARY_TRY(std::unique_ptr<WorkerProcess> worker, WorkerProcess::start(setup_));
    TRIBUTARY_TRY(const CallReply reply, worker->converse(FrameType::create, options_, nullptr));
    if (reply.status == TRIBUTARY_BAD_OPTION) {
        return fail(ErrorCode::config, fmt::format("the connector refused its options: {}", setup_.log->last_error()));
    }
    TRIBUTARY_CHECK(check_status(reply.status, "create"));
    return worker;
}

void WorkerPool::leave() {
    --busy_count_;
    changed_.notify_one();
}

void WorkerPool::give_back(std::unique_ptr<WorkerProcess> worker) {
    std::unique_ptr<WorkerProcess> retired;  // ended outside the lock
    const std::lock_guard lock(mutex_);
    failure_count_ = 0;
    state_.phase = ConnectorPhase::running;
    leave();
    // Long before the kernel's limit would end it in the middle of a call.
    const bool is_old = worker->processor_time_ms() > uint64_t{setup_.limits.cpu_s_max} * 1000 / 2;
    if (!is_old && idle_.size() < idle_count_max) {
        idle_.push_back(std::move(worker));
    } else {
        retired = std::move(worker);
    }
}

void WorkerPool::drop(std::unique_ptr<WorkerProcess> worker) {
    worker.reset();
    const std::lock_guard lock(mutex_);
    ++state_.restart_count;
    leave();
}

void WorkerPool::blame(std::unique_ptr<WorkerProcess> worker, const Error& why) {
    worker.reset();
    const std::lock_guard lock(mutex_);
    note_failure(why);
    leave();
}

// Called with the mutex held.
void WorkerPool::note_failure(const Error& why) {
    ++failure_count_;
    ++state_.restart_count;
    state_.reason = why.message;
    state_.phase = failure_count_ >= failed_after ? ConnectorPhase::failed : ConnectorPhase::restarting;
    const int64_t delay_ms = restart_delay_ms(failure_count_, system_random());
    next_start_ms_ = system_clock().monotonic_ms() + delay_ms;
    log_warning("connector_worker_failed",
                {{"connector", name_}, {"reason", why.message}, {"failures", failure_count_}, {"pause_ms", delay_ms}});
}

ConnectorState WorkerPool::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

}  // namespace tributary::host
