// One operation, from the connector's build to the durable result; each step is the callback of the one before.
#include <algorithm>

#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/payout/engine.hpp"
#include "core/payout/guarded.hpp"

namespace tributary::payout {
namespace {

constexpr uint64_t response_size_max = 1 << 20;
constexpr int64_t again_ms = 1'000;

// Salted with the key: the body holds personal data, and what is sealed must outlive its erasure.
Digest digest_of(const host::HttpRequest& request, std::string_view key) {
    Hasher hasher;
    hasher.update_framed(request.method);
    hasher.update_framed(request.url);
    hasher.update_framed(request.body);
    return hmac_sha256(key, bytes_of(hasher.finish()));
}

bool is_same_step(const PayoutRow& a, const PayoutRow& b) { return a.step_no == b.step_no && a.key_no == b.key_no; }

host::PayoutResult result_of(host::Outcome outcome, std::string code, std::string message) {
    host::PayoutResult result;
    result.outcome = outcome, result.code = std::move(code), result.message = std::move(message);
    return result;
}

host::HttpResponse response_of(const net::Outcome& outcome) {
    host::HttpResponse response;
    response.status = static_cast<uint32_t>(std::max(outcome.response.status, 0));
    response.is_truncated = outcome.is_truncated;
    for (const net::Header& header : outcome.response.headers) response.headers.push_back({header.name, header.value});
    response.body = outcome.response.body;
    return response;
}

}  // namespace

void Engine::begin(const OperationPtr& op) {
    switch (op->action) {
        case Action::send: return begin_send(op);
        case Action::look_up: return begin_lookup(op);
        case Action::wait:
        case Action::park: return no_lookup(op);
    }
}

void Engine::begin_send(const OperationPtr& op) {
    if (op->is_key_stale) {
        return set_aside(op, State::operator_, std::nullopt, "key_too_old",
                         "The provider may have forgotten the key, so it is not sent again; check and resolve it.");
    }
    op->connector->as_payout()->build(op->job, guarded(gate_, [this, op](Result<host::HttpRequest> built) {
        if (!built) return build_failed(op, built.error());
        op->request = *std::move(built);
        op->request_digest = digest_of(op->request, op->job.key);
        store_sending(op);
    }));
}

void Engine::build_failed(const OperationPtr& op, const Error& error) {
    const bool is_refusal = error.code == ErrorCode::invalid;
    const host::Outcome outcome = !is_refusal            ? host::Outcome::retry_same_key
                                  : op->row.step_no == 0 ? host::Outcome::refused
                                                         : host::Outcome::operator_needed;
    op->is_build_failure = true;
    op->evidence = {Source::answer,
                    "connector",
                    0,
                    0,
                    {},
                    result_of(outcome, is_refusal ? "not_buildable" : "connector_failed", error.message),
                    true};
    conclude(op);
}

void Engine::begin_lookup(const OperationPtr& op) {
    op->connector->as_payout()->lookup_build(op->job, guarded(gate_, [this, op](Result<host::HttpRequest> built) {
        if (!built && built.error().code == ErrorCode::invalid) return no_lookup(op);
        if (!built) {
            op->evidence = {Source::look_up, "connector", 0, 0, {},
                            result_of(host::Outcome::unknown, "connector_failed", built.error().message), true};
            return conclude(op);
        }
        op->request = *std::move(built);
        op->request_digest = digest_of(op->request, op->job.key);
        ready(op);
    }));
}

// The provider cannot be asked about this step.
void Engine::no_lookup(const OperationPtr& op) {
    op->has_lookup = false;
    op->is_lookup = false;
    const Limits limits = desk().limits_of(op->row.connector);
    if (op->row.state == State::unknown && op->can.has_key) return begin_send(op);
    if (op->row.state == State::pending && op->can.has_webhook && op->row.lookups < limits.lookups_max) {
        return set_aside(op, State::pending, limits.lookup_max_ms, op->row.code, op->row.message);
    }
    if (op->row.state == State::pending) {
        return set_aside(op, State::operator_, std::nullopt, "stays_pending",
                         "It stays pending, and the provider cannot be asked; check and resolve it.");
    }
    set_aside(op, op->row.state, std::nullopt, op->row.code, "The provider cannot be asked; check and resolve it.");
}

void Engine::set_aside(const OperationPtr& op, State state, std::optional<int64_t> delay_ms, std::string code,
                       std::string message) {
    auto applied = std::make_shared<Applied>();
    const Desk desk = this->desk();
    const auto job = [=](store::Tx& tx) {
        auto row = load_payout(tx, op->row.id);
        if (!row) return;
        applied->before = row->state;
        if (row->state == op->row.state && is_same_step(*row, op->row)) {
            row->state = state, row->code = code, row->message = message;
            row->lookups += 1;
            row->changed_at = desk.clock.now_ms();
            row->next_at = delay_ms ? row->changed_at + desk.jittered(*delay_ms) : 0;
            save_state(tx, *row);
        }
        applied->row = *std::move(row);
    };
    store_.submit(job, guarded(gate_, [this, op, applied](Result<void> stored) {
        finish(op, stored ? applied.get() : nullptr);
    }));
}

// Invariant 1: the digest, the step and the key are durable before the first byte leaves.
void Engine::store_sending(const OperationPtr& op) {
    const auto job = [this, op](store::Tx& tx) {
        auto row = load_payout(tx, op->row.id);
        if (!row) return;
        if (row->state != op->row.state || !is_same_step(*row, op->row) || row->attempt != op->row.attempt) {
            return tx.refuse(fail(ErrorCode::conflict, "the payout changed meanwhile"));
        }
        const int64_t now_ms = clock_.now_ms();
        row->state = State::sending;
        row->attempt += 1;
        row->next_at = 0;
        row->changed_at = now_ms;
        op->request_seq = store_request(tx, *row, "send", row->attempt, op->request_digest, now_ms);
        tx.run("INSERT OR IGNORE INTO payout_reference(connector, reference, payout) VALUES (?, ?, ?)", row->connector,
               op->job.key, row->id);
        save_state(tx, *row);
        op->row = *std::move(row);
    };
    store_.submit(job, guarded(gate_, [this, op](Result<void> stored) {
        if (stored) return ready(op);
        if (stored.error().code != ErrorCode::conflict) {
            log_error("payout.not_stored", {{"payout", payout_text(op->row.id)}, {"reason", stored.error().message}});
        }
        finish(op, nullptr);
    }));
}

void Engine::ready(const OperationPtr& op) {
    bool is_stopping = false;
    {
        const std::lock_guard lock(mutex_);
        is_stopping = is_stopping_;
        if (!is_stopping) lanes_[op->due.connector].ready.push_back(op);
        --moving_;
        is_woken_ = true;
        changed_.notify_all();
    }
    if (is_stopping) answered(op, {net::Delivery::not_sent, {}, false, "the daemon stops", 0});
}

void Engine::send(const OperationPtr& op) {
    net::OutgoingRequest request;
    request.method = op->request.method;
    request.url = op->request.url;
    for (const host::Pair& header : op->request.headers) request.headers.push_back({header.name, header.value});
    request.body = op->request.body;
    request.timeout_ms = op->timeout_ms;
    request.response_size_max = response_size_max;
    op->sent_at = clock_.now_ms();
    client_.send(std::move(request),
                 guarded(gate_, [this, op](net::Outcome outcome) { answered(op, std::move(outcome)); }));
}

void Engine::answered(const OperationPtr& op, net::Outcome outcome) {
    {
        const std::lock_guard lock(mutex_);
        ++moving_;
        Pacer& pacer = lanes_[op->due.connector].pacer;
        if (outcome.delivery == net::Delivery::not_sent && !is_stopping_) pacer.unreachable(clock_.monotonic_ms());
        if (outcome.delivery != net::Delivery::not_sent) pacer.reached();
    }
    op->request = {};  // headers hold secrets
    op->evidence.source = op->is_lookup ? Source::look_up : Source::answer;
    op->evidence.told_by = "network";
    op->evidence.request = op->request_seq;
    switch (outcome.delivery) {
        case net::Delivery::not_sent:
            op->evidence.result = result_of(host::Outcome::retry_same_key, "not_sent", outcome.message);
            return conclude(op);
        case net::Delivery::maybe_sent:
            op->evidence.result = result_of(host::Outcome::unknown, "no_answer", outcome.message);
            return conclude(op);
        case net::Delivery::answered: break;
    }
    op->evidence.told_by = op->is_lookup ? "look_up" : "answer";
    op->evidence.status = outcome.response.status;
    op->evidence.bytes = outcome.response.body;
    auto done = guarded(gate_, [this, op](Result<host::PayoutResult> result) { told(op, std::move(result)); });
    host::PayoutConnector* connector = op->connector->as_payout();
    if (op->is_lookup) return connector->lookup_interpret(op->job, response_of(outcome), done);
    connector->interpret(op->job, response_of(outcome), done);
}

void Engine::told(const OperationPtr& op, Result<host::PayoutResult> result) {
    if (result) {
        op->evidence.result = *std::move(result);
    } else {
        op->evidence.told_by = "connector";
        op->evidence.result = result_of(host::Outcome::unknown, "connector_failed", result.error().message);
    }
    conclude(op);
}

void Engine::conclude(const OperationPtr& op) {
    auto applied = std::make_shared<Applied>();
    const auto job = [this, op, applied](store::Tx& tx) { *applied = apply_operation(tx, op); };
    store_.submit(job, guarded(gate_, [this, op, applied](Result<void> stored) {
        if (stored) return finish(op, applied.get());
        log_error("payout.result_not_stored",
                  {{"payout", payout_text(op->row.id)}, {"reason", stored.error().message}});
        if (store_.is_failed()) return finish(op, nullptr);  // recover() makes it unknown
        const std::lock_guard lock(mutex_);
        unapplied_.push_back(op);  // the next round tries again
    }));
}

Applied Engine::apply_operation(store::Tx& tx, const OperationPtr& op) {
    const Desk desk = this->desk();
    Applied applied;
    auto row = load_payout(tx, op->row.id);
    if (!row) return applied;
    applied.before = row->state;
    Evidence evidence = op->evidence;
    evidence.has_lookup = op->has_lookup;
    const bool is_it = is_same_step(*row, op->row) &&
                       (op->is_lookup ? row->state != State::reserved && row->state != State::sending
                                      : row->state == op->row.state && row->attempt == op->row.attempt);
    if (!is_it && !is_final(row->state)) {  // a person or a webhook moved it meanwhile
        applied.row = *std::move(row);
        return applied;
    }
    if (op->is_lookup && op->sent_at != 0) {
        evidence.request = store_request(tx, *row, "look_up", row->lookups + 1, op->request_digest, op->sent_at);
    }
    if (op->is_build_failure) row->attempt += 1;
    applied = apply(tx, desk, *std::move(row), evidence);
    look_again_if_told(tx, desk, applied, op->webhook_mark);
    return applied;
}

// The operation is over. Without a result the payout stands as the store has it, and is tried again.
void Engine::finish(const OperationPtr& op, const Applied* applied) {
    if (applied != nullptr && applied->row.id) note(*applied);
    const std::lock_guard lock(mutex_);
    const bool is_loose = applied == nullptr && op->connector != nullptr && !store_.is_failed();
    if (is_loose) {
        Due again = op->due;
        again.at = clock_.monotonic_ms() + again_ms;
        schedule_.put(std::move(again));
    }
    schedule_.done(op->due);
    Lane& lane = lanes_[op->due.connector];
    --lane.under_way, --under_way_, --moving_;
    if (op->is_unsent) --lane.unsent;
    is_woken_ = true;
    changed_.notify_all();
}

}  // namespace tributary::payout
