// Redemptions against stateful simulators that misbehave: at most one effect each, and none lost.
#include <gtest/gtest.h>

#include "tests/e2e/bench.hpp"

namespace tributary::e2e {
namespace {

class Payout : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        bench_.Start();
        bench_.ImportWorld(generator::make_world(small_world(60, 1)));
        bench_.FundAll();
        bench_.Upload("/v1/feeds/orbit/interchanges?wait", make_867(small_world(60, 1)));
        ASSERT_TRUE(Bench::Eventually([&] { return !bench_.RichRep(1000).empty(); }));
        rep_ = bench_.RichRep(1000);
    }
    std::string Redeem(const std::string& connector, int points, const std::string& key) {
        const Answer answer = bench_.Post(
            "/v1/redemptions",
            to_text(json::object{{"recipient", rep_}, {"connector", connector}, {"amount", std::to_string(points)}}),
            key);
        EXPECT_TRUE(answer.status == 201 || answer.status == 200 || answer.status == 202)
            << answer.status << answer.body;
        return answer.json.is_object() ? text_or(answer.json.get_object(), "id") : "";
    }
    std::string State(const std::string& id) {
        return text_or(bench_.Get("/v1/payouts/" + id).json.as_object(), "state");
    }
    bool Becomes(const std::string& id, const std::string& state) {
        return Bench::Eventually([&] { return State(id) == state; }, 90);
    }
    Bench bench_;
    std::string rep_;
};

TEST_P(Payout, SettlesOnceWhateverTheProviderDoes) {
    const std::string fault = GetParam();
    for (const std::string connector : {"giftcard", "prepaid"}) {
        if (fault != "none") {
            const char* match = connector == "giftcard" ? "/tremendous/api/v2/orders" : "/lithic/v1/book_transfers";
            bench_.Fault(to_text(json::array{
                json::object{{"match", match}, {"method", "POST"}, {"kind", fault}, {"count", 1}, {"delay_ms", 100}}}));
        }
        const std::string id = Redeem(connector, 200, connector + fault);
        EXPECT_EQ(Redeem(connector, 200, connector + fault), id) << "the same key is the same payout";
        EXPECT_TRUE(Becomes(id, "settled")) << connector << ' ' << bench_.Get("/v1/payouts/" + id).body;
    }
    const json::value effects = bench_.Sim("/_sim/effects");
    for (const char* provider : {"tremendous", "lithic"}) {
        EXPECT_EQ(effects.at(provider).at("duplicates").to_number<int64_t>(), 0) << to_text(effects);
    }
    int exit_code = -1;
    const std::string verified = bench_.Ctl({"ledger", "verify"}, &exit_code);
    EXPECT_EQ(exit_code, 0) << verified;
}

INSTANTIATE_TEST_SUITE_P(Faults, Payout,
                         ::testing::Values("none", "drop_before", "drop_after", "error_before", "error_after",
                                           "malformed", "rate_limited"),
                         [](const auto& fault) { return std::string(fault.param); });

TEST_F(Payout, ASuccessOverAnotherAmountIsNotBelieved) {
    bench_.Fault(R"([{"match":"/tremendous/api/v2/orders","kind":"wrong_amount","count":1000}])");
    const std::string id = Redeem("giftcard", 200, "k");
    EXPECT_TRUE(Becomes(id, "unknown")) << bench_.Get("/v1/payouts/" + id).body;
    const json::value accounts = bench_.Get("/v1/accounts?prefix=wallet/" + rep_).json;
    EXPECT_NE(to_text(accounts).find("\"debits_reserved\":{\"minor\":200"), std::string::npos)
        << "the money stays reserved: " << to_text(accounts);
}

TEST_F(Payout, MoreThanTheBalanceIsRefusedWithAReason) {
    const Answer answer = bench_.Post(
        "/v1/redemptions",
        to_text(json::object{{"recipient", rep_}, {"connector", "giftcard"}, {"amount", "100000000"}}), "k");
    EXPECT_GE(answer.status, 400) << answer.body;
    EXPECT_NE(answer.body.find("available"), std::string::npos) << answer.body;
}

}  // namespace
}  // namespace tributary::e2e
