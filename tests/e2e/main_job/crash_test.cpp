// kill -9 at random moments of intake and payout; after each restart what was acknowledged is there, once.
#include <thread>

#include <gtest/gtest.h>

#include "tests/e2e/bench.hpp"

namespace tributary::e2e {
namespace {

TEST(Crash, KilledAgainAndAgainCountsEverythingOnce) {
    Bench bench;
    bench.Start();
    bench.ImportWorld(generator::make_world(small_world(300, 1)));
    bench.FundAll();
    std::map<uint32_t, std::string> answers;
    constexpr uint32_t rounds = 8;
    for (uint32_t round = 1; round <= rounds; ++round) {
        auto options = small_world(300, round);
        options.seed = round;
        const std::string edi = make_867(options);
        std::thread killer([&, round] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20 + 37 * round % 200));
            bench.Kill();
        });
        const Answer answer = bench.Upload("/v1/feeds/orbit/interchanges?wait", edi);
        killer.join();
        bench.Start();
        const Answer again = bench.Upload("/v1/feeds/orbit/interchanges?wait", edi);
        EXPECT_EQ(again.status, 200) << again.body;
        if (answer.status == 200) {
            EXPECT_EQ(answer.body, again.body) << "the acknowledgement has the same bytes";
        }
        answers[round] = again.body;
    }
    ASSERT_TRUE(Bench::Eventually([&] {
        return bench.Ctl({"interchange", "list", "--state", "posting"}).find("posting") == std::string::npos;
    }));
    int exit_code = -1;
    EXPECT_EQ(bench.Ctl({"ledger", "verify"}, &exit_code), bench.Ctl({"ledger", "verify"}));
    EXPECT_EQ(exit_code, 0);
    const std::string before = bench.Ctl({"budget", "list"});
    // Every file once more: nothing moves.
    for (uint32_t round = 1; round <= rounds; ++round) {
        auto options = small_world(300, round);
        options.seed = round;
        EXPECT_EQ(bench.Upload("/v1/feeds/orbit/interchanges?wait", make_867(options)).body, answers[round]);
    }
    EXPECT_EQ(bench.Ctl({"budget", "list"}), before);
}

}  // namespace
}  // namespace tributary::e2e
