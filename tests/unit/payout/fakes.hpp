// A provider that counts effects, a connector that speaks its toy language, a client that joins the two, and a store
// that can die: what the payout tests are made of. Thread safe where the engine's threads reach.
#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/json.hpp"
#include "core/net/client.hpp"
#include "core/store/store.hpp"
#include "plugins/host/connector.hpp"

namespace tributary::payout::testing {

// Once it has tripped nothing leaves and nothing comes back: the process is dead.
struct Death {
    std::atomic<int64_t> writes_left{INT64_MAX};   // durable writes until death
    std::atomic<bool> is_dead{false};
};

class MortalStore final : public store::Store {
public:
    MortalStore(store::Store& inner, Death& death) : inner_(inner), death_(death) {}
    void add_participant(std::shared_ptr<store::Participant> participant) override {
        inner_.add_participant(std::move(participant));
    }
    void submit(store::Job job, store::Done done) override {
        if (death_.is_dead) return;
        inner_.submit(std::move(job), [this, done = std::move(done)](Result<void> stored) {
            if (--death_.writes_left == 0) death_.is_dead = true;
            if (!death_.is_dead) done(stored);
        });
    }
    Result<void> write(store::Job job) override { return inner_.write(std::move(job)); }
    Result<void> read(store::Job job) override { return inner_.read(std::move(job)); }
    Result<void> backup(const std::string& path) override { return inner_.backup(path); }
    bool is_failed() const override { return inner_.is_failed(); }
    uint64_t queue_length() const override { return inner_.queue_length(); }

private:
    store::Store& inner_;
    Death& death_;
};

// One answer of the provider. effect: what it does before it answers. delivery: what the network makes of the answer.
struct Reply {
    bool has_effect = false;
    net::Delivery delivery = net::Delivery::answered;
    json::object body;             // in the connector's toy language; {} = {"outcome":"done", ...} by itself
    bool is_held = false;          // answered by release() later
};

class FakeProvider {
public:
    struct Effect {
        int64_t amount = 0;
        std::string currency;
        int count = 0;
    };
    struct Sent {
        int64_t monotonic_ms = 0, wall_ms = 0;
        std::string path, key, payout, step, recipient;
        bool is_lookup = false;
    };
    // What becomes of a request: by default a new key has one effect and is done, a known one gives the first back.
    std::function<Reply(const Sent&, bool is_known)> script;
    std::function<Reply(const Sent&, bool is_known)> lookup_script;
    bool has_dedupe = true;

    std::mutex mutex;
    std::map<std::string, Effect> effects;   // by key
    std::vector<Sent> sent;
    int dead_attempts = 0;

    int effects_of(const std::string& payout) {
        const std::lock_guard lock(mutex);
        int count = 0;
        for (const auto& [key, effect] : effects) count += key_owner[key] == payout ? effect.count : 0;
        return count;
    }
    int effects_total() {
        const std::lock_guard lock(mutex);
        int count = 0;
        for (const auto& [key, effect] : effects) count += effect.count;
        return count;
    }
    size_t sent_count() {
        const std::lock_guard lock(mutex);
        return sent.size();
    }
    std::map<std::string, std::string> key_owner;
};

class FakeClient final : public net::HttpClient {
public:
    FakeClient(FakeProvider& provider, Clock& clock, Death& death)
        : provider_(provider), clock_(clock), death_(death) {}
    void send(net::OutgoingRequest request, std::function<void(net::Outcome)> done) override {
        if (death_.is_dead) {
            ++provider_.dead_attempts;
            return;
        }
        net::Outcome outcome;
        bool is_held = false;
        {
            const std::lock_guard lock(provider_.mutex);
            const json::object body = parse_json(request.body)->as_object();
            FakeProvider::Sent sent{clock_.monotonic_ms(), clock_.now_ms(), request.url, text_or(body, "key"),
                                    text_or(body, "payout"), text_or(body, "step"), text_or(body, "recipient"),
                                    request.url.ends_with("/lookup")};
            provider_.sent.push_back(sent);
            const auto known = provider_.effects.find(sent.key);
            const bool is_known = known != provider_.effects.end();
            Reply reply = reply_to(sent, is_known);
            if (reply.has_effect) {
                auto& effect = provider_.effects[sent.key];
                effect.amount = int_or(body, "amount");
                effect.currency = text_or(body, "currency");
                effect.count += !is_known || !provider_.has_dedupe ? 1 : 0;
                provider_.key_owner[sent.key] = sent.payout;
            }
            if (reply.body.empty()) {
                reply.body = {{"outcome", "done"},
                              {"amount", int_or(body, "amount")},
                              {"currency", text_or(body, "currency")},
                              {"references", json::array{"ref-" + sent.payout}}};
            }
            outcome.delivery = reply.delivery;
            outcome.response.body = to_text(reply.body);
            outcome.message = "scripted";
            is_held = reply.is_held;
            if (is_held) held_.push_back({outcome, done});
        }
        if (!is_held && !death_.is_dead) done(outcome);
    }
    void send_mail(net::OutgoingMail, std::function<void(net::Outcome)>) override {}
    size_t held() {
        const std::lock_guard lock(provider_.mutex);
        return held_.size();
    }
    void release() {
        std::deque<Held> all;
        {
            const std::lock_guard lock(provider_.mutex);
            all.swap(held_);
        }
        for (Held& one : all) one.done(one.outcome);
    }

private:
    struct Held {
        net::Outcome outcome;
        std::function<void(net::Outcome)> done;
    };
    Reply reply_to(const FakeProvider::Sent& sent, bool is_known) {
        if (sent.is_lookup) {
            if (provider_.lookup_script) return provider_.lookup_script(sent, is_known);
            Reply reply;
            if (!is_known) reply.body = {{"outcome", "not_found"}};
            return reply;
        }
        if (provider_.script) return provider_.script(sent, is_known);
        Reply reply;
        reply.has_effect = true;
        return reply;
    }
    FakeProvider& provider_;
    Clock& clock_;
    Death& death_;
    std::deque<Held> held_;
};

class FakeConnector final : public host::Connector, public host::PayoutConnector {
public:
    FakeConnector(std::string name, uint32_t capabilities, Death& death) : name_(std::move(name)), death_(death) {
        manifest_.id = "card-fake";
        manifest_.kind = host::Kind::payout;
        manifest_.capabilities = capabilities;
    }
    const std::string& name() const override { return name_; }
    const host::Manifest& manifest() const override { return manifest_; }
    host::Manifest& change_manifest() { return manifest_; }
    host::ConnectorState state() const override { return {}; }
    host::FeedConnector* as_feed() override { return nullptr; }
    host::PayoutConnector* as_payout() override { return this; }
    host::NoticeConnector* as_notice() override { return nullptr; }
    host::SourceConnector* as_source() override { return nullptr; }

