// What becomes of a connector that attacks its process: the call fails with a reason, the daemon and every other
// connector go on, nothing outside the worker was touched.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "plugins/kit/recording.hpp"

namespace tributary::host {
namespace {

using kit::wait_for;
using testing::HasSubstr;

Result<std::shared_ptr<Connector>> open_bad(const std::string& name, ConnectorLimits limits = {}) {
    ConnectorConfig config;
    config.name = name;
    config.path = std::string(BAD_CONNECTOR_DIR) + "/" + name + ".so";
    config.limits = limits;
    return open_connector(std::move(config));
}

Result<HttpRequest> build(Connector& connector) {
    PayoutJob job;
    job.payout_id = "p-1", job.key = "3f2c", job.amount = {1050, "USD", 2};
    return wait_for<HttpRequest>([&](auto done) { connector.as_payout()->build(job, done); });
}

std::shared_ptr<Connector> healthy() {
    ConnectorConfig config;
    config.name = "healthy";
    config.path = std::string(CONNECTOR_DIR) + "/giftcard_null.so";
    config.options = {{"url", "https://pay.example/v1"}};
    auto opened = open_connector(std::move(config));
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? *opened : nullptr;
}

// Under a sanitizer the run-time reports a crash and ends the worker with a code, before the signal would.
#ifdef TRIBUTARY_SANITIZE
constexpr const char *crash = "the worker ended", *smash = "the worker ended";
#else
constexpr const char *crash = "crashed (SIGSEGV)", *smash = "crashed (SIGABRT)";
#endif

struct Attack {
    const char* name;
    ErrorCode code;
    const char* message_part;
};

class Attacked : public testing::TestWithParam<Attack> {};

TEST_P(Attacked, CallFailsWithAReasonAndTheHealthyOneGoesOn) {
    const auto neighbour = healthy();
    ConnectorLimits limits;
    limits.call_timeout_ms = 500;
    const auto opened = open_bad(GetParam().name, limits);
    ASSERT_TRUE(opened) << opened.error().message;
    const auto request = build(**opened);
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().code, GetParam().code) << request.error().message;
    EXPECT_THAT(request.error().message, HasSubstr(GetParam().message_part));
    EXPECT_TRUE(build(*neighbour));
    EXPECT_EQ(neighbour->state().phase, ConnectorPhase::running);
}

INSTANTIATE_TEST_SUITE_P(BadConnectors, Attacked,
                         testing::Values(Attack{"crashes", ErrorCode::unavailable, crash},
                                         Attack{"stack_smash", ErrorCode::unavailable, smash},
                                         Attack{"hangs", ErrorCode::timeout, "no answer within 500 ms"},
                                         Attack{"allocates_4_gib", ErrorCode::internal, "build failed by a bug"},
                                         Attack{"forks", ErrorCode::unavailable, "system call clone"},
                                         Attack{"opens_socket", ErrorCode::unavailable, "system call socket"},
                                         Attack{"opens_file", ErrorCode::internal, "build failed"}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Isolation, AConstructorThatAttacksIsStoppedBeforeItsLibraryIsEvenLoaded) {
    const std::string trace = std::string(BAD_CONNECTOR_DIR) + "/attacked";
    unlink(trace.c_str());
    const auto opened = open_bad("constructor_attack");
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr("system call socket"));
    EXPECT_NE(access(trace.c_str(), F_OK), 0) << "its constructor wrote a file";
}

TEST(Isolation, OneThatCrashesIsRestartedAndPausedWhenItGoesOn) {
    const auto opened = open_bad("crashes");
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ((*opened)->state().phase, ConnectorPhase::running);
    EXPECT_THAT(build(**opened).error().message, HasSubstr(crash));
    EXPECT_EQ((*opened)->state().phase, ConnectorPhase::restarting);
    EXPECT_THAT((*opened)->state().reason, HasSubstr(crash));
    EXPECT_THAT(build(**opened).error().message, HasSubstr(crash));  // the first restart is at once
    EXPECT_THAT(build(**opened).error().message, HasSubstr("restarting in"));
    EXPECT_EQ((*opened)->state().restart_count, 2u);
}

TEST(Isolation, OneWhoseStartGoesWellAgainIsRunning) {
    const auto opened = open_bad("crashes");
    ASSERT_TRUE(opened);
    EXPECT_FALSE(build(**opened));
    HttpResponse response;
    response.status = 200;
    const auto result =
        wait_for<PayoutResult>([&](auto done) { (*opened)->as_payout()->interpret({}, response, done); });
    EXPECT_TRUE(result) << result.error().message;
    EXPECT_EQ((*opened)->state().phase, ConnectorPhase::running);
    EXPECT_EQ((*opened)->state().restart_count, 1u);
}

TEST(Isolation, TheDaemonNeverMapsTheLibrary) {
    ConnectorConfig config;  // one that no other test here loads in process
    config.name = "log", config.path = std::string(CONNECTOR_DIR) + "/mail_log.so";
    config.options = {{"url", "https://log.example"}};
    const auto opened = open_connector(config);
    ASSERT_TRUE(opened) << opened.error().message;
    std::ifstream maps("/proc/self/maps");
    const std::string text((std::istreambuf_iterator<char>(maps)), std::istreambuf_iterator<char>());
    EXPECT_THAT(text, HasSubstr("[stack]"));
    EXPECT_THAT(text, testing::Not(HasSubstr("mail_log")));
}

TEST(Isolation, AWorkerThatIsNotThereIsSaidToBeMissing) {
    ConnectorConfig config;
    config.name = "cards", config.path = std::string(CONNECTOR_DIR) + "/feed_lines.so",
    config.worker_path = "/nowhere/worker";
    const auto opened = open_connector(config);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr("/nowhere/worker: cannot be started"));
}

TEST(Isolation, AProgramThatIsNoWorkerIsRefused) {
    ConnectorConfig config;
    config.name = "cards", config.path = std::string(CONNECTOR_DIR) + "/feed_lines.so",
    config.worker_path = "/bin/true";
    const auto opened = open_connector(config);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr("worker ended with code 0"));
}

class Refused : public testing::TestWithParam<const char*> {};

TEST_P(Refused, ByTheWorkerAsByTheLoader) {
    const auto opened = open_bad(GetParam());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::config) << opened.error().message;
    EXPECT_THAT(opened.error().message, HasSubstr(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(BadConnectors, Refused,
                         testing::Values("wrong_major", "newer_minor", "short_struct", "null_callback",
                                         "missing_symbol", "null_descriptor", "bad_kind", "missing_table",
                                         "short_table", "wrong_id"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace tributary::host
