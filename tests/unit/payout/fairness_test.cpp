#include "tests/unit/payout/world.hpp"

namespace tributary::payout::testing {
namespace {

using Sent = FakeProvider::Sent;

class Fairness : public World {
protected:
    std::vector<Sent> sent_to(const std::string& connector) {
        std::vector<Sent> found;
        for (const Sent& one : provider.sent) {
            if (one.path.find("//" + connector + "/") != std::string::npos) found.push_back(one);
        }
        return found;
    }
};

TEST_F(Fairness, NeverSendsMoreThanTheRateInAnySecond) {
    route().rate_per_second = 10;
    add_people("P", 60, 1'000);
    start();
    redeem_all(requests_of("k", 60, "P", 60));
    for (int i = 0; i < 80; ++i) advance(100);
    ASSERT_EQ(provider.sent.size(), 60u);
    for (size_t i = 0; i + 10 < provider.sent.size(); ++i) {
        EXPECT_GE(provider.sent[i + 10].monotonic_ms - provider.sent[i].monotonic_ms, 1'000);
    }
    EXPECT_LE(provider.sent.back().monotonic_ms, 5 * (SlidingRate::window_ms + 100)) << "and no slower than it may";
}

TEST_F(Fairness, PausesOnlyTheConnectorThatAsksForIt) {
    add_connector("card", has_key | has_lookup);
    add_people("P", 4, 1'000);
    bool is_slow = true;
    provider.script = [&](const Sent& sent, bool) {
        if (is_slow && sent.path.find("//gift/") != std::string::npos) {
            return reply({{"outcome", "slow_down"}, {"retry_after_ms", 60'000}});
        }
        return Reply{true, net::Delivery::answered, {}};
    };
    start();
    redeem_ok("k0", "P0", 10, "gift");
    run();
    is_slow = false;
    const PayoutId gift_id = redeem_ok("k1", "P1", 10, "gift"), card_id = redeem_ok("k2", "P2", 10, "card");
    run();
    EXPECT_EQ(state_of(card_id), "settled");
    EXPECT_EQ(state_of(gift_id), "reserved") << "the whole connector waits";
    EXPECT_EQ(sent_to("gift").size(), 1u);
    advance(59'000);
    EXPECT_EQ(sent_to("gift").size(), 1u);
    advance(20'000);
    EXPECT_EQ(state_of(gift_id), "settled");
    EXPECT_EQ(state_of(PayoutId{1}), "settled");
}

TEST_F(Fairness, SendsOneAtATimeForARecipient) {
    add_person("R1", 10'000);
    add_person("R2", 10'000);
    provider.script = [](const Sent&, bool) {
        Reply held{true, net::Delivery::answered, {}};
        held.is_held = true;
        return held;
    };
    start();
    for (int i = 0; i < 3; ++i) redeem_ok(fmt::format("a{}", i), "R1", 10);
    redeem_ok("b", "R2", 10);
    for (size_t round = 1; round <= 3; ++round) {
        run();
        std::map<std::string, size_t> by_recipient;
        for (const Sent& one : provider.sent) ++by_recipient[one.recipient];
        EXPECT_EQ(by_recipient["R1"], round);
        EXPECT_EQ(by_recipient["R2"], 1u);
        EXPECT_EQ(client().held(), round == 1 ? 2u : 1u);
        client().release();
    }
    run();
    EXPECT_EQ(number("SELECT COUNT(*) FROM payout_state WHERE state = 'settled'"), 4);
}

TEST_F(Fairness, KeepsPlacesFreeForOtherConnectors) {
    add_connector("card", has_key | has_lookup);
    options.in_flight_max = 8;
    add_people("P", 20, 1'000);
    add_people("Q", 10, 1'000);
    provider.script = [](const Sent& sent, bool) {
        Reply made{true, net::Delivery::answered, {}};
        made.is_held = sent.path.find("//gift/") != std::string::npos;
        return made;
    };
    start();
    redeem_all(requests_of("k", 20, "P", 20));
    run();
    EXPECT_EQ(client().held(), 6u) << "two of eight are kept";
    redeem_all(requests_of("card", 10, "Q", 10, "card"));
    run();
    EXPECT_EQ(sent_to("card").size(), 10u);
    EXPECT_EQ(number("SELECT COUNT(*) FROM payout_state WHERE state = 'settled'"), 10);
    while (client().held() > 0) {
        client().release();
        run();
    }
    EXPECT_EQ(number("SELECT COUNT(*) FROM payout_state WHERE state = 'settled'"), 30);
}

TEST_F(Fairness, ALongRunDoesNotStandBeforeAnInstantReward) {
    route().rate_per_second = 1;
    add_connector("card", has_key | has_lookup);
    add_people("P", 200, 1'000);
    start();
    redeem_all(requests_of("k", 199, "P", 199));
    run();
    const PayoutId instant = redeem_ok("now", "P199", 10, "card");
    run();
    EXPECT_EQ(state_of(instant), "settled");
    EXPECT_EQ(sent_to("gift").size(), 1u);
}

TEST_F(Fairness, ProbesAProviderThatIsOutOfReach) {
    add_people("P", 100, 1'000);
    bool is_up = false;
    provider.script = [&](const Sent&, bool) {
        return is_up ? Reply{true, net::Delivery::answered, {}} : Reply{false, net::Delivery::not_sent, {}};
    };
    start();
    redeem_all(requests_of("k", 100, "P", 100));
    for (int i = 0; i < 3'600; ++i) advance(1'000);
    EXPECT_LE(provider.sent.size(), 300u) << "an hour's outage uses up nobody's attempts";
    is_up = true;
    run_out();
    EXPECT_EQ(number("SELECT COUNT(*) FROM payout_state WHERE state = 'settled'"), 100);
}

TEST_F(Fairness, IsNotMovedByAJumpOfTheWallClock) {
    add_person("R1", 1'000);
    provider.script = [](const Sent&, bool) { return reply({{"outcome", "pending"}}, true); };
    start();
    const PayoutId id = redeem_ok("k", "R1", 10);
    run();
    clock.jump_ms(-3'600'000);
    for (int i = 0; i < 4; ++i) advance(1'000);
    EXPECT_EQ(state_of(id), "settled");
}

TEST_F(Fairness, RunsByItsOwnThread) {
    add_person("R1", 1'000);
    start();
    engine->start();
    const PayoutId id = redeem_ok("k", "R1", 10);
    for (int i = 0; i < 2'000 && state_of(id) != "settled"; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(state_of(id), "settled");
    engine->stop(5'000);
    EXPECT_EQ(engine->in_flight(), 0u);
}

}  // namespace
}  // namespace tributary::payout::testing
