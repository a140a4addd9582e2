#include "core/base/uuid.hpp"
#include "tests/unit/payout/world.hpp"

namespace tributary::payout::testing {
namespace {

using Sent = FakeProvider::Sent;

class Dispatch : public World {
protected:
    void SetUp() override { add_person("R1", 1'000'000); }
    // The nth request gets the nth reply, all later ones the last.
    static auto scripted(std::vector<Reply> replies) {
        return [replies = std::move(replies), at = size_t{0}](const Sent&, bool) mutable {
            return replies[std::min(at++, replies.size() - 1)];
        };
    }
    size_t sends() {
        size_t count = 0;
        for (const Sent& one : provider.sent) count += one.is_lookup ? 0 : 1;
        return count;
    }
    std::set<std::string> keys() {
        std::set<std::string> found;
        for (const Sent& one : provider.sent) found.insert(one.key);
        return found;
    }
};

TEST_F(Dispatch, SettlesAndPostsTheHold) {
    start();
    const PayoutId id = redeem_ok("k");
    run();
    const auto json = payout(id);
    EXPECT_EQ(text_or(json, "state"), "settled");
    EXPECT_EQ(text_or(json, "reference"), "ref-P1");
    EXPECT_EQ(balance(), 999'000);
    EXPECT_EQ(available(), 999'000);
    EXPECT_EQ(account("provider/gift/USD").credits_posted, 1'000);
    const json::array& timeline = json.at("timeline").as_array();
    ASSERT_EQ(timeline.size(), 3u);
    EXPECT_EQ(text_or(timeline[1].as_object(), "what"), "send");
    EXPECT_EQ(text_or(timeline[2].as_object(), "outcome"), "done");
    expect_books_balance();
}

TEST_F(Dispatch, StoresTheRequestBeforeItLeaves) {
    start();
    provider.script = [&](const Sent& sent, bool) {
        EXPECT_EQ(number("SELECT COUNT(*) FROM payout_request WHERE kind = 'send' AND key = ?", sent.key), 1);
        EXPECT_EQ(number("SELECT COUNT(*) FROM payout_state WHERE state = 'sending'"), 1);
        return Reply{true, net::Delivery::answered, {}};
    };
    redeem_ok("k");
    run();
    EXPECT_EQ(sends(), 1u);
}

struct Ending {
    const char* what;
    uint32_t capabilities;
    std::vector<Reply> replies;            // to sends
    std::vector<Reply> lookups;            // empty: the provider's own
    const char* state;
    size_t sends;
    size_t keys;
    int effects;
};

Reply say(json::object body, bool has_effect = false) { return {has_effect, net::Delivery::answered, std::move(body)}; }
Reply lose(bool has_effect) { return {has_effect, net::Delivery::maybe_sent, {}}; }
const Reply works{true, net::Delivery::answered, {}};
const Reply unsent{false, net::Delivery::not_sent, {}};
constexpr uint32_t both = has_key | has_lookup;

TEST_F(Dispatch, EndsWhereEveryOutcomeLeads) {
    const std::vector<Ending> endings = {
        {"done", both, {works}, {}, "settled", 1, 1, 1},
        {"refused", both, {say({{"outcome", "refused"}})}, {}, "refused", 1, 1, 0},
        {"retry same key", both, {say({{"outcome", "retry_same_key"}}), works}, {}, "settled", 2, 1, 1},
        {"retry new key", both, {say({{"outcome", "retry_new_key"}}), works}, {}, "settled", 2, 2, 1},
        {"slow down", both, {say({{"outcome", "slow_down"}, {"retry_after_ms", 5000}}), works}, {}, "settled", 2, 1, 1},
        {"log in", both, {say({{"outcome", "log_in"}})}, {}, "operator", 1, 1, 0},
        {"operator", both, {say({{"outcome", "operator"}})}, {}, "operator", 1, 1, 0},
        {"not sent", both, {unsent, unsent, works}, {}, "settled", 3, 1, 1},
        {"never sent", both, {unsent}, {}, "operator", 12, 1, 0},
        {"pending, then done", both, {say({{"outcome", "pending"}}, true)}, {}, "settled", 1, 1, 1},
        {"pending for ever",
         both,
         {say({{"outcome", "pending"}}, true)},
         {say({{"outcome", "pending"}})},
         "operator",
         1,
         1,
         1},
        {"pending, then refused",
         both,
         {say({{"outcome", "pending"}})},
         {say({{"outcome", "refused"}})},
         "refused",
         1,
         1,
         0},
        {"lost after the effect", both, {lose(true)}, {}, "settled", 1, 1, 1},
        {"lost before the effect", both, {lose(false), works}, {}, "settled", 2, 1, 1},
        {"unknown answer", both, {say({{"outcome", "unknown"}}, true)}, {}, "settled", 1, 1, 1},
        {"lost, look-up never tells", both, {lose(true)}, {say({{"outcome", "unknown"}})}, "operator", 1, 1, 1},
        {"lost, look-up fails at first",
         both,
         {lose(true)},
         {unsent, lose(false), say({{"outcome", "slow_down"}}), say({{"outcome", "done"}})},
         "settled",
         1,
         1,
         1},
        {"lost, no look-up, key", has_key, {lose(true), works}, {}, "settled", 2, 1, 1},
        {"lost, key, never tells", has_key, {lose(true)}, {}, "operator", 12, 1, 1},
        {"lost, key, refused later", has_key, {lose(true), say({{"outcome", "refused"}})}, {}, "operator", 2, 1, 1},
        {"lost, key, burnt later", has_key, {lose(true), say({{"outcome", "retry_new_key"}})}, {}, "operator", 2, 1, 1},
        {"lost, key, not sent later", has_key, {lose(true), unsent, works}, {}, "settled", 3, 1, 1},
        {"lost, nothing", 0, {lose(true)}, {}, "unknown", 1, 1, 1},
        {"lost, look-up only", has_lookup, {lose(true)}, {}, "settled", 1, 1, 1},
        {"lost before, look-up only", has_lookup, {lose(false), works}, {}, "settled", 2, 1, 1},
        {"wrong amount",
         both,
         {say({{"outcome", "done"}, {"amount", 999}}, true)},
         {say({{"outcome", "done"}, {"amount", 999}})},
         "operator",
         1,
         1,
         1},
        {"wrong amount, put right", both, {say({{"outcome", "done"}, {"amount", 999}}, true)}, {}, "settled", 1, 1, 1},
        {"wrong currency",
         both,
         {say({{"outcome", "done"}, {"amount", 1000}, {"currency", "EUR"}}, true)},
         {},
         "settled",
         1,
         1,
         1},
        {"pending at a mute provider", has_key, {say({{"outcome", "pending"}}, true)}, {}, "operator", 1, 1, 1},
    };
    int number_of_key = 0;
    for (const Ending& ending : endings) {
        SCOPED_TRACE(ending.what);
        set_capabilities(ending.capabilities);
        provider.has_dedupe = (ending.capabilities & has_key) != 0;
        provider.script = scripted(ending.replies);
        provider.lookup_script = nullptr;
        if (!ending.lookups.empty()) provider.lookup_script = scripted(ending.lookups);
        provider.sent.clear();
        const int effects = provider.effects_total();
        const int64_t before = available();
        start();
        const PayoutId id = redeem_ok(fmt::format("k{}", ++number_of_key));
        run_out();
        EXPECT_EQ(state_of(id), ending.state) << to_text(payout(id));
        EXPECT_EQ(sends(), ending.sends);
        EXPECT_EQ(keys().size(), ending.keys);
        EXPECT_EQ(provider.effects_total() - effects, ending.effects);
        EXPECT_EQ(before - available(), std::string_view(ending.state) == "refused" ? 0 : 1'000)
            << "what is unclear stays reserved";
    }
    expect_books_balance();
}

TEST_F(Dispatch, DerivesTheKeyFromStorePayoutStepAndTries) {
    provider.script =
        scripted({say({{"outcome", "retry_new_key"}}), say({{"outcome", "done"}, {"next_step", "load"}}), works});
    start();
    redeem_ok("k");
    run_out();
    ASSERT_EQ(provider.sent.size(), 3u);
    std::string store;
    ASSERT_TRUE(real_store().read([&](store::Tx& tx) { store = store_id(tx); }));
    EXPECT_EQ(store.size(), 32u);
    EXPECT_EQ(provider.sent[0].key, uuid_v5("payout/" + store + "/1//0"));
    EXPECT_EQ(provider.sent[1].key, uuid_v5("payout/" + store + "/1//1"));
    EXPECT_EQ(provider.sent[2].key, uuid_v5("payout/" + store + "/1/load/0"));
}

TEST_F(Dispatch, CarriesStateThroughTheStepsAndToTheNextPayout) {
    provider.script = [](const Sent& sent, bool) {
        if (sent.step.empty()) {
            return say(
                {{"outcome", "done"}, {"next_step", "load"}, {"state", "card-1"}, {"recipient_state", "token-1"}},
                true);
        }
        return works;
    };
    start();
    const PayoutId first = redeem_ok("k1");
    run();
    EXPECT_EQ(state_of(first), "settled");
    redeem_ok("k2");
    run();
    ASSERT_EQ(gift().built.size(), 4u);
    EXPECT_EQ(gift().built[1].step, "load");
    EXPECT_EQ(gift().built[1].state, "card-1");
    EXPECT_EQ(gift().built[1].recipient_state, "token-1");
    EXPECT_EQ(gift().built[2].recipient_state, "token-1");
    EXPECT_EQ(gift().built[2].state, "");
}

TEST_F(Dispatch, KeepsTheStateOfAStepWhenItsRetryNamesNone) {
    provider.script = scripted({say({{"outcome", "done"}, {"next_step", "link"}, {"state", "reward-1"}}),
                                say({{"outcome", "retry_same_key"}}), works});
    start();
    const PayoutId id = redeem_ok("k");
    run_out();
    EXPECT_EQ(state_of(id), "settled");
    EXPECT_EQ(gift().built.back().state, "reward-1");
}

TEST_F(Dispatch, RefusesWhatTheConnectorCannotBuild) {
    gift().build_error = [](const host::PayoutJob&) {
        return fail(ErrorCode::invalid, "the recipient has no e-mail address");
    };
    start();
    const PayoutId id = redeem_ok("k");
    run_out();
    EXPECT_EQ(state_of(id), "refused");
    EXPECT_EQ(available(), 1'000'000);
    EXPECT_EQ(sends(), 0u);
}

TEST_F(Dispatch, TriesAgainWhenTheConnectorCrashesBeforeSending) {
    int crashes = 3;
    gift().build_error = [&](const host::PayoutJob&) {
        return --crashes >= 0 ? fail(ErrorCode::unavailable, "the worker crashed") : Error{};
    };
    start();
    const PayoutId id = redeem_ok("k");
    run_out();
    EXPECT_EQ(state_of(id), "settled");
    gift().build_error = [](const host::PayoutJob&) { return fail(ErrorCode::unavailable, "the worker crashed"); };
    const PayoutId never = redeem_ok("k2");
    run_out();
    EXPECT_EQ(state_of(never), "operator");
    EXPECT_EQ(sends(), 1u);
}

TEST_F(Dispatch, TakesACrashWhileInterpretingForUnknown) {
    int crashes = 1;
    gift().interpret_error = [&](const host::PayoutJob&) {
        return --crashes >= 0 ? fail(ErrorCode::unavailable, "the worker crashed") : Error{};
    };
    start();
    const PayoutId id = redeem_ok("k");
    run();
    EXPECT_EQ(state_of(id), "unknown");
    run_out();
    EXPECT_EQ(state_of(id), "settled");
    EXPECT_EQ(sends(), 1u);
    EXPECT_EQ(provider.effects_total(), 1);
}

TEST_F(Dispatch, RepeatsTheKeyWhereAStepHasNoLookUp) {
    gift().lookup_build_error = [](const host::PayoutJob&) {
        return fail(ErrorCode::invalid, "lookup_build is not supported");
    };
    provider.script = scripted({lose(true), works});
    start();
    const PayoutId id = redeem_ok("k");
    run_out();
    EXPECT_EQ(state_of(id), "settled");
    EXPECT_EQ(keys().size(), 1u);
    EXPECT_EQ(provider.effects_total(), 1);
}

TEST_F(Dispatch, DoesNotRepeatAKeyThatTheProviderMayHaveForgotten) {
    set_capabilities(has_key);
    provider.script = scripted({lose(true), works});
    start();
    const PayoutId id = redeem_ok("k");
    run();
    EXPECT_EQ(state_of(id), "unknown");
    clock.advance_ms(route().key_window_ms + 1);  // the daemon was down for a day
    start();
    run_out();
    EXPECT_EQ(state_of(id), "operator");
    EXPECT_EQ(code_of(id), "key_too_old");
    EXPECT_EQ(sends(), 1u);
}

TEST_F(Dispatch, KeepsLinksEncryptedAndShowsThemOnce) {
    provider.script = [](const Sent&, bool) {
        return say({{"outcome", "done"}, {"amount", 1000}, {"bearer", "https://gift.example/s3cret"}}, true);
    };
    start();
    const PayoutId id = redeem_ok("k");
    run();
    EXPECT_EQ(to_text(payout(id)).find("s3cret"), std::string::npos);
    EXPECT_EQ(number("SELECT COUNT(*) FROM payout_bearer WHERE instr(sealed, CAST('s3cret' AS BLOB)) > 0"), 0);
    EXPECT_EQ(engine->reveal_bearer(id, false)->reveal(), "https://gift.example/s3cret");
    EXPECT_EQ(engine->reveal_bearer(id, false).error().code, ErrorCode::conflict);
    EXPECT_EQ(engine->reveal_bearer(id, true)->reveal(), "https://gift.example/s3cret");
    EXPECT_EQ(engine->reveal_bearer(PayoutId{99}, false).error().code, ErrorCode::not_found);
}

TEST_F(Dispatch, EnqueuesANoticeWithTheResult) {
    options.notice_connector = "mail";
    provider.script = scripted({works, say({{"outcome", "refused"}, {"message", "The card is closed."}})});
    start();
    int told = 0;
    engine->set_on_notice_enqueued([&] { ++told; });
    redeem_ok("k1");
    run();
    redeem_ok("k2");
    run();
    EXPECT_EQ(told, 2);
    EXPECT_EQ(number("SELECT COUNT(*) FROM notice WHERE kind = 'payout_settled' AND subject = 'payout_settled/1'"), 1);
    EXPECT_EQ(number("SELECT COUNT(*) FROM notice WHERE kind = 'payout_refused' AND data LIKE '%card is closed%'"), 1);
}

TEST_F(Dispatch, WaitsWhenItsConnectorIsNotConfigured) {
    start();
    const PayoutId id = redeem_ok("k");
    const auto kept = options;
    options.connectors.clear();
    start();
    advance(120'000);
    EXPECT_EQ(state_of(id), "reserved");
    engine->replace_options(kept);
    advance(120'000);
    EXPECT_EQ(state_of(id), "settled");
}

}  // namespace
}  // namespace tributary::payout::testing
