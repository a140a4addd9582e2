// Payouts and notices: determinism, every answer of the outside world, webhooks.
#include <algorithm>

#include "plugins/kit/runner.hpp"

namespace tributary::kit {
namespace {

using host::HttpRequest;
using host::Outcome;
using host::PayoutConnector;
using host::PayoutJob;
using host::PayoutResult;

PayoutJob job_of(const Runner& runner) {
    if (!runner.subject().job.payout_id.empty()) return runner.subject().job;
    PayoutJob job;
    job.payout_id = "kit-payout-1";
    job.key = "5f0c9a2e-7d41-5b7e-9a53-0c8f5a4b1c2d";
    const auto& units = runner.manifest().units;
    const bool takes_usd = units.empty() || std::ranges::find(units, "USD") != units.end();
    job.amount = {1050, takes_usd ? "USD" : units.front(), 2};
    job.product = "KIT-PRODUCT";
    job.recipient_id = "kit-recipient-1", job.recipient_name = "Ann Example", job.recipient_email = "ann@example.com";
    job.recipient_phone = "+4915112345678";
    job.recipient_country = runner.manifest().countries.empty() ? "US" : runner.manifest().countries.front();
    job.recipient_language = "en", job.memo = "Thank you";
    return job;
}

Result<HttpRequest> build(PayoutConnector& payout, const PayoutJob& job) {
    return wait_for<HttpRequest>([&](auto done) { payout.build(job, done); });
}

// Both ways to read an answer, so that each rule is written once.
Result<PayoutResult> read(PayoutConnector& payout, const PayoutJob& job, const host::HttpResponse& response,
                          bool is_lookup) {
    return wait_for<PayoutResult>([&](auto done) {
        if (is_lookup) {
            payout.lookup_interpret(job, response, done);
        } else {
            payout.interpret(job, response, done);
        }
    });
}

bool is_same(const PayoutResult& a, const PayoutResult& b) {
    return a.outcome == b.outcome && a.code == b.code && a.message == b.message && a.state == b.state &&
           a.next_step == b.next_step && a.references == b.references && a.retry_after_ms == b.retry_after_ms;
}

void check_build(Runner& runner, PayoutConnector& payout) {
    const PayoutJob job = job_of(runner);
    runner.check("the same job and key give the same request, in another instance too", [&](Check& check) {
        const auto first = build(payout, job);
        if (!first) return check.complain("build: {}", first.error().message);
        const auto second = build(payout, job);
        if (!second || *second != *first) check.complain("the second build differs");
        const auto other = runner.open();
        const auto third = other ? build(*(*other)->as_payout(), job) : Result<HttpRequest>(other.error());
        if (!third || *third != *first) check.complain("a build in another instance differs");
    });
    if (runner.manifest().has_key()) {
        runner.check("another key gives another request", [&](Check& check) {
            PayoutJob other = job;
            other.key = "0c1d2e3f-7d41-5b7e-9a53-0c8f5a4b1c2d";
            const auto first = build(payout, job);
            const auto second = build(payout, other);
            if (first && second && *first == *second) check.complain("the key is not in the request");
        });
    }
    runner.check("amounts in currencies of 0, 2 and 3 decimals are built or refused", [&](Check& check) {
        for (const host::Money& amount : {host::Money{1050, "JPY", 0},
                                          {1050, "EUR", 2},
                                          {1050, "KWD", 3},
                                          {1, "USD", 2},
                                          {INT64_MAX, "USD", 2},
                                          {0, "USD", 2},
                                          {-5, "USD", 2}}) {
            PayoutJob other = job;
            other.amount = amount;
            const auto request = build(payout, other);
            if (!request && is_fault(request.error()))
                check.complain("{} {}: {}", amount.minor, amount.currency, request.error().message);
        }
    });
    runner.check("a job it cannot use is refused, not fatal", [&](Check& check) {
        PayoutJob odd = job;
        odd.step = "no_such_step", odd.state = "no state of ours", odd.recipient_state = "{\"cut";
        odd.recipient_name = std::string(4000, 'n'), odd.recipient_email = "a\r\nb", odd.memo = "\"\\\x01";
        for (const PayoutJob& unusable : {PayoutJob{}, odd}) {
            const auto request = build(payout, unusable);
            if (!request && is_fault(request.error())) check.complain("{}", request.error().message);
        }
    });
}

void check_answer(Check& check, const Answer& answer, const PayoutResult& result, bool is_lookup) {
    const uint32_t status = answer.response.status;
    const Outcome outcome = result.outcome;
    const bool is_final = outcome == Outcome::done || outcome == Outcome::refused || outcome == Outcome::retry_new_key;
    const char* name = host::name_of(outcome);
    if (status >= 500 && (is_final || outcome == Outcome::not_found))
        check.complain("{}: {}; a 5xx proves nothing", answer.name, name);
    if (status < 200 && is_final) check.complain("{}: {}; a 1xx is no answer", answer.name, name);
    if (status >= 300 && status < 400 && outcome == Outcome::done) check.complain("{}: done", answer.name);
    if (status >= 400 && outcome == Outcome::done && !is_lookup) check.complain("{}: done", answer.name);
    if (status == 429 && is_final) check.complain("{}: {}; 429 means later", answer.name, name);
    if (result.message.find("[secret]") != std::string::npos)
        check.complain("{}: a secret in the message", answer.name);
}

void check_reading(Runner& runner, PayoutConnector& payout, bool is_lookup) {
    const PayoutJob job = job_of(runner);
    const std::string what = is_lookup ? "look-up" : "request";
    const auto answers = every_answer();
    runner.check(fmt::format("every answer to a {} has an outcome that it proves", what), [&](Check& check) {
        for (const Answer& answer : answers) {
            const auto result = read(payout, job, answer.response, is_lookup);
            if (!result) {
                check.complain("{}: {}", answer.name, result.error().message);
            } else {
                check_answer(check, answer, *result, is_lookup);
            }
        }
    });
    runner.check(fmt::format("the same answer to a {} means the same twice", what), [&](Check& check) {
        for (size_t i = 0; i < answers.size(); i += 7) {
            const auto first = read(payout, job, answers[i].response, is_lookup);
            const auto second = read(payout, job, answers[i].response, is_lookup);
            if (first && second && !is_same(*first, *second)) check.complain("{}", answers[i].name);
        }
    });
    runner.check(fmt::format("429 to a {} waits as long as Retry-After says", what), [&](Check& check) {
        host::HttpResponse response;
        response.status = 429, response.headers = {{"retry-after", "17"}}, response.body = "{}";
        const auto result = read(payout, job, response, is_lookup);
        if (!result) return check.complain("{}", result.error().message);
        if (result->outcome != Outcome::slow_down && result->outcome != Outcome::retry_same_key) {
            check.complain("the outcome is {}", host::name_of(result->outcome));
        }
        if (result->retry_after_ms < 17'000)
            check.complain("it waits {} ms after Retry-After: 17", result->retry_after_ms);
    });
    runner.check(fmt::format("a {}'s message tells no secret that the provider repeats", what), [&](Check& check) {
        for (const auto& [name, secret] : runner.secrets()) {
            host::HttpResponse response;
            response.status = 401;
            response.body =
                fmt::format(R"({{"message":"bad key {0}","error":"bad key {0}","errors":{{"message":"bad key {0}"}}}})",
                            secret.reveal());
            const auto result = read(payout, job, response, is_lookup);
            if (result && result->message.find("[secret]") != std::string::npos)
                check.complain("it repeats the value of '{}'", name);
        }
    });
}

void check_webhooks(Runner& runner, PayoutConnector& payout) {
    runner.check("a webhook without a valid signature is forged, whatever it says", [&](Check& check) {
        for (const std::string& body : hostile_texts()) {
            for (const std::string& signature :
                 {std::string(), std::string("sha256=00"), std::string("v1,AAAA"), std::string(5000, 'A')}) {
                host::Webhook webhook;
                webhook.url = "https://tributary.example/webhooks/kit", webhook.body = body,
                webhook.now_ms = 1'790'000'000'000;
                for (const char* name : {"x-signature", "webhook-signature", "webhook-id", "webhook-timestamp",
                                         "tremendous-webhook-signature"}) {
                    if (!signature.empty()) webhook.headers.push_back({name, signature});
                }
                const auto found = wait_for<host::WebhookResult>([&](auto done) { payout.webhook(webhook, done); });
                if (!found) {
                    check.complain("a body of {} bytes: {}", body.size(), found.error().message);
                } else if (found->verdict != host::WebhookVerdict::forged) {
                    check.complain("a body of {} bytes is {}", body.size(), host::name_of(found->verdict));
                }
            }
        }
    });
}

host::Message message_of() {
    host::Message message;
    message.id = "kit-1", message.to_name = "Ann Example", message.to_address = "ann@example.com";
    message.subject = "Your reward, \xc3\xa9t\xc3\xa9", message.text = "Hello\nAnn", message.html = "<p>Hello Ann</p>";
    message.language = "en", message.now_ms = 1'790'000'000'000;
    return message;
}

Result<host::NoticeRequest> build(host::NoticeConnector& notice, const host::Message& message) {
    return wait_for<host::NoticeRequest>([&](auto done) { notice.build(message, done); });
}

}  // namespace

void check_payout(Runner& runner) {
    const auto connector = runner.open();
    PayoutConnector& payout = *(*connector)->as_payout();
    check_build(runner, payout);
    check_reading(runner, payout, false);
    if (runner.manifest().has_lookup()) check_reading(runner, payout, true);
    if (runner.manifest().has_webhook()) check_webhooks(runner, payout);
}

void check_notice(Runner& runner) {
    const auto connector = runner.open();
    host::NoticeConnector& notice = *(*connector)->as_notice();
    const host::Message message = message_of();
    runner.check("the same message gives the same bytes", [&](Check& check) {
        const auto first = build(notice, message);
        const auto second = build(notice, message);
        if (!first) return check.complain("{}", first.error().message);
        if (!second || first->request != second->request || first->mail.data != second->mail.data)
            check.complain("the second differs");
    });
    runner.check("addresses and subjects cannot break out of their line", [&](Check& check) {
        host::Message hostile = message;
        hostile.subject = "a\r\nBcc: evil@example.com\r\n\r\nb", hostile.to_name = "\"<evil@example.com>\r\nX: y";
        const auto built = build(notice, hostile);
        if (!built && is_fault(built.error())) check.complain("{}", built.error().message);
        if (built && built->mail.data.find("\r\nBcc:") != std::string::npos)
            check.complain("the subject became a header");
    });
    runner.check("every answer has an outcome", [&](Check& check) {
        for (const Answer& answer : every_answer()) {
            const auto result =
                wait_for<PayoutResult>([&](auto done) { notice.interpret(message, answer.response, done); });
            if (!result) check.complain("{}: {}", answer.name, result.error().message);
            if (result && answer.response.status >= 400 && result->outcome == Outcome::done)
                check.complain("{}: done", answer.name);
        }
    });
}

}  // namespace tributary::kit
