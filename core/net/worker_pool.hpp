// A fixed number of threads that run tasks in the order they came. The queue has no limit of its own: the server
// posts at most one task a connection, and connections are limited.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tributary::net {

class WorkerPool {
public:
    explicit WorkerPool(unsigned threads);
    ~WorkerPool() { stop(); }
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    void post(std::function<void()> task);  // [any thread] after stop() the task is dropped
    void stop();                            // waits for the tasks that run, drops those that wait

private:
    void run();
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> tasks_;
    bool is_stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace tributary::net
