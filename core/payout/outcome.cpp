#include "core/payout/outcome.hpp"

#include <algorithm>

#include "core/base/assert.hpp"

namespace tributary::payout {
namespace {

using host::Outcome;
using host::PayoutResult;

constexpr int64_t retry_after_max_ms = 86'400'000;

Verdict verdict(State state, Outcome outcome, std::string code, std::string message) {
    Verdict made;
    made.state = state, made.outcome = outcome, made.code = std::move(code), made.message = std::move(message);
    return made;
}

Verdict to_operator(const Verdict& believed, std::string_view why) {
    Verdict made = believed;
    made.state = State::operator_;
    made.is_next_step = made.is_new_key = false;
    made.delay_ms.reset();
    if (!why.empty()) made.message = made.message.empty() ? std::string(why) : made.message + " " + std::string(why);
    return made;
}

int64_t delay_of(const PayoutResult& result, int64_t own_ms) {
    if (result.retry_after_ms == 0) return own_ms;
    return std::clamp<int64_t>(static_cast<int64_t>(std::min<uint64_t>(result.retry_after_ms, retry_after_max_ms)), 0,
                               retry_after_max_ms);
}

int64_t lookup_delay(const Situation& at, const PayoutResult& result) {
    return delay_of(result, backoff_ms(at.limits.lookup_first_ms, at.limits.lookup_max_ms, at.lookups + 1));
}

int64_t retry_delay(const Situation& at, const PayoutResult& result) {
    return delay_of(result, backoff_ms(retry_first_ms, retry_max_ms, at.attempt));
}

// Stays where it is (a look-up told nothing new), or becomes unknown (a send did); goes on by look-up or by its key.
Verdict stay_in_doubt(const Situation& at, Source source, Verdict made, const PayoutResult& result) {
    if (at.state == State::operator_) return to_operator(made, {});
    made.state = source != Source::answer && at.state == State::pending ? State::pending : State::unknown;
    if (source == Source::look_up && at.lookups >= static_cast<int64_t>(at.limits.lookups_max)) {
        return to_operator(made, "The look-ups are used up; check at the provider and resolve it.");
    }
    if (at.can.has_lookup) {
        made.delay_ms = lookup_delay(at, result);
    } else if (at.can.has_key) {
        made.delay_ms = retry_delay(at, result);
        if (at.attempt >= static_cast<int64_t>(at.limits.attempts_max)) {
            return to_operator(made, "The attempts are used up; check at the provider and resolve it.");
        }
    }
    return made;
}

// Goes back to be sent again; to unknown when an earlier send with this key is still in doubt.
Verdict send_again(const Situation& at, Verdict made, const PayoutResult& result, int64_t attempts_max) {
    if (at.attempt >= attempts_max) {
        return to_operator(made, "The attempts are used up; remove the cause, then resolve it with send_again.");
    }
    const bool is_doubtful = at.facts.is_doubtful && !made.is_new_key;
    made.state = is_doubtful ? State::unknown : State::reserved;
    made.delay_ms = is_doubtful && at.can.has_lookup ? lookup_delay(at, result) : retry_delay(at, result);
    return made;
}

// Nothing is believed that contradicts what was asked.
Verdict believed(const Situation& at, Source source, const PayoutResult& result) {
    Verdict made = verdict(State::unknown, result.outcome, result.code, result.message);
    const bool is_good_news = result.outcome == Outcome::done || result.outcome == Outcome::pending;
    if (is_good_news && result.has_amount && !(result.amount == at.asked)) {
        made.outcome = Outcome::unknown;
        made.code = "amount_mismatch";
        made.message = "The provider names another amount or currency than was asked for.";
    }
    const bool is_paid_by_webhook =
        source == Source::webhook && made.outcome == Outcome::done && result.next_step.empty();
    if (is_paid_by_webhook && !result.has_amount) {
        made.outcome = Outcome::unknown;
        made.code = "amount_missing";
        made.message = "The webhook says paid but names no amount.";
    }
    if (made.outcome == Outcome::not_found && source != Source::look_up && source != Source::person) {
        made.outcome = Outcome::unknown;
        made.code = "not_found_without_look_up";
    }
    const bool is_webhook_news =
        is_good_news || made.outcome == Outcome::refused || made.outcome == Outcome::operator_needed;
    if (source == Source::webhook && !is_webhook_news) made.outcome = Outcome::unknown;
    return made;
}

Verdict on_done(const Situation& at, Verdict made, const PayoutResult& result) {
    if (result.next_step.empty()) {
        made.state = State::settled;
        return made;
    }
    if (at.step_no + 1 >= steps_max) return to_operator(made, "The connector asks for more steps than are allowed.");
    made.state = State::reserved;
    made.is_next_step = true;
    made.delay_ms = 0;
    return made;
}

Verdict on_pending(const Situation& at, Source source, Verdict made, const PayoutResult& result) {
    made.state = State::pending;
    if (source == Source::look_up && at.lookups >= static_cast<int64_t>(at.limits.lookups_max)) {
        return to_operator(made, "It stays pending; check at the provider and resolve it.");
    }
    if (at.can.has_lookup) {
        made.delay_ms = lookup_delay(at, result);
    } else if (at.can.has_webhook) {
        made.delay_ms = at.limits.lookup_max_ms;
    } else {
        return to_operator(made,
                           "The provider can neither be asked nor tell; confirm with its statement and resolve it.");
    }
    return made;
}

Verdict on_refused(const Situation& at, Source source, Verdict made) {
    const bool is_in_doubt = at.facts.is_doubtful || at.facts.was_accepted;
    if (source == Source::answer && is_in_doubt) {
        return to_operator(made, "An earlier send with the same key may have had an effect; check and resolve it.");
    }
    made.state = State::refused;
    return made;
}

Verdict on_not_found(const Situation& at, Source source, Verdict made, const PayoutResult& result) {
    Situation clear = at;
    clear.facts.is_doubtful = false;
    if (source == Source::person) return send_again(clear, std::move(made), result, INT64_MAX);
    const bool is_quiet = at.now_ms - at.facts.last_send_at >= at.limits.quiet_ms;
    if (at.state != State::unknown || at.facts.was_accepted || (!at.can.has_key && !is_quiet)) {
        made.message += made.message.empty() ? "" : " ";
        made.message +=
            at.facts.was_accepted ? "It was accepted before, so this is not believed." : "Too early to be believed.";
        made.outcome = Outcome::unknown;
        return stay_in_doubt(at, source, made, result);
    }
    return send_again(clear, std::move(made), result, static_cast<int64_t>(at.limits.attempts_max));
}

Verdict on_slow_down(const Situation& at, Source source, Verdict made, const PayoutResult& result) {
    const int64_t pause = delay_of(result, retry_first_ms);
    Verdict out;
    if (source == Source::look_up) {
        Situation patient = at;
        patient.limits.lookups_max *= slow_downs_factor;
        out = stay_in_doubt(patient, source, std::move(made), result);
    } else {
        out = send_again(at, std::move(made), result, static_cast<int64_t>(at.limits.attempts_max) * slow_downs_factor);
    }
    if (out.delay_ms) out.delay_ms = std::max(*out.delay_ms, pause);
    out.pause_ms = pause;
    return out;
}

}  // namespace

int64_t backoff_ms(int64_t first_ms, int64_t max_ms, int64_t n) {
    int64_t delay = std::min(first_ms, max_ms);
    for (int64_t i = 1; i < n && delay < max_ms; ++i) delay = delay > max_ms / 2 ? max_ms : delay * 2;
    return delay;
}

Action next_action(State state, const Capabilities& can) {
    switch (state) {
        case State::reserved: return Action::send;
        case State::pending: return can.has_lookup ? Action::look_up : Action::wait;
        case State::unknown: return can.has_lookup ? Action::look_up : can.has_key ? Action::send : Action::park;
        case State::operator_: return can.has_lookup ? Action::look_up : Action::park;
        case State::sending:
        case State::settled:
        case State::refused: return Action::park;
    }
    return Action::park;
}

Verdict decide(const Situation& at, Source source, const PayoutResult& result) {
    Verdict made = believed(at, source, result);
    const auto attempts_max = static_cast<int64_t>(at.limits.attempts_max);
    switch (made.outcome) {
        case Outcome::done: return on_done(at, std::move(made), result);
        case Outcome::pending: return on_pending(at, source, std::move(made), result);
        case Outcome::retry_same_key:
            if (source != Source::answer) return stay_in_doubt(at, source, std::move(made), result);  // ask again
            return send_again(at, std::move(made), result, attempts_max);
        case Outcome::retry_new_key:
            if (source == Source::answer && (at.facts.is_doubtful || at.facts.was_accepted)) {
                return on_refused(at, source, std::move(made));
            }
            if (at.state == State::operator_) return stay_in_doubt(at, source, std::move(made), result);
            made.is_new_key = true;
            return send_again(at, std::move(made), result, attempts_max);
        case Outcome::refused: return on_refused(at, source, std::move(made));
        case Outcome::unknown: return stay_in_doubt(at, source, std::move(made), result);
        case Outcome::log_in: return to_operator(made, "The provider does not accept the credentials; replace them.");
        case Outcome::operator_needed: return to_operator(made, {});
        case Outcome::slow_down: return on_slow_down(at, source, std::move(made), result);
        case Outcome::not_found: return on_not_found(at, source, std::move(made), result);
    }
    return stay_in_doubt(at, source, std::move(made), result);
}

}  // namespace tributary::payout
