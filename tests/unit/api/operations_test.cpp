// The daemon itself: status, reload, backup, probes, directory, webhooks.
#include "tests/unit/api/api_fixture.hpp"

namespace tributary::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OperationsTest : public ApiTest {};

TEST_F(OperationsTest, AFailedReloadListsTheMistakes) {
    EXPECT_EQ(object(post("/v1/reload", {})).at("actor"), "user:root");
    is_config_bad_ = true;
    const net::Response response = post("/v1/reload", {});
    EXPECT_EQ(response.status, 422);
    EXPECT_THAT(response.body, HasSubstr("tributary.toml:3:1"));
}

TEST_F(OperationsTest, BackupMakesAFileThatOpens) {
    const std::string path = directory_ + "/copy.db";
    EXPECT_EQ(post("/v1/backup", {{"path", "copy.db"}}).status, 400);
    EXPECT_EQ(post("/v1/backup", {{"path", path}}).status, 200);
    store::StoreOptions options;
    options.path = path;
    EXPECT_TRUE(store::Store::open(options, clock_));
    EXPECT_THAT(audited(), ElementsAre("user:root backup " + path));
}

TEST_F(OperationsTest, ProbesTellHealthyFromReady) {
    std::string spool, store;
    health_.add("store", true, [&] { return store; });
    health_.add("spool", false, [&] { return spool; });
    EXPECT_EQ(get("/-/ready").status, 200);
    spool = "full";
    EXPECT_EQ(get("/-/ready").status, 503);
    EXPECT_EQ(get("/-/healthy").status, 200);
    store = "failed";
    EXPECT_EQ(get("/-/healthy").status, 503);
    EXPECT_THAT(get("/-/ready").body, HasSubstr("\"spool\":\"full\""));
}

TEST_F(OperationsTest, StatusCounts) {
    const json::object status = object(get("/v1/status"));
    EXPECT_EQ(status.at("version"), "1.2.3");
    EXPECT_EQ(status.at("interchanges"), 0);
    EXPECT_EQ(status.at("health").at("ready"), true);
}

TEST_F(OperationsTest, AnImportIsAllOrNothing) {
    const std::string good = "id,kind,name\nD1,distributor,Delta\n";
    const net::Response done = send(with_file(request("POST", "/v1/directory/import?file_name=parties.csv"), good));
    EXPECT_EQ(done.status, 200) << done.body;
    EXPECT_FALSE(upload_exists());
    EXPECT_EQ(object(get("/v1/parties/D1")).at("name"), "Delta");
    EXPECT_EQ(audited().size(), 1u);
    const net::Response refused =
        send(with_file(request("POST", "/v1/directory/import"), good + "D2,distributor\n,,\n"));
    EXPECT_EQ(refused.status, 422) << refused.body;
    EXPECT_GT(object(refused).at("report").at("errors").as_array().size(), 0u);
    EXPECT_EQ(get("/v1/parties/D2").status, 404);
    EXPECT_EQ(audited().size(), 1u);
}

TEST_F(OperationsTest, WebhooksOfUnknownConnectorsAreNotFound) {
    net::Request hook = request("POST", "/webhooks/nobody", "x");
    hook.peer = {};
    EXPECT_EQ(send(hook).status, 404);
}

TEST_F(OperationsTest, AFieldOfAnotherTypeIsRefusedNotIgnored) {
    for (const char* body : {R"({"id": "7"})", R"({"id": -1})", R"({"cause": 7})", R"({"dry_run": "yes"})"})
        EXPECT_EQ(send(request("POST", "/v1/exceptions/retry", body)).status, 400) << body;
    EXPECT_EQ(flow_.retried, "");
}

TEST_F(OperationsTest, AuditComesInPagesBothWays) {
    for (int i = 0; i < 3; ++i) post("/v1/backup", {{"path", fmt::format("{}/b{}", directory_, i)}});
    EXPECT_EQ(items(get("/v1/audit?limit=2")).size(), 2u);
    EXPECT_EQ(items(get("/v1/audit?order=newest&limit=1"))[0].at("seq"), 3);
    EXPECT_EQ(items(get("/v1/audit?order=newest&limit=1&after=3"))[0].at("seq"), 2);
}

}  // namespace
}  // namespace tributary::api
