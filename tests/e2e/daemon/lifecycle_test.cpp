// Start, check, stop: what systemd and an administrator see.
#include <csignal>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "tests/e2e/daemon/daemon_process.hpp"

namespace tributary::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

class Lifecycle : public DaemonTest {};

TEST_F(Lifecycle, CheckListsEveryMistakeAndExits78) {
    write("feeds.d/b.toml", "[feed]\nname = \"b\"\nconnector = \"x13\"\nlife = true\n");
    write("connectors.d/gift.toml",
          "[connector]\nname = \"gift\"\nlibrary = \"giftcard.so\"\nisolation = \"none of it\"\n");
    for (const Ran& ran : {run({BIN_DIRECTORY "/tributaryd", "--check", "--config", path("tributary.toml")}),
                           ctl({"check", "--config", path("tributary.toml")}),
                           ctl({"check", "--no-environment", "-c", path("tributary.toml")})}) {
        EXPECT_EQ(ran.code, 78) << ran.output;
        EXPECT_THAT(ran.output, HasSubstr(path("feeds.d/b.toml") +
                                          ":3:13: there is no connector 'x13' in connectors.d (did you mean 'x12'?)"));
        EXPECT_THAT(ran.output,
                    HasSubstr(path("feeds.d/b.toml") + ":4:1: [feed] has no key 'life' (did you mean 'live'?)"));
        EXPECT_THAT(ran.output,
                    HasSubstr(path("connectors.d/gift.toml") + ":4:13: 'isolation' must be one of process, none"));
    }
    start_process();
    EXPECT_EQ(wait_for_exit(), 78);
    EXPECT_FALSE(std::filesystem::exists(path("data")));
}

TEST_F(Lifecycle, CheckLooksAtCredentialsAndConnectors) {
    std::filesystem::remove(path("credentials/acme"));
    write("connectors.d/gift.toml", "[connector]\nname = \"gift\"\nlibrary = \"absent.so\"\n");
    write("connectors.d/wrong.toml",
          "[connector]\nname = \"wrong\"\nlibrary = \"feed_x12.so\"\n[options]\nbase_url = \"https://example.com\"\n");
    write("tributary.toml", "[daemon]\nconnector_directory = \"" CONNECTOR_DIRECTORY
                            "\"\ncredentials_directory = \"credentials\"\n[http]\nca_file = \"absent.pem\"\n");
    const Ran ran = ctl({"check", "-c", path("tributary.toml")});
    EXPECT_EQ(ran.code, 78);
    EXPECT_THAT(ran.output, HasSubstr(path("absent.pem") + ": No such file"));
    EXPECT_THAT(ran.output, HasSubstr(path("feeds.d/acme.toml") + ":5:11: credential 'acme'"));
    EXPECT_THAT(ran.output, HasSubstr(path("connectors.d/gift.toml") + ":3:11: "));
    EXPECT_THAT(ran.output, HasSubstr(path("connectors.d/wrong.toml") + ":3:11: "));
    EXPECT_EQ(ctl({"check", "-c", path("tributary.toml"), "--no-environment"}).code, 0);
}

TEST_F(Lifecycle, TellsSystemdWhenItIsReadyAndWhenItStops) {
    start();
    EXPECT_THAT(notified("READY=1"), HasSubstr("STATUS=1 feeds"));
    EXPECT_TRUE(std::filesystem::exists(path("socket")));
    signal(SIGTERM);
    EXPECT_THAT(notified("STOPPING=1"), HasSubstr("STATUS=stopping"));
    EXPECT_EQ(wait_for_exit(), 0);
    EXPECT_FALSE(std::filesystem::exists(path("socket")));
    EXPECT_FALSE(std::filesystem::exists(path("data/endpoints.json")));
}

TEST_F(Lifecycle, FeedsTheWatchdog) {
    environment_["WATCHDOG_USEC"] = "200000";
    start();
    EXPECT_EQ(notified("WATCHDOG=1"), "WATCHDOG=1");
    EXPECT_EQ(notified("WATCHDOG=1"), "WATCHDOG=1");
}

