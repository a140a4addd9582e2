#include "plugins/host/executor.hpp"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tributary::host {
namespace {

TEST(Executor, RunsTasksInOrderOnOneOtherThread) {
    std::vector<int> seen;
    std::thread::id thread;
    {
        Executor executor(100);
        std::promise<void> last;
        for (int i = 0; i < 10; ++i) {
            EXPECT_TRUE(executor.post([&, i](bool) {
                seen.push_back(i);
                thread = std::this_thread::get_id();
                if (i == 9) last.set_value();
            }));
        }
        last.get_future().wait();
    }
    EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_NE(thread, std::this_thread::get_id());
}

TEST(Executor, RefusesPastItsLimitAndCancelsWhatWaitsWhenItEnds) {
    std::atomic<int> done{0}, cancelled{0};
    std::promise<void> started, go;
    std::shared_future<void> released = go.get_future().share();
    std::thread releaser;
    {
        Executor executor(3);
        executor.post([&](bool) { started.set_value(), released.wait(), ++done; });
        started.get_future().wait();
        for (int i = 0; i < 3; ++i)
            EXPECT_TRUE(executor.post([&](bool is_cancelled) { ++(is_cancelled ? cancelled : done); }));
        EXPECT_FALSE(executor.post([&](bool) { ++done; }));
        // Released from another thread while the destructor below is already waiting, or before: both must end.
        releaser = std::thread([&] { go.set_value(); });
    }
    releaser.join();
    EXPECT_EQ(done + cancelled, 4);
    EXPECT_GE(done, 1);
}

TEST(Executor, MayBeEndedByItsOwnTask) {
    std::promise<void> ended;
    auto executor = std::make_shared<Executor>(10);
    std::promise<void> handed_over;
    auto future = handed_over.get_future().share();
    Executor* raw = executor.get();
    raw->post([held = std::move(executor), future, &ended](bool) mutable {
        future.wait();
        held.reset();
        ended.set_value();
    });
    handed_over.set_value();
    ended.get_future().wait();
}

}  // namespace
}  // namespace tributary::host