    std::function<Error(const host::PayoutJob&)> build_error, lookup_build_error, interpret_error;  // "" message: fine

    void build(host::PayoutJob job, host::Completion<host::HttpRequest> done) override {
        make(job, "send", build_error, done);
    }
    void lookup_build(host::PayoutJob job, host::Completion<host::HttpRequest> done) override {
        make(job, "lookup", lookup_build_error, done);
    }
    void interpret(host::PayoutJob job, host::HttpResponse response,
                   host::Completion<host::PayoutResult> done) override {
        if (death_.is_dead) return;
        if (interpret_error) {
            if (Error error = interpret_error(job); !error.message.empty()) return done(error);
        }
        done(result_of(parse_json(response.body)->as_object()));
    }
    void lookup_interpret(host::PayoutJob job, host::HttpResponse response,
                          host::Completion<host::PayoutResult> done) override {
        interpret(std::move(job), std::move(response), std::move(done));
    }
    void webhook(host::Webhook webhook, host::Completion<host::WebhookResult> done) override {
        const auto parsed = parse_json(webhook.body);
        if (!parsed) return done(fail(ErrorCode::corrupt, "the worker crashed"));
        const json::object& body = parsed->as_object();
        static const std::map<std::string, host::WebhookVerdict> verdicts = {
            {"forged", host::WebhookVerdict::forged}, {"stale", host::WebhookVerdict::stale},
            {"ignored", host::WebhookVerdict::ignored}, {"look_up", host::WebhookVerdict::look_up},
            {"result", host::WebhookVerdict::result}};
        host::WebhookResult result;
        result.verdict = verdicts.at(text_or(body, "verdict"));
        result.event_id = text_or(body, "event");
        result.event_kind = "test";
        result.reference = text_or(body, "reference");
        if (const auto* inner = find(body, "result")) result.result = result_of(inner->as_object());
        done(result);
    }

    static host::PayoutResult result_of(const json::object& body) {
        static const std::map<std::string, host::Outcome> outcomes = {{"done", host::Outcome::done},
                                                                      {"pending", host::Outcome::pending},
                                                                      {"retry_same_key", host::Outcome::retry_same_key},
                                                                      {"retry_new_key", host::Outcome::retry_new_key},
                                                                      {"refused", host::Outcome::refused},
                                                                      {"unknown", host::Outcome::unknown},
                                                                      {"log_in", host::Outcome::log_in},
                                                                      {"operator", host::Outcome::operator_needed},
                                                                      {"slow_down", host::Outcome::slow_down},
                                                                      {"not_found", host::Outcome::not_found}};
        host::PayoutResult result;
        result.outcome = outcomes.at(text_or(body, "outcome"));
        result.code = text_or(body, "code", text_or(body, "outcome"));
        result.message = text_or(body, "message");
        result.next_step = text_or(body, "next_step");
        result.state = text_or(body, "state");
        result.recipient_state = text_or(body, "recipient_state");
        result.retry_after_ms = static_cast<uint64_t>(int_or(body, "retry_after_ms"));
        if (const auto* references = find(body, "references")) {
            for (const auto& one : references->as_array()) result.references.emplace_back(one.as_string());
        }
        result.has_amount = find(body, "amount") != nullptr;
        result.amount = {int_or(body, "amount"), text_or(body, "currency", "USD"), 2};
        if (!text_or(body, "bearer").empty()) result.bearer = Secret(text_or(body, "bearer"));
        return result;
    }

    std::mutex mutex;
    std::vector<host::PayoutJob> built;

private:
    void make(const host::PayoutJob& job, const char* what,
              const std::function<Error(const host::PayoutJob&)>& error_of,
              const host::Completion<host::HttpRequest>& done) {
        if (death_.is_dead) return;
        if (error_of) {
            if (Error error = error_of(job); !error.message.empty()) return done(error);
        }
        {
            const std::lock_guard lock(mutex);
            built.push_back(job);
        }
        json::object body{{"key", job.key}, {"payout", job.payout_id}, {"step", job.step}, {"amount", job.amount.minor},
                          {"currency", job.amount.currency}, {"recipient", job.recipient_id}};
        done(host::HttpRequest{"POST", "https://" + name_ + "/" + what, {{"Authorization", "secret"}}, to_text(body)});
    }
    std::string name_;
    Death& death_;
    host::Manifest manifest_;
};

}  // namespace tributary::payout::testing
