#include "core/net/worker_pool.hpp"

namespace tributary::net {

WorkerPool::WorkerPool(unsigned threads) {
    threads_.reserve(threads);
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

void WorkerPool::post(std::function<void()> task) {
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_) return;
        tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
}

void WorkerPool::stop() {
    std::deque<std::function<void()>> dropped;  // destroyed outside the lock: what a task holds may post again
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        dropped.swap(tasks_);
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        if (thread.joinable()) thread.join();
}

void WorkerPool::run() {
    for (;;) {
        std::function<void()> task;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return is_stopping_ || !tasks_.empty(); });
            if (tasks_.empty()) return;
            task = std::move(tasks_.front());
            tasks_.pop_front();
        }
        task();
    }
}

}  // namespace tributary::net
