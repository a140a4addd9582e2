// Who may do what.
#include "tests/unit/api/api_fixture.hpp"

namespace tributary::api {
namespace {

using testing::HasSubstr;

TEST(Rights, FollowTheRole) {
    struct Row {
        const char* role;
        std::vector<Right> rights;
    };
    using enum Right;
    const Row rows[] = {
        {"admin", {anyone, feed, desk, look, operate, money, redeem, admin}},
        {"operator", {anyone, feed, desk, look, operate}},
        {"finance", {anyone, desk, look, money, redeem}},
        {"auditor", {anyone, desk, look}},
        {"rep_desk", {anyone, desk, redeem}},
        {"feed", {anyone, feed}},
        {"unheard-of", {anyone}},
    };
    for (const Row& row : rows)
        for (const Right right : {anyone, feed, desk, look, operate, money, redeem, admin, local})
            EXPECT_EQ(has_right(row.role, right),
                      std::find(row.rights.begin(), row.rights.end(), right) != row.rights.end())
                << row.role << " " << static_cast<int>(right);
}

class AccessTest : public ApiTest {};

TEST_F(AccessTest, TokensOpenWhatTheirRoleAllows) {
    struct Row {
        const char* token;
        const char* method;
        const char* target;
        int status;
    };
    const Row rows[] = {
        {"auditor-token-0123456789", "GET", "/v1/interchanges", 200},
        {"auditor-token-0123456789", "POST", "/v1/reload", 403},
        {"operator-token-0123456789", "POST", "/v1/exceptions/retry", 200},
        {"operator-token-0123456789", "POST", "/v1/payouts/P1/resolve", 403},
        {"finance-token-0123456789", "GET", "/v1/budgets", 200},
        {"finance-token-0123456789", "POST", "/v1/exceptions/retry", 403},
        {"rep_desk-token-0123456789", "GET", "/v1/parties/R1", 404},
        {"rep_desk-token-0123456789", "GET", "/v1/accounts", 403},
        {"admin-token-0123456789", "POST", "/v1/reload", 200},
        {"admin-token-0123456789", "POST", "/v1/backup", 403},
        {"acme-token-0123456789", "GET", "/v1/interchanges", 403},
        {"acme-token-0123456789", "POST", "/v1/feeds/other/interchanges", 403},
        {"nobody-token-0123456789", "GET", "/v1/interchanges", 401},
        {"", "GET", "/v1/interchanges", 401},
    };
    for (const Row& row : rows)
        EXPECT_EQ(send(with_token(request(row.method, row.target, "{}"), row.token)).status, row.status)
            << row.token << " " << row.target;
}

TEST_F(AccessTest, TheSchemeIsReadInAnyCaseAndNothingElseIsAccepted) {
    net::Request lower = with_token(request("GET", "/v1/feeds"), "x");
    lower.headers.back().value = "bearer auditor-token-0123456789";
    EXPECT_EQ(send(lower).status, 200);
    lower.headers.back().value = "Basic auditor-token-0123456789";
    const net::Response refused = send(lower);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.headers.back().name, "www-authenticate");
    EXPECT_EQ(object(refused).at("code"), "unauthorized");
}

TEST_F(AccessTest, TheSocketIsForRootTheDaemonAndWhoIsNamed) {
    net::Request stranger = request("GET", "/v1/feeds");
    stranger.peer.uid = 54'321;
    stranger.peer.gid = 54'321;
    EXPECT_EQ(send(stranger).status, 403);
    Settings settings = ApiTest::settings();
    settings.access.add_user(54'321);
    api_->replace_settings(std::move(settings));
    EXPECT_EQ(send(stranger).status, 200);
    settings = ApiTest::settings();
    settings.access.add_group(54'321);
    api_->replace_settings(std::move(settings));
    EXPECT_EQ(send(stranger).status, 200);
    net::Request own = request("GET", "/v1/feeds");
    own.peer.uid = ::geteuid();
    EXPECT_EQ(send(own).status, 200);
}

TEST_F(AccessTest, RefusalsAreCountedAndTellNoToken) {
    const net::Response response = send(with_token(request("GET", "/v1/feeds"), "wrong-token-0123456789"));
    EXPECT_THAT(response.body, testing::Not(HasSubstr("wrong-token")));
    EXPECT_THAT(get("/metrics").body,
                HasSubstr("tributary_http_requests_total{code=\"4xx\",method=\"GET\",route=\"/v1/feeds\"} 1"));
}

TEST_F(AccessTest, EveryRouteStandsInTheDescription) {
    const json::object paths = object(get("/openapi.json")).at("paths").as_object();
    size_t operations = 0;
    for (const auto& [path, methods] : paths) operations += methods.as_object().size();
    EXPECT_EQ(operations, api_->endpoints().size());
    for (const Endpoint& endpoint : api_->endpoints()) {
        ASSERT_TRUE(paths.contains(endpoint.pattern)) << endpoint.pattern;
        EXPECT_STRNE(endpoint.summary, "") << endpoint.pattern;
    }
}

}  // namespace
}  // namespace tributary::api
