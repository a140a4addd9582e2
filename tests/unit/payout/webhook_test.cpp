#include "tests/unit/payout/world.hpp"

namespace tributary::payout::testing {
namespace {

using Sent = FakeProvider::Sent;

class Webhook : public World {
protected:
    void SetUp() override {
        add_person("R1", 100'000);
        provider.script = [](const Sent& sent, bool) {
            return reply({{"outcome", "pending"}, {"references", json::array{"order-" + sent.payout}}}, true);
        };
        provider.lookup_script = [this](const Sent&, bool) {
            return is_done ? Reply{} : reply({{"outcome", "pending"}});
        };
    }
    static json::object news(const std::string& event, const std::string& reference) {
        return {{"verdict", "look_up"}, {"event", event}, {"reference", reference}};
    }
    static json::object told(const std::string& event, const std::string& reference, const std::string& outcome,
                             int64_t amount) {
        json::object result{{"outcome", outcome}};
        if (amount != 0) result["amount"] = amount, result["currency"] = "USD";
        return {{"verdict", "result"}, {"event", event}, {"reference", reference}, {"result", result}};
    }
    size_t lookups() {
        size_t count = 0;
        for (const Sent& one : provider.sent) count += one.is_lookup ? 1 : 0;
        return count;
    }
    bool is_done = false;
};

TEST_F(Webhook, RefusesForgedAndStaleOnesAndCountsThem) {
    start();
    const PayoutId id = redeem_ok("k");
    run();
    EXPECT_EQ(post_webhook({{"verdict", "forged"}, {"event", "e1"}, {"reference", "order-P1"}}).status, 401);
    EXPECT_EQ(post_webhook({{"verdict", "stale"}, {"event", "e1"}, {"reference", "order-P1"}}).status, 401);
    EXPECT_EQ(number("SELECT COUNT(*) FROM webhook"), 0);
    EXPECT_EQ((engine->counters().webhooks[{"gift", "forged"}]), 1u);
    EXPECT_EQ((engine->counters().webhooks[{"gift", "stale"}]), 1u);
    EXPECT_EQ(state_of(id), "pending");
    EXPECT_EQ(lookups(), 0u);
    EXPECT_EQ(post_webhook({{"verdict", "look_up"}}, "nope").status, 404);
}

TEST_F(Webhook, MakesTheLookUpHappenNow) {
    start();
    const PayoutId id = redeem_ok("k");
    run();
    is_done = true;
    for (const char* reference : {"order-P1", "P1", provider.sent[0].key.c_str()}) {
        SCOPED_TRACE(reference);
        EXPECT_EQ(post_webhook(news(std::string("e-") + reference, reference)).status, 200);
    }
    run();
    EXPECT_EQ(state_of(id), "settled");
    EXPECT_EQ(lookups(), 1u);
}

TEST_F(Webhook, CountsAHundredDeliveriesOnce) {
    start();
    const PayoutId id = redeem_ok("k");
    run();
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(post_webhook(news("same", "order-P1")).status, 200);
        run();
    }
    EXPECT_EQ(lookups(), 1u);
    EXPECT_EQ(number("SELECT deliveries FROM webhook"), 100);
    EXPECT_EQ(state_of(id), "pending");
}

TEST_F(Webhook, StoresWhatItIgnores) {
    start();
    EXPECT_EQ(post_webhook({{"verdict", "ignored"}, {"event", "e1"}}).status, 200);
    EXPECT_EQ(post_webhook({{"verdict", "ignored"}}).status, 200) << "without an id the body is one";
    EXPECT_EQ(post_webhook({{"verdict", "ignored"}}).status, 200);
    EXPECT_EQ(number("SELECT COUNT(*) FROM webhook"), 2);
    EXPECT_EQ(post_webhook(news("e2", "of-nobody")).status, 200);
}

TEST_F(Webhook, IsRememberedWhenItComesBeforeOurOwnAnswer) {
    provider.script = [](const Sent& sent, bool) {
        Reply held = reply({{"outcome", "pending"}, {"references", json::array{"order-" + sent.payout}}}, true);
        held.is_held = true;
        return held;
    };
    is_done = true;
    start();
    const PayoutId id = redeem_ok("k");
    run();
    EXPECT_EQ(state_of(id), "sending");
    EXPECT_EQ(post_webhook(news("early", "order-P1")).status, 200);
    run();
    EXPECT_EQ(state_of(id), "sending");
    client().release();
    run();
    EXPECT_EQ(state_of(id), "settled") << "looked up at once, not after lookup_first_ms";
    EXPECT_EQ(lookups(), 1u);
}

TEST_F(Webhook, MakesTheProviderRepeatAResultThatCannotBeAppliedYet) {
    set_capabilities(has_key | has_webhook);
    provider.script = [](const Sent& sent, bool) {
        Reply held = reply({{"outcome", "pending"}, {"references", json::array{"order-" + sent.payout}}}, true);
        held.is_held = true;
        return held;
    };
    start();
    const PayoutId id = redeem_ok("k");
    run();
    EXPECT_EQ(post_webhook(told("e1", "order-P1", "done", 1000)).status, 503);
    EXPECT_EQ(number("SELECT COUNT(*) FROM webhook"), 0);
    client().release();
    run();
    EXPECT_EQ(state_of(id), "pending");
    EXPECT_EQ(post_webhook(told("e1", "order-P1", "done", 1000)).status, 200);
    EXPECT_EQ(state_of(id), "settled");
    EXPECT_EQ(balance(), 99'000);
}

TEST_F(Webhook, SettlesOnlyWithTheAmountThatWasAsked) {
    set_capabilities(has_key | has_webhook);
    start();
    const PayoutId id = redeem_ok("k");
    run();
    EXPECT_EQ(post_webhook(told("e1", "order-P1", "done", 0)).status, 200);
    EXPECT_NE(state_of(id), "settled");
    EXPECT_EQ(post_webhook(told("e2", "order-P1", "done", 999)).status, 200);
    EXPECT_NE(state_of(id), "settled");
    EXPECT_EQ(available(), 99'000);
    EXPECT_EQ(post_webhook(told("e3", "order-P1", "done", 1000)).status, 200);
    EXPECT_EQ(state_of(id), "settled");
}

TEST_F(Webhook, NeverChangesWhatIsFinal) {
    start();
    const PayoutId id = redeem_ok("k");
    run();
    EXPECT_EQ(post_webhook(told("e1", "order-P1", "refused", 0)).status, 200);
    EXPECT_EQ(state_of(id), "refused");
    EXPECT_EQ(post_webhook(told("e2", "order-P1", "done", 1000)).status, 200);
    EXPECT_EQ(post_webhook(told("e3", "order-P1", "pending", 1000)).status, 200);
    EXPECT_EQ(post_webhook(news("e4", "order-P1")).status, 200);
    run_out();
    EXPECT_EQ(state_of(id), "refused");
    EXPECT_EQ(balance(), 100'000);
    EXPECT_EQ(engine->counters().contradictions, 2u);
    expect_books_balance();
}

TEST_F(Webhook, ReachesWhatWaitsForAPersonADayOrAMonthLater) {
    start();
    const PayoutId id = redeem_ok("k");
    run_out();
    EXPECT_EQ(state_of(id), "operator") << "pending for longer than it is looked up";
    clock.advance_ms(30LL * 86'400'000);
    EXPECT_EQ(post_webhook(news("late-1", "order-P1")).status, 200);
    run();
    EXPECT_EQ(state_of(id), "pending") << "it says that it is still under way";
    is_done = true;
    EXPECT_EQ(post_webhook(news("late-2", "order-P1")).status, 200);
    run();
    EXPECT_EQ(state_of(id), "settled");
}

TEST_F(Webhook, SurvivesAnyOrderOfAnyNews) {
    SeededRandom dice(11);
    const char* outcomes[] = {"done", "pending", "refused", "unknown", "slow_down", "retry_same_key", "log_in"};
    for (int round = 0; round < 60; ++round) {
        SCOPED_TRACE(round);
        provider.sent.clear();
        is_done = false;
        start();
        const PayoutId id = redeem_ok(fmt::format("k{}", round), "R1", 10);
        const std::string reference = "order-" + payout_text(id);
        std::string final_state;
        for (int i = 0; i < 12; ++i) {
            const std::string event = fmt::format("e{}-{}", round, dice.below(8));
            const std::string target = dice.below(8) == 0 ? "of-nobody" : reference;
            const uint64_t what = dice.below(4);
            if (what == 0) post_webhook({{"verdict", "forged"}, {"event", event}, {"reference", target}});
            if (what == 1) post_webhook(news(event, target));
            if (what == 2)
                post_webhook(told(event, target, outcomes[dice.below(7)], static_cast<int64_t>(dice.below(3)) * 5));
            if (what == 3) run();
            const std::string now = state_of(id);
            if (!final_state.empty()) {
                ASSERT_EQ(now, final_state);
            }
            if (now == "settled" || now == "refused") final_state = now;
        }
        size_t sends = 0;
        for (const Sent& one : provider.sent) sends += !one.is_lookup && one.payout == payout_text(id) ? 1u : 0u;
        EXPECT_LE(sends, 1u);
    }
    expect_books_balance();
}

TEST_F(Webhook, AnswersTryAgainWhenTheConnectorCrashes) {
    start();
    net::Request request;
    request.body = "not the toy language";
    std::promise<net::Response> answer;
    engine->webhook("gift", request, [&](net::Response response) { answer.set_value(std::move(response)); });
    EXPECT_EQ(answer.get_future().get().status, 503);
}

class Resolve : public Webhook {};

TEST_F(Resolve, TakesAPersonsWordWithEvidenceOnly) {
    set_capabilities(0);
    provider.script = [](const Sent&, bool) { return lost(true); };
    start();
    const PayoutId id = redeem_ok("k");
    run();
    EXPECT_EQ(state_of(id), "unknown");
    EXPECT_EQ(engine->resolve(id, "settled", "", "desk-7", "t").error().code, ErrorCode::invalid);
    EXPECT_EQ(engine->resolve(id, "perhaps", "seen", "desk-7", "t").error().code, ErrorCode::invalid);
    EXPECT_EQ(engine->resolve(PayoutId{9}, "settled", "seen", "desk-7", "t").error().code, ErrorCode::not_found);
    EXPECT_EQ(engine->look_up_now(id).error().code, ErrorCode::invalid);
    const auto resolved = engine->resolve(id, "settled", "statement line 7", "desk-7", "t");
    ASSERT_TRUE(resolved);
    EXPECT_EQ(text_or(*resolved, "state"), "settled");
    EXPECT_EQ(balance(), 99'000);
    EXPECT_EQ(number("SELECT COUNT(*) FROM audit WHERE actor = 'desk-7' AND action = 'payout.resolve'"), 1);
    EXPECT_EQ(engine->resolve(id, "refused", "no, wait", "desk-7", "t").error().code, ErrorCode::conflict);
    expect_books_balance();
}

TEST_F(Resolve, GivesThePointsBack) {
    provider.script = [](const Sent&, bool) { return reply({{"outcome", "operator"}}); };
    start();
    const PayoutId id = redeem_ok("k");
    run();
    EXPECT_EQ(state_of(id), "operator");
    ASSERT_TRUE(engine->resolve(id, "refused", "the order is not there", "desk-7", "t"));
    EXPECT_EQ(available(), 100'000);
    expect_books_balance();
}

TEST_F(Resolve, TakesANewKeyOnlyWhenTheProviderSaidThatNothingHappened) {
    struct Case {
        const char* what;
        Reply first;
        size_t keys;
    };
    const Case cases[] = {{"no funds: its answer is kept under the key", reply({{"outcome", "operator"}}), 2},
                          {"in doubt: the key protects", lost(true), 1}};
    set_capabilities(has_key);
    int key = 0;
    for (const Case& one : cases) {
        SCOPED_TRACE(one.what);
        provider.sent.clear();
        bool is_mended = false;
        provider.script = [&](const Sent&, bool) {
            return is_mended ? Reply{true, net::Delivery::answered, {}} : one.first;
        };
        start();
        const PayoutId id = redeem_ok(fmt::format("k{}", ++key));
        run_out();
        EXPECT_EQ(state_of(id), "operator");
        is_mended = true;
        ASSERT_TRUE(engine->resolve(id, "send_again", "topped up", "desk-7", "t"));
        run_out();
        EXPECT_EQ(state_of(id), "settled");
        std::set<std::string> keys;
        for (const Sent& sent : provider.sent) keys.insert(sent.key);
        EXPECT_EQ(keys.size(), one.keys);
    }
    EXPECT_EQ(provider.effects_total(), 2);
}

TEST_F(Resolve, LooksUpOnRequest) {
    start();
    const PayoutId id = redeem_ok("k");
    run();
    is_done = true;
    ASSERT_TRUE(engine->look_up_now(id));
    run();
    EXPECT_EQ(state_of(id), "settled");
    EXPECT_EQ(engine->look_up_now(id).error().code, ErrorCode::conflict);
}

}  // namespace
}  // namespace tributary::payout::testing
