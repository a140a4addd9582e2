// The process dies after every durable write of every scenario, and is started again: the provider acts at most once,
// and the payout ends where it would have ended.
#include "tests/unit/payout/world.hpp"

namespace tributary::payout::testing {
namespace {

using Sent = FakeProvider::Sent;

struct Scenario {
    const char* what;
    uint32_t capabilities;
    std::function<Reply(const Sent&, bool is_known)> script, lookup;
    const char* state;
    int effects;
};

Reply say(json::object body, bool has_effect = false) { return {has_effect, net::Delivery::answered, std::move(body)}; }

Reply found_or_not(const Sent&, bool is_known) { return is_known ? Reply{} : say({{"outcome", "not_found"}}); }

const Scenario scenarios[] = {
    {"done", has_key | has_lookup,
     [](const Sent&, bool) {
         return Reply{true, net::Delivery::answered, {}};
     },
     found_or_not, "settled", 1},
    {"done, no look-up", has_key,
     [](const Sent&, bool) {
         return Reply{true, net::Delivery::answered, {}};
     },
     nullptr, "settled", 1},
    {"done, no key", has_lookup,
     [](const Sent&, bool) {
         return Reply{true, net::Delivery::answered, {}};
     },
     found_or_not, "settled", 1},
    {"commits, then drops", has_key | has_lookup,
     [](const Sent&, bool) {
         return Reply{true, net::Delivery::maybe_sent, {}};
     },
     found_or_not, "settled", 1},
    {"refused", has_key | has_lookup,
     [](const Sent&, bool) {
         return say({{"outcome", "refused"}});
     },
     found_or_not, "refused", 0},
    {"card, then load", has_key | has_lookup,
     [](const Sent& sent, bool) {
         if (sent.step.empty()) return say({{"outcome", "done"}, {"next_step", "load"}, {"state", "card"}});
         return Reply{true, net::Delivery::answered, {}};
     },
     [](const Sent& sent, bool is_known) {
         if (sent.step.empty()) return say({{"outcome", "not_found"}});
         return found_or_not(sent, is_known);
     },
     "settled", 1},
    {"pending, then done", has_key | has_lookup,
     [](const Sent&, bool) {
         return say({{"outcome", "pending"}}, true);
     },
     found_or_not, "settled", 1},
    {"pending, then refused", has_key | has_lookup,
     [](const Sent&, bool) {
         return say({{"outcome", "pending"}});
     },
     [](const Sent&, bool) {
         return say({{"outcome", "refused"}});
     },
     "refused", 0},
};

class Crash : public World {};

TEST_F(Crash, HarmsNothingAfterAnyDurableWrite) {
    add_person("R1", 1'000'000);
    int key = 0;
    int deaths = 0;
    for (const Scenario& scenario : scenarios) {
        for (int64_t die_after = 1;; ++die_after) {
            SCOPED_TRACE(fmt::format("{}, dying after write {}", scenario.what, die_after));
            set_capabilities(scenario.capabilities);
            provider.has_dedupe = (scenario.capabilities & has_key) != 0;
            provider.script = scenario.script;
            provider.lookup_script = scenario.lookup;
            const int effects = provider.effects_total();
            const int64_t before = available();
            start();
            const PayoutId id = redeem_ok(fmt::format("k{}", ++key));
            death_->writes_left = die_after;
            run_out();
            const bool has_died = death_->is_dead;
            death_->writes_left = INT64_MAX;
            deaths += has_died ? 1 : 0;
            if (has_died) {
                start();
                if (scenario.capabilities == has_lookup) clock.advance_ms(route().timeout_ms);
                run_out();
            }
            EXPECT_EQ(state_of(id), scenario.state) << to_text(payout(id));
            EXPECT_EQ(provider.effects_total() - effects, scenario.effects);
            EXPECT_EQ(before - available(), scenario.effects * 1'000);
            if (!has_died) break;
        }
    }
    EXPECT_EQ(provider.dead_attempts, 0) << "what is dead sends nothing";
    EXPECT_GE(deaths, 15);
    expect_books_balance();
}

TEST_F(Crash, LeavesUnknownWhatNobodyCanTell) {
    set_capabilities(0);
    provider.has_dedupe = false;
    add_person("R1", 10'000);
    start();
    const PayoutId id = redeem_ok("k");
    death_->writes_left = 1;  // the request is stored, and may have left
    run_out();
    ASSERT_TRUE(death_->is_dead);
    death_->writes_left = INT64_MAX;
    start();
    EXPECT_EQ(state_of(id), "unknown");
    run_out();
    EXPECT_EQ(state_of(id), "unknown");
    EXPECT_EQ(code_of(id), "interrupted");
    EXPECT_EQ(provider.effects_total(), 0);
    EXPECT_EQ(available(), 9'000) << "the money stays reserved";
    ASSERT_TRUE(engine->resolve(id, "send_again", "not in the provider's list of today", "desk-7", "t"));
    run_out();
    EXPECT_EQ(state_of(id), "settled");
    EXPECT_EQ(provider.effects_total(), 1);
}

TEST_F(Crash, DoesNotLoseWhatWasAcknowledgedToTheCaller) {
    add_person("R1", 10'000);
    start();
    redeem_ok("k1");
    death_->is_dead = true;
    start();
    run_out();
    EXPECT_EQ(state_of(PayoutId{1}), "settled");
    EXPECT_EQ(redeem_ok("k1"), PayoutId{1});
    EXPECT_EQ(provider.effects_total(), 1);
}

TEST_F(Crash, TellsTheStoppedDaemonsReadyRequestsFromSentOnes) {
    add_person("R1", 10'000);
    route().rate_per_second = 1;
    start();
    redeem_ok("k1");
    engine->tick();  // stored as sending, not sent
    ASSERT_TRUE(engine->wait_until_still(5'000));
    EXPECT_EQ(state_of(PayoutId{1}), "sending");
    engine->stop(5'000);
    EXPECT_EQ(engine->in_flight(), 0u);
    EXPECT_EQ(state_of(PayoutId{1}), "reserved");
    EXPECT_EQ(provider.sent_count(), 0u);
}

TEST_F(Crash, PaysAThousandTimesOnceWhenTheProviderCommitsAndDrops) {
    constexpr int people = 50, each = 20;
    add_people("P", people, each * 10);
    SeededRandom dice(42);
    provider.script = [&](const Sent&, bool) {
        const uint64_t fate = dice.below(4);
        if (fate == 0) return Reply{false, net::Delivery::maybe_sent, {}};
        if (fate == 1) return Reply{true, net::Delivery::answered, {{"outcome", "unknown"}}};
        return Reply{true, net::Delivery::maybe_sent, {}};
    };
    provider.lookup_script = [&](const Sent& sent, bool is_known) {
        if (dice.below(3) == 0) return Reply{false, net::Delivery::maybe_sent, {}};
        return found_or_not(sent, is_known);
    };
    start();
    redeem_all(requests_of("k", people * each, "P", people));
    run_out();
    EXPECT_EQ(number("SELECT COUNT(*) FROM payout_state WHERE state = 'settled'"), people * each);
    EXPECT_EQ(provider.effects_total(), people * each);
    for (const auto& [key, effect] : provider.effects) EXPECT_EQ(effect.count, 1) << key;
    EXPECT_EQ(account("provider/gift/USD").credits_posted, people * each * 10);
    expect_books_balance();
}

}  // namespace
}  // namespace tributary::payout::testing
