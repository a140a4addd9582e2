// Requests from outside: who may connect, what an interchange gets as answer, what survives a kill.
#include <csignal>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/daemon/daemon_process.hpp"

namespace tributary::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* token = "acme-token-0123456789";

std::string report(int number) {
    return fmt::format(
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261101*0341*U*00401*{0:09}*0*P*>~"
        "GS*PT*SENDER*RECEIVER*20261101*0341*{0}*X*004010~ST*867*0001~BPT*00*R{0}*20261101*DD~"
        "N1*DB*DELTA*92*D1~PTD*SS~DTM*003*20261030~N1*BY*SHOP*92*S1~"
        "QTY*32*2*EA~LIN*1*VP*SKU1~CTT*1~SE*10*0001~GE*1*{0}~IEA*1*{0:09}~",
        number);
}

class Traffic : public DaemonTest {
protected:
    // GET /v1/feeds over the socket as another user; what came back, or why not.
    std::string ask_as(uid_t uid) const {
        int pipe[2];
        if (::pipe(pipe) != 0) return "no pipe";
        const pid_t child = ::fork();
        if (child == 0) {
            std::string said = "cannot become the user";
            if (::setgid(uid) == 0 && ::setuid(uid) == 0) said = ask();
            [[maybe_unused]] const ssize_t written = ::write(pipe[1], said.data(), said.size());
            ::_exit(0);
        }
        ::close(pipe[1]);
        char text[512] = {};
        [[maybe_unused]] const ssize_t got = ::read(pipe[0], text, sizeof text - 1);
        ::close(pipe[0]);
        ::waitpid(child, nullptr, 0);
        return text;
    }
    std::string ask() const {
        const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path("socket").copy(address.sun_path, sizeof address.sun_path - 1);
        if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return "cannot connect";
        constexpr std::string_view request = "GET /v1/feeds HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        [[maybe_unused]] const ssize_t written = ::write(fd, request.data(), request.size());
        char text[256] = {};
        [[maybe_unused]] const ssize_t got = ::read(fd, text, sizeof text - 1);
        return text;
    }
};

TEST_F(Traffic, TheSocketIsClosedToStrangers) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
    start();
    EXPECT_EQ(ask_as(65'534), "cannot connect");
}

TEST_F(Traffic, NamedUsersMayAdministrateAndOthersAreTold) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
    write_main({}, "users = [\"nobody\"]");
    start();
    EXPECT_THAT(ask_as(65'534), StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(ask_as(54'321), StartsWith("HTTP/1.1 403"));
}

TEST_F(Traffic, ProbesAndMetricsAnswerWithoutCredentials) {
    start();
    EXPECT_EQ(http("metrics", "GET", "/-/healthy").status, 200);
    EXPECT_EQ(http("metrics", "GET", "/-/ready").status, 200);
    const std::string metrics = http("metrics", "GET", "/metrics").body;
    for (const char* name :
         {"tributary_build_info", "tributary_store_queue_length 0", "tributary_connector_up{connector=\"x12\"} 1",
          "tributary_spool_size_bytes 0", "tributary_disk_free_bytes"})
        EXPECT_THAT(metrics, HasSubstr(name));
    EXPECT_EQ(http("metrics", "GET", "/v1/status").status, 404);
    EXPECT_EQ(http("http", "GET", "/metrics").status, 404);
    EXPECT_EQ(http("http", "GET", "/openapi.json").status, 200);
}

TEST_F(Traffic, AnInterchangeGetsItsAcknowledgement) {
    write_feed("acme", true);
    start();
    const net::Response answer = http("http", "POST", "/v1/feeds/acme/interchanges?wait=60", report(1), token);
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr("AK5*A"));
    EXPECT_EQ(ctl({"interchange", "ack", "1"}).output, answer.body);
    EXPECT_THAT(http("http", "POST", "/v1/feeds/acme/interchanges", report(2)).status, 401);

    write("again.edi", report(1));
    EXPECT_EQ(ctl({"feed", "send", path("again.edi"), "--feed", "acme", "--wait"}).code, 0);
    EXPECT_TRUE(eventually([&] { return ctl({"interchange", "list"}).output.find("duplicate") != std::string::npos; }));
    EXPECT_EQ(ctl({"feed", "validate", path("again.edi"), "-f", "acme"}).code, 0);
    write("broken.edi", report(3).substr(0, 300));
    EXPECT_EQ(ctl({"feed", "validate", path("broken.edi"), "-f", "acme"}).code, 65);
    EXPECT_EQ(ctl({"interchange", "show", "77"}).code, 66);
}

TEST_F(Traffic, WhatWasAcknowledgedSurvivesAKill) {
    write_feed("acme", true);
    start();
    EXPECT_EQ(http("http", "POST", "/v1/feeds/acme/interchanges", report(1), token).status, 202);
    signal(SIGKILL);
    EXPECT_EQ(wait_for_exit(), 1000 + SIGKILL);
    std::filesystem::remove(path("data/endpoints.json"));
    std::filesystem::remove(path("log"));
    start();
    EXPECT_TRUE(eventually([&] { return ctl({"interchange", "list"}).output.find("done") != std::string::npos; }));
    const Ran verified = ctl({"ledger", "verify"});
    EXPECT_EQ(verified.code, 0) << verified.output;
}

TEST_F(Traffic, TheCommandLineSpeaksJsonToo) {
    start();
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"status"},
                                               {"feed", "list"},
                                               {"interchange", "list"},
                                               {"exception", "list"},
                                               {"budget", "list"},
                                               {"program", "list"},
                                               {"payout", "list"},
                                               {"account", "list"},
                                               {"ledger", "balances"},
                                               {"ledger", "verify"},
                                               {"ledger", "head"},
                                               {"notice", "list"},
                                               {"audit", "list"},
                                               {"connector", "list"},
                                               {"connector", "describe", CONNECTOR_DIRECTORY "/feed_x12.so"},
                                               {"reload"}}) {
        std::vector<std::string> with_json = words;
        with_json.push_back("--json");
        const Ran ran = ctl(with_json);
        EXPECT_EQ(ran.code, 0) << words.front() << ran.output;
        EXPECT_TRUE(parse_json(ran.output)) << words.front() << ran.output;
        EXPECT_EQ(ctl(words).code, 0) << words.front();
    }
    EXPECT_EQ(ctl({"backup", path("copy.db")}).code, 0);
    EXPECT_TRUE(std::filesystem::exists(path("copy.db")));
    EXPECT_NE(ctl({"backup", path("copy.db")}).code, 0);
}

TEST_F(Traffic, AConnectorIsDescribedAndTestedWithoutADaemon) {
    const Ran described = ctl({"connector", "describe", CONNECTOR_DIRECTORY "/giftcard_null.so"});
    EXPECT_EQ(described.code, 0) << described.output;
    EXPECT_THAT(described.output, HasSubstr("payout"));
    write("sample.edi", report(1));
    const Ran tested = ctl({"connector", "test", CONNECTOR_DIRECTORY "/feed_x12.so", "--sample", path("sample.edi")});
    EXPECT_EQ(tested.code, 0) << tested.output;
    EXPECT_THAT(tested.output, Not(HasSubstr("FAILED")));
    EXPECT_NE(ctl({"connector", "describe", path("sample.edi")}).code, 0);
}

}  // namespace
}  // namespace tributary::e2e
