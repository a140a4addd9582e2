#include "core/api/deadline.hpp"

#include <chrono>

namespace tributary::api {

Deadlines::Deadlines(Clock& clock) : clock_(clock), thread_([this] { work(); }) {}

Deadlines::~Deadlines() {
    finish();
}

void Deadlines::in(int64_t delay_ms, std::function<void()> run) {
    {
        const std::lock_guard lock(mutex_);
        if (!is_stopping_) {
            waiting_.emplace(clock_.monotonic_ms() + delay_ms, std::move(run));
            wake_.notify_all();
            return;
        }
    }
    run();
}

void Deadlines::finish() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Deadlines::work() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_ || !waiting_.empty()) {
        const int64_t now_ms = clock_.monotonic_ms();
        const auto first = waiting_.begin();
        if (first != waiting_.end() && (is_stopping_ || first->first <= now_ms)) {
            const auto run = std::move(first->second);
            waiting_.erase(first);
            lock.unlock();
            run();
            lock.lock();
            continue;
        }
        const int64_t pause_ms = first == waiting_.end() ? 3'600'000 : first->first - now_ms;
        wake_.wait_for(lock, std::chrono::milliseconds(pause_ms));
    }
}

void OneAnswer::give(net::Response response) {
    net::Respond respond;
    {
        const std::lock_guard lock(mutex_);
        respond = std::exchange(respond_, nullptr);
    }
    if (respond) respond(std::move(response));
}

}  // namespace tributary::api
