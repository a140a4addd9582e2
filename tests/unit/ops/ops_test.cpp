// Metrics text, systemd notification, audit rows, health and the watchdog's idea of progress.
#include <filesystem>

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/ops/audit.hpp"
#include "core/ops/health.hpp"
#include "core/ops/metrics.hpp"
#include "core/ops/notify.hpp"
#include "core/ops/store_metrics.hpp"
#include "core/ops/watchdog.hpp"

namespace tributary::ops {
namespace {

using testing::HasSubstr;

class Folder : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/tributary-ops-XXXXXX";
        directory_ = ::mkdtemp(name);
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }
    std::unique_ptr<store::Store> open_store() {
        store::StoreOptions options;
        options.path = directory_ + "/store.db";
        auto opened = store::Store::open(options, clock_);
        return opened ? std::move(*opened) : nullptr;
    }
    std::string directory_;
    ManualClock clock_{1'800'000'000'000};
};

TEST(Metrics, CountsRequestsByRouteAndClass) {
    Metrics metrics("1.2.3");
    metrics.count_request("GET", "/v1/status", 200, 3);
    metrics.count_request("GET", "/v1/status", 204, 5);
    metrics.count_request("GET", "/v1/status", 503, 5);
    const std::string text = metrics.text();
    EXPECT_THAT(text, HasSubstr("tributary_build_info{version=\"1.2.3\"} 1"));
    EXPECT_THAT(text, HasSubstr("tributary_http_requests_total{code=\"2xx\",method=\"GET\",route=\"/v1/status\"} 2"));
    EXPECT_THAT(text, HasSubstr("tributary_http_requests_total{code=\"5xx\",method=\"GET\",route=\"/v1/status\"} 1"));
    EXPECT_THAT(text, HasSubstr("tributary_http_request_duration_seconds_count 3"));
}

TEST(Metrics, AFailedReloadKeepsTheTimeOfTheLastGoodOne) {
    Metrics metrics("1");
    metrics.count_reload(true, 1'000'000);
    metrics.count_reload(false, 2'000'000);
    const std::string text = metrics.text();
    EXPECT_THAT(text, HasSubstr("tributary_config_last_reload_successful 0"));
    EXPECT_THAT(text, HasSubstr("tributary_config_last_reload_success_timestamp_seconds 1000\n"));
    EXPECT_THAT(text, HasSubstr("tributary_config_reloads_total{result=\"failure\"} 1"));
}

TEST(Metrics, SourcesAreAskedWhenSomebodyLooks) {
    Metrics metrics("1");
    int64_t value = 1;
    metrics.add_source([&](Scrape& scrape) { scrape.gauge("tributary_test", "Help.", value, {{"a", "x\"y"}}); });
    value = 7;
    EXPECT_THAT(metrics.text(), HasSubstr("tributary_test{a=\"x\\\"y\"} 7"));
}

TEST_F(Folder, StoreMetricsOfAnEmptyStore) {
    auto store = open_store();
    ASSERT_TRUE(store);
    Scrape scrape;
    ASSERT_TRUE(store->read([&](store::Tx& tx) { scrape_store(tx, scrape, clock_.now_ms()); }));
    EXPECT_THAT(scrape.text(), HasSubstr("tributary_interchanges_total 0"));
    EXPECT_THAT(scrape.text(), HasSubstr("tributary_payout_oldest_unsettled_seconds 0"));
}

TEST_F(Folder, AuditIsWrittenWithTheChangeOrNotAtAll) {
    auto store = open_store();
    ASSERT_TRUE(store);
    const auto write = [&](bool is_refused) {
        return store->write([&](store::Tx& tx) {
            record(tx, 5, {"uid:0", "budget.fund", "p/i", {{"amount", 5}}, "abc"});
            if (is_refused) tx.refuse(fail(ErrorCode::conflict, "no"));
        });
    };
    EXPECT_TRUE(write(false));
    EXPECT_FALSE(write(true));
    json::array entries;
    ASSERT_TRUE(store->read([&](store::Tx& tx) { entries = audit_json(tx, 0, 10); }));
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_EQ(entries[0].at("detail").at("amount"), 5);
    EXPECT_EQ(entries[0].at("actor"), "uid:0");
}

class NotifySocket : public Folder {
protected:
    void SetUp() override {
        Folder::SetUp();
        path_ = directory_ + "/notify";
        fd_ = ::socket(AF_UNIX, SOCK_DGRAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        ASSERT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    void TearDown() override {
        ::close(fd_);
        Folder::TearDown();
    }
    std::string receive() const {
        char text[512];
        const ssize_t size = ::recv(fd_, text, sizeof text, 0);
        return std::string(text, size > 0 ? static_cast<size_t>(size) : 0);
    }
    std::string path_;
    int fd_ = -1;
};

TEST_F(NotifySocket, SendsWhatSystemdExpects) {
    const Notifier notifier(path_);
    notifier.ready("3 feeds\nREADY=0");
    EXPECT_EQ(receive(), "READY=1\nSTATUS=3 feeds READY=0");
    notifier.reloading();
    EXPECT_THAT(receive(), testing::MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+\nSTATUS=.*"));
    notifier.stopping("bye");
    EXPECT_EQ(receive(), "STOPPING=1\nSTATUS=bye");
}

TEST_F(NotifySocket, TheWatchdogIsFedWhileThingsGetOn) {
    const Notifier notifier(path_);
    const Watchdog watchdog(notifier, clock_, 1000, {{"idle", Progress([] { return Progress::Sight{}; }, 1)}});
    EXPECT_EQ(receive(), "WATCHDOG=1");
}

TEST(Notifier, WithoutASocketDoesNothing) {
    Notifier("").ready("x");
    EXPECT_FALSE(Notifier("").is_active());
}

TEST(Progress, IsStuckOnlyWhenBusyAndUnchangedForTooLong) {
    Progress::Sight sight{true, "a"};
    Progress progress([&] { return sight; }, 100);
    EXPECT_FALSE(progress.is_stuck(0));
    EXPECT_FALSE(progress.is_stuck(100));
    EXPECT_TRUE(progress.is_stuck(101));
    sight.mark = "b";
    EXPECT_FALSE(progress.is_stuck(150));
    EXPECT_TRUE(progress.is_stuck(251));
    sight.is_busy = false;
    EXPECT_FALSE(progress.is_stuck(1000));
}

TEST(Health, SaysWhichPartIsIll) {
    Health health;
    std::string spool;
    health.add("store", true, [] { return std::string(); });
    health.add("spool", false, [&] { return spool; });
    EXPECT_TRUE(Health::is_ready(health.findings()));
    spool = "the spool is full";
    const auto findings = health.findings();
    EXPECT_FALSE(Health::is_ready(findings));
    EXPECT_TRUE(Health::is_healthy(findings));
    EXPECT_EQ(Health::to_json(findings).at("checks").at("spool"), "the spool is full");
}

TEST_F(Folder, DiskChecksNameThePlace) {
    EXPECT_EQ(disk_problem(directory_, 1), "");
    EXPECT_THAT(disk_problem(directory_, UINT64_MAX), HasSubstr(directory_));
    EXPECT_THAT(disk_problem(directory_ + "/absent", 1), HasSubstr("cannot be examined"));
}

}  // namespace
}  // namespace tributary::ops
