// CallbackGate: lets an object that hands out callbacks end safely. Callbacks hold the gate by shared_ptr and enter it
// before they touch the object; close() waits for those inside and turns all later ones away. Any thread.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace tributary {

class CallbackGate {
public:
    // True while the object lives; nests.
    class Pass {
    public:
        explicit Pass(CallbackGate& gate) : gate_(gate), is_inside_(gate.enter()) {}
        ~Pass() {
            if (is_inside_) gate_.leave();
        }
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        explicit operator bool() const { return is_inside_; }

    private:
        CallbackGate& gate_;
        bool is_inside_;
    };

    void close() {  // [not from inside a callback]
        std::unique_lock lock(mutex_);
        is_closed_ = true;
        changed_.wait(lock, [&] { return inside_ == 0; });
    }

private:
    bool enter() {
        const std::lock_guard lock(mutex_);
        if (is_closed_ && inside_ == 0) return false;  // one that is inside may still go on inside
        ++inside_;
        return true;
    }
    void leave() {
        const std::lock_guard lock(mutex_);
        if (--inside_ == 0) changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    size_t inside_ = 0;
    bool is_closed_ = false;
};

}  // namespace tributary
