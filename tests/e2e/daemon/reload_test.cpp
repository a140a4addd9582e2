// Reload: good configuration is taken into use, bad configuration changes nothing.
#include <csignal>

#include "tests/e2e/daemon/daemon_process.hpp"

namespace tributary::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

class Reload : public DaemonTest {};

TEST_F(Reload, ByHangUpTakesANewFeedIntoUse) {
    start();
    write_feed("beta");
    signal(SIGHUP);
    EXPECT_THAT(notified("RELOADING=1"), HasSubstr("MONOTONIC_USEC="));
    EXPECT_THAT(notified("READY=1"), HasSubstr("2 feeds"));
    EXPECT_THAT(ctl({"feed", "list"}).output, HasSubstr("beta"));
    EXPECT_THAT(ctl({"audit", "list"}).output, HasSubstr("config.reload"));
}

TEST_F(Reload, OfABadFileChangesNothingAndSaysSo) {
    start();
    write("feeds.d/beta.toml", "[feed]\nname = \"beta\"\nconnector = \"nope\"\n");
    write("feeds.d/acme.toml", "[feed]\nname = \"other\"\nconnector = \"x12\"\n");
    signal(SIGHUP);
    notified("RELOADING=1");
    EXPECT_THAT(notified("READY=1"), HasSubstr("1 feeds"));
    EXPECT_THAT(log(), HasSubstr("config.reload_failed"));
    EXPECT_THAT(ctl({"feed", "list"}).output, HasSubstr("acme"));
    const Ran again = ctl({"reload"});
    EXPECT_EQ(again.code, 78);
    EXPECT_THAT(again.output, HasSubstr(path("feeds.d/beta.toml") + ":3:13: there is no connector 'nope'"));
    const std::string metrics = http("metrics", "GET", "/metrics").body;
    EXPECT_THAT(metrics, HasSubstr("tributary_config_last_reload_successful 0"));
    EXPECT_THAT(metrics, HasSubstr("tributary_config_reloads_total{result=\"failure\"} 2"));
    EXPECT_EQ(http("http", "POST", "/v1/feeds/acme/interchanges", "ISA*", "acme-token-0123456789").status, 202);

    write_feed("beta");
    write_feed("acme");
    EXPECT_EQ(ctl({"reload"}).code, 0);
    EXPECT_THAT(http("metrics", "GET", "/metrics").body, HasSubstr("tributary_config_last_reload_successful 1"));
}

TEST_F(Reload, ChangesATokenWithoutARestart) {
    start();
    write("credentials/acme", "another-token-0123456789\n", 0400);
    EXPECT_EQ(http("http", "POST", "/v1/feeds/acme/interchanges", "ISA*", "another-token-0123456789").status, 401);
    EXPECT_EQ(ctl({"reload"}).code, 0);
    EXPECT_EQ(http("http", "POST", "/v1/feeds/acme/interchanges", "ISA*", "another-token-0123456789").status, 202);
    EXPECT_EQ(http("http", "POST", "/v1/feeds/acme/interchanges", "ISA*", "acme-token-0123456789").status, 401);
}

TEST_F(Reload, SaysWhatNeedsARestartEachTime) {
    start();
    write("tributary.toml", "[daemon]\ndata_directory = \"elsewhere\"\nconnector_directory = \"" CONNECTOR_DIRECTORY
                            "\"\ncredentials_directory = \"credentials\"\n[api]\nsocket = \"socket\"\n[http]\nport = "
                            "0\n[metrics]\nport = 0\n");
    for (int i = 0; i < 2; ++i)
        EXPECT_THAT(ctl({"reload"}).output, HasSubstr("at the next start: daemon.data_directory"));
    EXPECT_THAT(ctl({"status"}).output, HasSubstr(path("data")));
}

TEST_F(Reload, OpensOnlyConnectorsThatChanged) {
    start();
    EXPECT_THAT(ctl({"reload"}).output, Not(HasSubstr("opened anew")));
    write("connectors.d/x12.toml",
          "[connector]\nname = \"x12\"\nlibrary = \"feed_x12.so\"\n[limits]\nworker_count_max = 1\n");
    EXPECT_THAT(ctl({"reload"}).output, HasSubstr("opened anew: x12"));
}

}  // namespace
}  // namespace tributary::e2e
