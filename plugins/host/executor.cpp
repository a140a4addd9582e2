#include "plugins/host/executor.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace tributary::host {

struct Executor::State {
    explicit State(size_t max) : queue_count_max(max) {}
    const size_t queue_count_max;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Task> queue;
    bool is_ending = false;
    std::thread thread;
};

Executor::Executor(size_t queue_count_max) : state_(std::make_shared<State>(queue_count_max)) {
    state_->thread = std::thread([state = state_] { run(state); });
}

Executor::~Executor() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->is_ending = true;
    }
    state_->changed.notify_all();
    if (state_->thread.get_id() == std::this_thread::get_id()) {
        state_->thread.detach();  // the state lives on in run()
    } else {
        state_->thread.join();
    }
}

bool Executor::post(Task task) {
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->is_ending || state_->queue.size() >= state_->queue_count_max) return false;
        state_->queue.push_back(std::move(task));
    }
    state_->changed.notify_one();
    return true;
}

void Executor::run(const std::shared_ptr<State>& state) {
    std::unique_lock lock(state->mutex);
    for (;;) {
        state->changed.wait(lock, [&] { return state->is_ending || !state->queue.empty(); });
        if (state->queue.empty()) return;
        Task task = std::move(state->queue.front());
        state->queue.pop_front();
        const bool is_cancelled = state->is_ending;
        lock.unlock();
        task(is_cancelled);
        task = nullptr;  // what it held goes before the next one starts
        lock.lock();
    }
}

}  // namespace tributary::host
