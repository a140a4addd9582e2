// Drives one connector as the host does, and keeps what it hands out. Tests only.
#pragma once
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/sdk/connector.hpp"
#include "plugins/sdk/payout.hpp"

namespace tributary::testing {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Sent {
    int32_t status = TRIBUTARY_OK;
    std::string method, url, body;
    std::map<std::string, std::string> headers;
};

struct Told {
    int32_t status = TRIBUTARY_OK;
    uint32_t outcome = 0;
    std::string code, message, next_step, state, recipient_state, bearer;
    uint64_t retry_after_ms = 0;
    std::vector<std::string> references;
    bool has_amount = false;
    tributary_money amount{};
};

struct Judged {
    int32_t status = TRIBUTARY_OK;
    uint32_t verdict = 0;
    std::string event_id, event_kind, reference;
};

struct Mail {
    int32_t status = TRIBUTARY_OK;
    std::string server_url, username, password, sender, recipient, data;
    bool requires_tls = false;
};

struct Job {
    std::string payout_id = "pay-1", step, key = "4d2c7a52-93a1-5c2e-8f60-0123456789ab", state, recipient_state;
    int64_t minor = 1050;
    std::string currency = "USD";
    uint32_t exponent = 2;
    std::string product, recipient_id = "p-7", name = "Jo Doe", email = "jo@example.com", language = "en-GB",
                         memo = "Q1";
};

class Rig {
public:
    Rig(const tributary_connector* connector, std::map<std::string, std::string> options) : connector_(connector) {
        for (uint32_t i = 0; i < connector->option_count; ++i) {
            const tributary_option& option = connector->options[i];
            if (option.fallback != nullptr) options.try_emplace(option.name, option.fallback);
        }
        std::vector<tributary_pair> pairs;
        for (const auto& [name, value] : options) pairs.push_back(sdk::pair(name, value));
        tributary_host host{sizeof(tributary_host), 0, this, [](void* context, int32_t, tributary_span text) {
                                static_cast<Rig*>(context)->log += std::string(sdk::text(text)) + "\n";
                            }};
        host_ = host;
        created = connector_->create(&host_, pairs.data(), pairs.size(), &self_);
    }
    ~Rig() {
        if (self_ != nullptr) connector_->destroy(self_);
    }
    Rig(const Rig&) = delete;
    Rig& operator=(const Rig&) = delete;

    Sent build(const Job& job) { return sent(connector_->payout->build, job); }
    Sent lookup_build(const Job& job) { return sent(connector_->payout->lookup_build, job); }
    Told interpret(const Job& job, uint32_t status, std::string_view body, const Headers& headers = {}) {
        return told(connector_->payout->interpret, view(job), status, body, headers);
    }
    Told lookup_interpret(const Job& job, uint32_t status, std::string_view body, const Headers& headers = {}) {
        return told(connector_->payout->lookup_interpret, view(job), status, body, headers);
    }
    Told notice_interpret(const tributary_message& message, uint32_t status, std::string_view body) {
        return told(connector_->notice->interpret, message, status, body, {});
    }

    Mail notice_build(const tributary_message& message) {
        Mail mail;
        tributary_notice_sink sink{sizeof(tributary_notice_sink), 0, &mail, nullptr,
                                   [](void* context, const tributary_mail* given) {
                                       auto& out = *static_cast<Mail*>(context);
                                       out.server_url = sdk::text(given->server_url);
                                       out.username = sdk::text(given->username);
                                       out.password = sdk::text(given->password);
                                       out.sender = sdk::text(given->sender);
                                       if (given->recipient_count == 1) out.recipient = sdk::text(given->recipients[0]);
                                       out.data = sdk::text(given->data);
                                       out.requires_tls = given->requires_tls != 0;
                                       return int32_t(TRIBUTARY_OK);
                                   }};
        mail.status = connector_->notice->build(self_, &message, &sink);
        return mail;
    }

