#include <thread>

#include "core/payout/vault.hpp"
#include "tests/unit/payout/world.hpp"

namespace tributary::payout::testing {
namespace {

class Redeem : public World {
protected:
    void SetUp() override {
        add_person("R1", 10'000);
        start();
    }
    void expect_refusal(const RedeemRequest& request, ErrorCode code, const std::string& text) {
        const auto made = redeem(request);
        ASSERT_FALSE(made) << text;
        EXPECT_EQ(made.error().code, code) << made.error().message;
        EXPECT_NE(made.error().message.find(text), std::string::npos) << made.error().message;
        EXPECT_EQ(number("SELECT COUNT(*) FROM payout"), 0);
    }
};

TEST_F(Redeem, ReservesTheMoneyBeforeItAnswers) {
    const auto made = redeem(request_of("k1"));
    ASSERT_TRUE(made);
    EXPECT_EQ(text_or(*made, "id"), "P1");
    EXPECT_EQ(text_or(*made, "state"), "reserved");
    EXPECT_EQ(text_or(made->at("amount").as_object(), "text"), "1000 points");
    EXPECT_EQ(text_or(made->at("money").as_object(), "text"), "10.00 USD");
    EXPECT_EQ(text_or(*made, "recipient"), "R1");
    EXPECT_EQ(balance(), 10'000);
    EXPECT_EQ(available(), 9'000);
    EXPECT_EQ(account("provider/gift/USD").credits_pending, 1'000);
    expect_books_balance();
}

TEST_F(Redeem, GivesTheSamePayoutForTheSameKeyForEver) {
    const auto first = redeem(request_of("k1"));
    const auto second = redeem(request_of("k1"));
    ASSERT_TRUE(first && second);
    EXPECT_EQ(to_text(*first), to_text(*second));
    run();
    options.routes.clear();
    start();
    const auto later = redeem(request_of("k1"));
    ASSERT_TRUE(later) << "even when the route has gone";
    EXPECT_EQ(text_or(*later, "state"), "settled");
    EXPECT_EQ(available(), 9'000);
    EXPECT_EQ(provider.effects_total(), 1);
}

TEST_F(Redeem, RefusesTheSameKeyForAnotherRequest) {
    ASSERT_TRUE(redeem(request_of("k1")));
    const auto other = redeem(request_of("k1", "R1", 2'000));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, ErrorCode::conflict);
    EXPECT_EQ(available(), 9'000);
    ASSERT_TRUE(redeem(request_of("k2", "R1", 2'000)));
}

TEST_F(Redeem, TakesAKeyAgainAfterARefusal) {
    ASSERT_FALSE(redeem(request_of("k1", "R1", 20'000)));
    EXPECT_TRUE(redeem(request_of("k1", "R1", 1'000)));
}

TEST_F(Redeem, SaysWhatIsWrong) {
    expect_refusal(request_of("k", "R1", 10'001), ErrorCode::invalid,
                   "R1 has 10000 points available, 10001 were asked");
    expect_refusal(request_of("k", "R9"), ErrorCode::not_found, "there is no party \"R9\"");
    expect_refusal(request_of("k", "R1", 100, "nope"), ErrorCode::not_found, "no payout connector \"nope\"");
    expect_refusal(request_of("k", "R1", 0), ErrorCode::invalid, "must be positive");
    expect_refusal(request_of("k", "R1", -5), ErrorCode::invalid, "must be positive");
    expect_refusal(request_of(""), ErrorCode::invalid, "idempotency key");
}

TEST_F(Redeem, ChecksLimitsCountriesAndUnits) {
    route().amount_min = 500, route().amount_max = 2'000;
    route().countries = {"US", "CA"};
    start();
    add_person("R2", 1'000, "DE");
    expect_refusal(request_of("k", "R1", 499), ErrorCode::invalid, "499 points is less than the minimum of 500 points");
    expect_refusal(request_of("k", "R1", 2'001), ErrorCode::invalid, "more than the maximum of 2000 points");
    expect_refusal(request_of("k", "R2"), ErrorCode::invalid, "R2 is in DE; gift serves US, CA");
    gift().change_manifest().units = {"EUR"};
    expect_refusal(request_of("k"), ErrorCode::config, "pays EUR only");
}

TEST_F(Redeem, ConvertsEvenlyOrNotAtAll) {
    route().rate_money = 3, route().rate_per = 50;  // 50 points are 3 cents
    start();
    expect_refusal(request_of("k", "R1", 120), ErrorCode::invalid,
                   "120 points does not convert evenly to USD: ask for 100 or 150 points");
    expect_refusal(request_of("k", "R1", 20), ErrorCode::invalid, "the least is 50 points");
    const auto made = redeem(request_of("k", "R1", 100));
    ASSERT_TRUE(made);
    EXPECT_EQ(int_or(made->at("money").as_object(), "minor"), 6);
}

TEST_F(Redeem, NeedsTheBearerKey) {
    options.bearer_key = Secret("short");
    start();
    expect_refusal(request_of("k"), ErrorCode::config, "bearer key has 5 bytes");
}

TEST_F(Redeem, NeverSpendsMoreThanThereIsWhenManyAsk) {
    std::vector<std::future<Result<json::object>>> answers;
    for (int i = 0; i < 64; ++i) {
        auto answer = std::make_shared<std::promise<Result<json::object>>>();
        answers.push_back(answer->get_future());
        engine->redeem(request_of(fmt::format("k{}", i / 2)),
                       [answer](Result<json::object> made) { answer->set_value(std::move(made)); });
    }
    int made = 0;
    for (auto& answer : answers) made += answer.get().has_value() ? 1 : 0;
    EXPECT_EQ(made, 20) << "ten payouts, each asked for twice";
    EXPECT_EQ(number("SELECT COUNT(*) FROM payout"), 10);
    EXPECT_EQ(available(), 0);
    expect_books_balance();
}

TEST(Vault, OpensOnlyItsOwnPayoutWithItsOwnKey) {
    SeededRandom random(1);
    const Secret key(std::string(32, 'a')), other(std::string(32, 'b'));
    const std::string sealed = seal_bearer(key, random, PayoutId{7}, Secret("https://gift.example/abc"));
    EXPECT_EQ(sealed.find("gift"), std::string::npos);
    EXPECT_EQ(open_bearer(key, PayoutId{7}, sealed)->reveal(), "https://gift.example/abc");
    EXPECT_FALSE(open_bearer(other, PayoutId{7}, sealed));
    EXPECT_FALSE(open_bearer(key, PayoutId{8}, sealed));
    EXPECT_FALSE(open_bearer(key, PayoutId{7}, sealed.substr(0, 20)));
    EXPECT_FALSE(open_bearer(Secret("short"), PayoutId{7}, sealed));
    std::string flipped = sealed;
    flipped.back() = static_cast<char>(flipped.back() ^ 1);
    EXPECT_FALSE(open_bearer(key, PayoutId{7}, flipped));
}

}  // namespace
}  // namespace tributary::payout::testing
