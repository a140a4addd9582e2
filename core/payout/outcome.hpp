// decide(): what an outcome means for a payout. Pure; the table of core/payout/README.md, tested row by row. Whatever
// says "paid" is checked against what was asked; whatever is not proven leaves the money reserved.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "core/payout/row.hpp"
#include "plugins/host/records.hpp"

namespace tributary::payout {

enum class Source {
    answer,     // the provider's answer to a send, or what the network made of it
    look_up,    // its answer to a look-up
    webhook,    // signed and matched to this payout
    person,     // an operator with evidence
};

struct Capabilities {
    bool has_key = false, has_lookup = false, has_webhook = false;
};

struct Limits {
    unsigned attempts_max = 12, lookups_max = 40;
    int64_t lookup_first_ms = 2'000, lookup_max_ms = 3'600'000;
    int64_t quiet_ms = 30'000;  // without a key at the provider, "not found" counts only this long after the send
    int64_t key_window_ms = 72'000'000;
};
inline constexpr int64_t steps_max = 16;
inline constexpr int64_t retry_first_ms = 1'000;
inline constexpr int64_t retry_max_ms = 3'600'000;
inline constexpr unsigned slow_downs_factor = 10;  // being slowed down counts a tenth of a try

struct Situation {
    State state = State::sending;      // where the payout stands; for a look-up: where it stood before
    int64_t step_no = 0, attempt = 0, lookups = 0;  // attempt, lookups: this one counted
    host::Money asked;
    Facts facts;
    int64_t now_ms = 0;
    Capabilities can;
    Limits limits;
};

struct Verdict {
    State state = State::unknown;      // settled: post the hold; refused: void it; others: it stays
    host::Outcome outcome = host::Outcome::unknown;  // as believed, for the receipt
    std::string code, message;
    bool is_next_step = false;         // take result.next_step and result.state
    bool is_new_key = false;
    std::optional<int64_t> delay_ms;   // until it goes on by itself; nothing: it waits for a person or a webhook
    int64_t pause_ms = 0;              // for the whole connector
};

Verdict decide(const Situation& at, Source source, const host::PayoutResult& result);

// min(first * 2^(n-1), max) for n >= 1; the caller adds jitter.
int64_t backoff_ms(int64_t first_ms, int64_t max_ms, int64_t n);

// What comes next for a payout that is due.
enum class Action { send, look_up, wait, park };
Action next_action(State state, const Capabilities& can);

}  // namespace tributary::payout
