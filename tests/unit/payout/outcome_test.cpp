// decide(), row by row: what an outcome means where.
#include <gtest/gtest.h>

#include "core/payout/outcome.hpp"

namespace tributary::payout {
namespace {

using host::Outcome;

constexpr Capabilities all{true, true, true}, key_only{true, false, false}, lookup_only{false, true, false}, none{};
constexpr auto has_no_delay = std::optional<int64_t>();

struct Row {
    const char* what;
    Source source;
    State from;
    Outcome outcome;
    Capabilities can;
    bool is_doubtful;
    State to;
    std::optional<int64_t> delay_ms;
};

host::PayoutResult result_of(Outcome outcome) {
    host::PayoutResult result;
    result.outcome = outcome;
    return result;
}

Situation situation_of(const Row& row) {
    Situation at;
    at.state = row.from;
    at.attempt = 1;
    at.lookups = row.source == Source::look_up ? 1 : 0;
    at.asked = {1000, "USD", 2};
    at.can = row.can;
    at.facts.is_doubtful = row.is_doubtful;
    at.facts.last_send_at = 1'000'000;
    at.now_ms = 1'000'000 + at.limits.quiet_ms;
    return at;
}

const Row rows[] = {
    // an answer to a send
    {"done", Source::answer, State::sending, Outcome::done, all, false, State::settled, has_no_delay},
    {"pending", Source::answer, State::sending, Outcome::pending, all, false, State::pending, 2'000},
    {"pending, webhook only",
     Source::answer,
     State::sending,
     Outcome::pending,
     {true, false, true},
     false,
     State::pending,
     3'600'000},
    {"pending, mute provider", Source::answer, State::sending, Outcome::pending, key_only, false, State::operator_,
     has_no_delay},
    {"retry same key", Source::answer, State::sending, Outcome::retry_same_key, all, false, State::reserved, 1'000},
    {"retry same key in doubt", Source::answer, State::sending, Outcome::retry_same_key, key_only, true, State::unknown,
     1'000},
    {"retry same key in doubt, look-up", Source::answer, State::sending, Outcome::retry_same_key, all, true,
     State::unknown, 2'000},
    {"retry new key", Source::answer, State::sending, Outcome::retry_new_key, all, false, State::reserved, 1'000},
    {"retry new key in doubt", Source::answer, State::sending, Outcome::retry_new_key, key_only, true, State::operator_,
     has_no_delay},
    {"refused", Source::answer, State::sending, Outcome::refused, all, false, State::refused, has_no_delay},
    {"refused in doubt", Source::answer, State::sending, Outcome::refused, key_only, true, State::operator_,
     has_no_delay},
    {"unknown, look-up", Source::answer, State::sending, Outcome::unknown, all, false, State::unknown, 2'000},
    {"unknown, key", Source::answer, State::sending, Outcome::unknown, key_only, false, State::unknown, 1'000},
    {"unknown, nothing", Source::answer, State::sending, Outcome::unknown, none, false, State::unknown, has_no_delay},
    {"log in", Source::answer, State::sending, Outcome::log_in, all, false, State::operator_, has_no_delay},
    {"operator", Source::answer, State::sending, Outcome::operator_needed, all, false, State::operator_, has_no_delay},
    {"slow down", Source::answer, State::sending, Outcome::slow_down, all, false, State::reserved, 1'000},
    {"not found is no answer", Source::answer, State::sending, Outcome::not_found, all, false, State::unknown, 2'000},
    // a look-up
    {"found done", Source::look_up, State::unknown, Outcome::done, all, true, State::settled, has_no_delay},
    {"found refused", Source::look_up, State::unknown, Outcome::refused, all, true, State::refused, has_no_delay},
    {"found pending", Source::look_up, State::unknown, Outcome::pending, all, true, State::pending, 4'000},
    {"still pending", Source::look_up, State::pending, Outcome::pending, all, true, State::pending, 4'000},
    {"pending, no news", Source::look_up, State::pending, Outcome::unknown, all, true, State::pending, 4'000},
    {"unknown, no news", Source::look_up, State::unknown, Outcome::unknown, all, true, State::unknown, 4'000},
    {"ask again", Source::look_up, State::unknown, Outcome::retry_same_key, all, true, State::unknown, 4'000},
    {"slow down", Source::look_up, State::unknown, Outcome::slow_down, all, true, State::unknown, 4'000},
    {"not found", Source::look_up, State::unknown, Outcome::not_found, all, true, State::reserved, 1'000},
    {"not found, no key", Source::look_up, State::unknown, Outcome::not_found, lookup_only, true, State::reserved,
     1'000},
    {"not found while pending", Source::look_up, State::pending, Outcome::not_found, all, true, State::pending, 4'000},
    {"proven burnt", Source::look_up, State::unknown, Outcome::retry_new_key, all, true, State::reserved, 1'000},
    {"operator's, found done", Source::look_up, State::operator_, Outcome::done, all, true, State::settled,
     has_no_delay},
    {"operator's, not found", Source::look_up, State::operator_, Outcome::not_found, all, true, State::operator_,
     has_no_delay},
    {"operator's, no news", Source::look_up, State::operator_, Outcome::unknown, all, true, State::operator_,
     has_no_delay},
    // a webhook
    {"refused", Source::webhook, State::pending, Outcome::refused, all, false, State::refused, has_no_delay},
    {"paid without amount", Source::webhook, State::pending, Outcome::done, all, false, State::pending, 2'000},
    {"slow down is no news", Source::webhook, State::pending, Outcome::slow_down, all, false, State::pending, 2'000},
    {"log in is no news", Source::webhook, State::unknown, Outcome::log_in, all, false, State::unknown, 2'000},
    // a person
    {"settled", Source::person, State::operator_, Outcome::done, all, true, State::settled, has_no_delay},
    {"send again", Source::person, State::unknown, Outcome::not_found, key_only, true, State::reserved, 1'000},
    {"refused", Source::person, State::unknown, Outcome::refused, none, true, State::refused, has_no_delay},
};

TEST(Decide, KnowsEveryOutcomeInEverySituation) {
    for (const Row& row : rows) {
        const Verdict verdict = decide(situation_of(row), row.source, result_of(row.outcome));
        EXPECT_STREQ(name_of(verdict.state), name_of(row.to)) << row.what;
        EXPECT_EQ(verdict.delay_ms, row.delay_ms) << row.what;
    }
}

TEST(Decide, NeverMovesMoneyForAnOutcomeThatIsNotProven) {
    const Outcome open[] = {Outcome::pending, Outcome::retry_same_key,  Outcome::retry_new_key, Outcome::unknown,
                            Outcome::log_in,  Outcome::operator_needed, Outcome::slow_down,     Outcome::not_found};
    for (const Outcome outcome : open) {
        for (const Source source : {Source::answer, Source::look_up, Source::webhook, Source::person}) {
            for (const State from : {State::sending, State::pending, State::unknown, State::operator_}) {
                for (const Capabilities& can : {all, key_only, lookup_only, none}) {
                    const Row row{"", source, from, outcome, can, true, from, {}};
                    EXPECT_FALSE(is_final(decide(situation_of(row), source, result_of(outcome)).state))
                        << host::name_of(outcome);
                }
            }
        }
    }
}

TEST(Decide, ChecksWhatIsSaidToBePaid) {
    struct Case {
        const char* what;
        host::Money told;
        State to;
    };
    const Case cases[] = {{"the same", {1000, "USD", 2}, State::settled},
                          {"another amount", {999, "USD", 2}, State::unknown},
                          {"another currency", {1000, "EUR", 2}, State::unknown},
                          {"another exponent", {1000, "USD", 0}, State::unknown}};
    for (const Case& one : cases) {
        auto result = result_of(Outcome::done);
        result.has_amount = true;
        result.amount = one.told;
        const Row row{"", Source::answer, State::sending, Outcome::done, all, false, State::settled, {}};
        const Verdict verdict = decide(situation_of(row), Source::answer, result);
        EXPECT_EQ(verdict.state, one.to) << one.what;
        EXPECT_EQ(verdict.code == "amount_mismatch", one.to == State::unknown) << one.what;
    }
}

TEST(Decide, LetsTheProviderSayWhenToComeBack) {
    auto result = result_of(Outcome::slow_down);
    result.retry_after_ms = 7'000;
    const Row row{"", Source::answer, State::sending, Outcome::slow_down, all, false, State::reserved, {}};
    const Verdict verdict = decide(situation_of(row), Source::answer, result);
    EXPECT_EQ(verdict.delay_ms, 7'000);
    EXPECT_EQ(verdict.pause_ms, 7'000);
    result.retry_after_ms = UINT64_MAX;
    EXPECT_EQ(decide(situation_of(row), Source::answer, result).delay_ms, 86'400'000);
}

TEST(Decide, EndsWithAPersonWhenTheTriesAreUsedUp) {
    Row row{"", Source::answer, State::sending, Outcome::retry_same_key, all, false, State::operator_, {}};
    Situation at = situation_of(row);
    at.attempt = 12;
    EXPECT_EQ(decide(at, Source::answer, result_of(Outcome::retry_same_key)).state, State::operator_);
    EXPECT_EQ(decide(at, Source::answer, result_of(Outcome::retry_new_key)).state, State::operator_);
    EXPECT_EQ(decide(at, Source::answer, result_of(Outcome::slow_down)).state, State::reserved);
    at.attempt = 120;
    EXPECT_EQ(decide(at, Source::answer, result_of(Outcome::slow_down)).state, State::operator_);
    at.state = State::unknown;
    at.lookups = 40;
    EXPECT_EQ(decide(at, Source::look_up, result_of(Outcome::unknown)).state, State::operator_);
    EXPECT_EQ(decide(at, Source::look_up, result_of(Outcome::done)).state, State::settled);
}

TEST(Decide, DoesNotBelieveNotFoundTooEarlyOrAfterAcceptance) {
    Row row{"", Source::look_up, State::unknown, Outcome::not_found, lookup_only, true, State::unknown, {}};
    Situation at = situation_of(row);
    at.now_ms = at.facts.last_send_at + at.limits.quiet_ms - 1;
    EXPECT_EQ(decide(at, Source::look_up, result_of(Outcome::not_found)).state, State::unknown);
    at.now_ms += 1;
    EXPECT_EQ(decide(at, Source::look_up, result_of(Outcome::not_found)).state, State::reserved);
    at.facts.was_accepted = true;
    EXPECT_EQ(decide(at, Source::look_up, result_of(Outcome::not_found)).state, State::unknown);
}

TEST(Decide, GoesOnWithTheNextStepAtOnce) {
    auto result = result_of(Outcome::done);
    result.next_step = "load";
    Row row{"", Source::answer, State::sending, Outcome::done, all, false, State::reserved, 0};
    const Verdict verdict = decide(situation_of(row), Source::answer, result);
    EXPECT_EQ(verdict.state, State::reserved);
    EXPECT_TRUE(verdict.is_next_step);
    EXPECT_EQ(verdict.delay_ms, 0);
    Situation endless = situation_of(row);
    endless.step_no = steps_max - 1;
    EXPECT_EQ(decide(endless, Source::answer, result).state, State::operator_);
}

TEST(Backoff, DoublesUpToItsLimit) {
    EXPECT_EQ(backoff_ms(1'000, 60'000, 1), 1'000);
    EXPECT_EQ(backoff_ms(1'000, 60'000, 4), 8'000);
    EXPECT_EQ(backoff_ms(1'000, 60'000, 7), 60'000);
    EXPECT_EQ(backoff_ms(1'000, 60'000, 1'000'000), 60'000);
    EXPECT_EQ(backoff_ms(1'000, INT64_MAX, 100), INT64_MAX);
}

}  // namespace
}  // namespace tributary::payout