    Judged webhook(const Headers& headers, std::string_view body, int64_t now_ms) {
        const auto pairs = pairs_of(headers);
        tributary_webhook webhook{sizeof(tributary_webhook), static_cast<uint32_t>(pairs.size()), pairs.data(), {},
                                  sdk::span(body), now_ms};
        Judged judged;
        tributary_webhook_sink sink{sizeof(tributary_webhook_sink), 0, &judged,
                                    [](void* context, const tributary_webhook_result* given) {
                                        auto& out = *static_cast<Judged*>(context);
                                        out.verdict = given->verdict;
                                        out.event_id = sdk::text(given->event_id);
                                        out.event_kind = sdk::text(given->event_kind);
                                        out.reference = sdk::text(given->reference);
                                        return int32_t(TRIBUTARY_OK);
                                    }};
        judged.status = connector_->payout->webhook(self_, &webhook, &sink);
        return judged;
    }

    static tributary_payout_job view(const Job& job) {
        auto out = sdk::make<tributary_payout_job>();
        out.attempt = 1;
        out.payout_id = sdk::span(job.payout_id);
        out.step = sdk::span(job.step);
        out.key = sdk::span(job.key);
        out.state = sdk::span(job.state);
        out.recipient_state = sdk::span(job.recipient_state);
        out.amount = sdk::money(job.minor, job.currency, job.exponent);
        out.product = sdk::span(job.product);
        out.recipient_id = sdk::span(job.recipient_id);
        out.recipient_name = sdk::span(job.name);
        out.recipient_email = sdk::span(job.email);
        out.recipient_language = sdk::span(job.language);
        out.memo = sdk::span(job.memo);
        return out;
    }

    int32_t created = TRIBUTARY_INTERNAL;
    std::string log;

private:
    static std::vector<tributary_pair> pairs_of(const Headers& headers) {
        std::vector<tributary_pair> pairs;
        for (const auto& [name, value] : headers) pairs.push_back(sdk::pair(name, value));
        return pairs;
    }

    template <class Function>
    Sent sent(Function function, const Job& job) {
        Sent out;
        tributary_http_sink sink{sizeof(tributary_http_sink), 0, &out,
                                 [](void* context, const tributary_http_request* request) {
                                     auto& to = *static_cast<Sent*>(context);
                                     to.method = sdk::text(request->method);
                                     to.url = sdk::text(request->url);
                                     to.body = sdk::text(request->body);
                                     for (uint32_t i = 0; i < request->header_count; ++i) {
                                         to.headers[std::string(sdk::text(request->headers[i].name))] =
                                             sdk::text(request->headers[i].value);
                                     }
                                     return int32_t(TRIBUTARY_OK);
                                 }};
        const auto viewed = view(job);
        out.status = function(self_, &viewed, &sink);
        return out;
    }

    template <class Function, class Subject>
    Told told(Function function, const Subject& subject, uint32_t status, std::string_view body,
              const Headers& headers) {
        const auto pairs = pairs_of(headers);
        tributary_http_response response{sizeof(tributary_http_response),
                                         status,
                                         static_cast<uint32_t>(pairs.size()),
                                         0,
                                         pairs.data(),
                                         sdk::span(body)};
        Told out;
        tributary_payout_sink sink{sizeof(tributary_payout_sink), 0, &out, &Rig::take};
        out.status = function(self_, &subject, &response, &sink);
        return out;
    }

    static int32_t take(void* context, const tributary_payout_result* given) {
        auto& out = *static_cast<Told*>(context);
        out.outcome = given->outcome;
        out.code = sdk::text(given->code);
        out.message = sdk::text(given->message);
        out.next_step = sdk::text(given->next_step);
        out.state = sdk::text(given->state);
        out.recipient_state = sdk::text(given->recipient_state);
        out.bearer = sdk::text(given->bearer);
        out.retry_after_ms = given->retry_after_ms;
        for (uint32_t i = 0; i < given->reference_count; ++i) {
            out.references.emplace_back(sdk::text(given->references[i]));
        }
        out.has_amount = given->has_amount != 0;
        out.amount = given->amount;
        return TRIBUTARY_OK;
    }

    const tributary_connector* connector_;
    tributary_host host_{};
    tributary_instance* self_ = nullptr;
};

// What with "from" replaced by "to" in text; fails loudly when "from" is not there.
inline std::string with(std::string text, std::string_view from, std::string_view to) {
    const size_t at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("with(): not found: " + std::string(from));
    return text.replace(at, from.size(), to);
}

}  // namespace tributary::testing
