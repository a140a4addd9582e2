// Runs something later, once, on a thread of its own: the "time is up" of requests that wait. Whatever is still to come
// when this ends is run at once, so that every request gets an answer.
#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "core/base/clock.hpp"
#include "core/net/http.hpp"

namespace tributary::api {

class Deadlines {
public:
    explicit Deadlines(Clock& clock);
    ~Deadlines();
    void in(int64_t delay_ms, std::function<void()> run);  // run must be quick
    void finish();                                         // runs all; later ones run at once

private:
    void work();
    Clock& clock_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::multimap<int64_t, std::function<void()>> waiting_;
    bool is_stopping_ = false;
    std::thread thread_;
};

// The first answer counts, later ones are dropped.
class OneAnswer {
public:
    explicit OneAnswer(net::Respond respond) : respond_(std::move(respond)) {}
    void give(net::Response response);

private:
    std::mutex mutex_;
    net::Respond respond_;
};

}  // namespace tributary::api
