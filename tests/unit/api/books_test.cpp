// Budgets, accounts, payouts and the ledger's checks.
#include "tests/unit/api/api_fixture.hpp"

namespace tributary::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class BooksTest : public ApiTest {
protected:
    void SetUp() override {
        ApiTest::SetUp();
        write([&](store::Tx& tx) {
            const AccountId budget =
                ledger_->account(tx, "budget/spring/laser", "EUR", ledger::Constraint::debits_within_credits);
            tx.run(
                "INSERT INTO incentive (id, program, code, unit, budget_account) VALUES (1, 'spring', 'laser', 'EUR', "
                "?)",
                budget);
        });
    }
    net::Response fund(const json::object& body) { return post("/v1/budgets/spring/laser/fund", body); }
};

TEST_F(BooksTest, FundingIsInTheUnitAndARepeatIsHarmless) {
    EXPECT_EQ(object(fund({{"amount", "1200.50"}, {"key", "k"}})).at("available").at("minor"), 120'050);
    EXPECT_EQ(object(fund({{"amount", "1200.50"}, {"key", "k"}})).at("available").at("minor"), 120'050);
    EXPECT_EQ(fund({{"amount", "7"}, {"key", "k"}}).status, 409);
    EXPECT_EQ(object(fund({{"amount", 7}, {"key", "k2"}})).at("available").at("text"), "1207.50 EUR");
    const json::value budget = items(get("/v1/budgets")).at(0);
    EXPECT_EQ(budget.at("funded").at("minor"), 120'750);
    EXPECT_EQ(budget.at("is_active"), false);
}

TEST_F(BooksTest, FundingRefusesWhatIsNoAmount) {
    const json::value bad[] = {"0", "-5", "1.005", "x", 1.5, nullptr, 0, true};
    for (const json::value& amount : bad)
        EXPECT_EQ(fund({{"amount", amount}, {"key", "k"}}).status, 400) << to_text(amount);
    EXPECT_EQ(fund({{"amount", "5"}}).status, 400);
    EXPECT_EQ(post("/v1/budgets/spring/nobody/fund", {{"amount", "5"}, {"key", "k"}}).status, 404);
    EXPECT_EQ(send(request("POST", "/v1/budgets/spring/laser/fund", "[1]")).status, 400);
    EXPECT_EQ(send(request("POST", "/v1/budgets/spring/laser/fund", "{")).status, 400);
}

TEST_F(BooksTest, AccountsComeByPrefixInPages) {
    fund({{"amount", "10"}, {"key", "k"}});
    const auto codes = [&](const std::string& target) {
        std::vector<std::string> out;
        for (const json::value& item : items(get(target))) out.emplace_back(item.at("account").as_string());
        return out;
    };
    EXPECT_THAT(codes("/v1/accounts?prefix=budget/"), ElementsAre("budget/spring/laser"));
    EXPECT_EQ(codes("/v1/accounts").size(), 2u);
    EXPECT_THAT(codes("/v1/accounts?limit=1&after=budget/spring/laser"), ElementsAre("funding/spring/EUR"));
    const json::array lines = items(get("/v1/accounts/statement?code=budget/spring/laser"));
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].at("amount").at("minor"), 1000);
    EXPECT_EQ(lines[0].at("other_account"), "funding/spring/EUR");
    EXPECT_EQ(get("/v1/accounts/statement?code=none").status, 404);
}

TEST_F(BooksTest, VerifyChecksAgainstAHeadKeptElsewhere) {
    fund({{"amount", "10"}, {"key", "k"}});
    const std::string head(object(get("/v1/ledger/head")).at("text").as_string());
    fund({{"amount", "11"}, {"key", "k2"}});
    const json::object good = object(post("/v1/ledger/verify", {{"head", head}}));
    EXPECT_EQ(good.at("is_intact"), true);
    EXPECT_EQ(good.at("is_balanced"), true);
    std::string forged = head;
    forged[forged.find_last_of("0123456789abcdef", 60)] ^= 1;
    const net::Response bad = post("/v1/ledger/verify", {{"head", forged}});
    EXPECT_TRUE(bad.status == 400 || object(bad).at("is_intact") == false) << bad.body;
    EXPECT_EQ(post("/v1/ledger/verify", {{"head", "nonsense"}}).status, 400);
}

TEST_F(BooksTest, ExportGoesToAnAnswerOrToANewFile) {
    fund({{"amount", "10"}, {"key", "k"}});
    EXPECT_THAT(get("/v1/ledger/export?format=hledger").body, HasSubstr("10.00 EUR"));
    EXPECT_EQ(get("/v1/ledger/export?format=pdf").status, 400);
    const std::string path = directory_ + "/journal";
    EXPECT_EQ(post("/v1/ledger/export", {{"format", "csv"}, {"path", path}}).status, 200);
    EXPECT_GT(std::filesystem::file_size(path), 0u);
    EXPECT_EQ(post("/v1/ledger/export", {{"format", "csv"}, {"path", path}}).status, 409);
    EXPECT_EQ(post("/v1/ledger/export", {{"format", "csv"}, {"path", "relative"}}).status, 400);
}

TEST_F(BooksTest, RedeemingNeedsAKeyAndAKnownWay) {
    const json::object body{{"recipient", "R1"}, {"connector", "card"}, {"amount", "25.00"}};
    EXPECT_EQ(post("/v1/redemptions", body).status, 400);
    net::Request with_key = request("POST", "/v1/redemptions", to_text(body));
    with_key.headers.push_back({"idempotency-key", "k"});
    const net::Response response = send(with_key);
    EXPECT_EQ(response.status, 201);
    ASSERT_EQ(payouts_.redeemed.size(), 1u);
    EXPECT_EQ(payouts_.redeemed[0].amount, 2500);
    EXPECT_EQ(payouts_.redeemed[0].key, "k");
    EXPECT_EQ(payouts_.redeemed[0].actor, "user:root");
    with_key.body = to_text(json::object{{"recipient", "R1"}, {"connector", "cash"}, {"amount", "25.00"}});
    EXPECT_EQ(send(with_key).status, 404);
}

TEST_F(BooksTest, RevealingABearerIsOnRecordFirstAndAgainIsForAdministrators) {
    const net::Response response =
        send(with_token(request("POST", "/v1/payouts/P7/reveal", "{}"), "rep_desk-token-0123456789"));
    EXPECT_EQ(object(response).at("bearer"), "https://gift.example/abc");
    EXPECT_EQ(response.headers.back().value, "no-store");
    EXPECT_THAT(audited(), ElementsAre("token:rep_desk payout.reveal P7"));
    EXPECT_EQ(
        send(with_token(request("POST", "/v1/payouts/P7/reveal", R"({"again":true})"), "rep_desk-token-0123456789"))
            .status,
        403);
    EXPECT_EQ(post("/v1/payouts/P7/reveal", {{"again", true}}).status, 200);
}

TEST_F(BooksTest, PayoutsAreNamedByTheirLetter) {
    EXPECT_EQ(get("/v1/payouts/7").status, 400);
    EXPECT_EQ(get("/v1/payouts/P7").status, 404);
    EXPECT_EQ(post("/v1/payouts/P7/resolve", {{"outcome", "settled"}}).status, 400);
    EXPECT_EQ(object(post("/v1/payouts/P7/resolve", {{"outcome", "settled"}, {"evidence", "call"}})).at("actor"),
              "user:root");
}

}  // namespace
}  // namespace tributary::api