TEST_F(Lifecycle, ASecondDaemonOnTheSameDataIsRefused) {
    start();
    const Ran second = run({BIN_DIRECTORY "/tributaryd", "--config", path("tributary.toml")});
    EXPECT_EQ(second.code, 69);
    EXPECT_THAT(second.output, HasSubstr("another tributaryd"));
    EXPECT_EQ(ctl({"status"}).code, 0);
}

TEST_F(Lifecycle, StopFinishesTheRequestThatRuns) {
    start();
    const int fd = connect();
    const std::string head =
        "POST /v1/feeds/acme/interchanges HTTP/1.1\r\nhost: x\r\nauthorization: Bearer "
        "acme-token-0123456789\r\ncontent-length: 6\r\n\r\nISA";
    ASSERT_EQ(::write(fd, head.data(), head.size()), static_cast<ssize_t>(head.size()));
    ASSERT_TRUE(eventually([&] { return http("metrics", "GET", "/-/ready").status == 200; }));
    signal(SIGTERM);
    notified("STOPPING=1");
    ASSERT_EQ(::write(fd, "*00", 3), 3);
    char answer[32] = {};
    EXPECT_GT(::read(fd, answer, sizeof answer - 1), 0);
    EXPECT_THAT(std::string(answer), HasSubstr("HTTP/1.1 202"));
    ::close(fd);
    EXPECT_EQ(wait_for_exit(), 0);
}

TEST_F(Lifecycle, ASecondStopIsAtOnce) {
    start();
    const int fd = connect();
    const std::string head =
        "POST /v1/feeds/acme/interchanges HTTP/1.1\r\nhost: x\r\nauthorization: Bearer "
        "acme-token-0123456789\r\ncontent-length: 6\r\n\r\nISA";
    ASSERT_EQ(::write(fd, head.data(), head.size()), static_cast<ssize_t>(head.size()));
    ASSERT_TRUE(eventually([&] { return http("metrics", "GET", "/-/ready").status == 200; }));
    signal(SIGTERM);
    notified("STOPPING=1");
    signal(SIGTERM);
    EXPECT_EQ(wait_for_exit(), 0);
    EXPECT_THAT(log(), HasSubstr("daemon.stopped_at_once"));
    ::close(fd);
}

TEST_F(Lifecycle, KeepsItsSecretsToItself) {
    start();
    std::ifstream limits("/proc/" + std::to_string(pid_) + "/limits");
    std::string line, core;
    while (std::getline(limits, line))
        if (line.starts_with("Max core file size")) core = line;
    EXPECT_THAT(core, HasSubstr(" 0 "));
    EXPECT_THAT(log(), Not(HasSubstr("acme-token")));
    EXPECT_EQ(std::filesystem::status(path("data")).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(Lifecycle, TheSocketIsFoundInTheConfiguration) {
    start();
    EXPECT_EQ(run({BIN_DIRECTORY "/tributaryctl", "--config", path("tributary.toml"), "status"}).code, 0);
    EXPECT_EQ(run({BIN_DIRECTORY "/tributaryctl", "--config", path("tributary.toml"), "check"}).code, 0);
    EXPECT_EQ(run({BIN_DIRECTORY "/tributaryctl", "status", "-c", path("absent.toml")}).code, 69);
}

TEST_F(Lifecycle, UsageErrorsExit64AndAnUnreachableDaemon69) {
    EXPECT_EQ(run({BIN_DIRECTORY "/tributaryd", "--bogus"}).code, 64);
    EXPECT_EQ(ctl({"bogus"}).code, 64);
    EXPECT_EQ(ctl({}).code, 64);
    EXPECT_EQ(ctl({"--help"}).code, 0);
    const Ran ran = ctl({"status"});
    EXPECT_EQ(ran.code, 69);
    EXPECT_THAT(ran.output, HasSubstr("Is tributaryd running?"));
}

}  // namespace
}  // namespace tributary::e2e
