// One thread and a bounded queue: the [single] rule for payout and notice calls. Tasks run in order; when the executor
// ends, those still waiting are called with is_cancelled. May be ended from its own thread (a completion that drops the
// last reference to its connector).
#pragma once
#include <functional>
#include <memory>

namespace tributary::host {

class Executor {
public:
    using Task = std::function<void(bool is_cancelled)>;

    explicit Executor(size_t queue_count_max);
    ~Executor();
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    bool post(Task task);  // false: the queue is full, task was not taken

private:
    struct State;
    static void run(const std::shared_ptr<State>& state);
    std::shared_ptr<State> state_;
};

}  // namespace tributary::host
