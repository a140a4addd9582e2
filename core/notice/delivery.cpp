// One notice, from its template to what became of it; each step is the callback of the one before.
#include <algorithm>

#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/notice/sender.hpp"

namespace tributary::notice {
namespace {

constexpr uint64_t response_size_max = 64 << 10;
constexpr size_t message_size_max = 500;

template <class Function>
auto guarded(std::shared_ptr<CallbackGate> gate, Function function) {
    return [gate = std::move(gate), function = std::move(function)](auto&&... arguments) mutable {
        const CallbackGate::Pass pass(*gate);
        if (pass) function(std::forward<decltype(arguments)>(arguments)...);
    };
}

// The data's own name wins: it is who the notice was made for.
Result<Rendered> rendered(const Letter& letter) {
    TRIBUTARY_TRY(json::value parsed, parse_json(letter.message.text));
    if (!parsed.is_object()) return fail(ErrorCode::corrupt, "the notice's data is no JSON object");
    json::object& data = parsed.get_object();
    if (text_or(data, "name").empty()) data["name"] = letter.message.to_name;
    return render(letter.kind, letter.message.language, data);
}

}  // namespace

void Sender::begin(const LetterPtr& letter) {
    host::NoticeConnector* connector = letter->connector == nullptr ? nullptr : letter->connector->as_notice();
    if (connector == nullptr) {
        return conclude(letter, {"failed", fmt::format("there is no notice connector \"{}\"; see connectors.d",
                                                       letter->connector_name), true, 0});
    }
    if (letter->message.to_address.empty()) {
        return conclude(letter, {"failed", "the person is not in the directory, or has no address there", false, 0});
    }
    const auto page = rendered(*letter);
    if (!page) return conclude(letter, {"failed", page.error().message, false, 0});
    letter->message.subject = page->subject, letter->message.text = page->text, letter->message.html = page->html;
    letter->message.language = page->language;
    connector->build(letter->message, guarded(gate_, [this, letter](Result<host::NoticeRequest> built) {
        if (!built) {
            const bool is_refusal = built.error().code == ErrorCode::invalid;
            return conclude(letter, {"failed", built.error().message, !is_refusal, 0});
        }
        letter->request = *std::move(built);
        store_sending(letter);
    }));
}

void Sender::store_sending(const LetterPtr& letter) {
    const auto job = [this, letter](store::Tx& tx) {
        const int64_t changed = tx.run("UPDATE notice SET state = 'sending', attempt = ?, changed_at = ?"
                                       " WHERE id = ? AND state = 'waiting'",
                                       letter->attempt, clock_.now_ms(), letter->id);
        if (changed != 1) tx.refuse(fail(ErrorCode::conflict, "the notice changed meanwhile"));
    };
    store_.submit(job, guarded(gate_, [this, letter](Result<void> stored) {
        if (stored) return send(letter);
        if (stored.error().code != ErrorCode::conflict) {
            log_error("notice.not_stored", {{"notice", letter->id}, {"reason", stored.error().message}});
        }
        finish(letter);
    }));
}

void Sender::send(const LetterPtr& letter) {
    auto done = guarded(gate_, [this, letter](net::Outcome outcome) { answered(letter, std::move(outcome)); });
    host::NoticeRequest request = std::move(letter->request);
    letter->request = {};  // holds secrets
    if (request.is_mail) {
        net::OutgoingMail mail;
        mail.server_url = request.mail.server_url;
        mail.username = request.mail.username;
        mail.password = std::string(request.mail.password.reveal());
        mail.sender = request.mail.sender;
        mail.recipients = request.mail.recipients;
        mail.data = std::move(request.mail.data);
        mail.requires_tls = request.mail.requires_tls;
        return client_.send_mail(std::move(mail), std::move(done));
    }
    net::OutgoingRequest call;
    call.method = request.request.method;
    call.url = request.request.url;
    for (const host::Pair& header : request.request.headers) call.headers.push_back({header.name, header.value});
    call.body = std::move(request.request.body);
    call.response_size_max = response_size_max;
    client_.send(std::move(call), std::move(done));
}

void Sender::answered(const LetterPtr& letter, net::Outcome outcome) {
    bool resends = false;
    {
        const std::lock_guard lock(mutex_);
        resends = options_.resend_unknown;
        Lane& lane = lanes_[letter->connector_name];
        lane.failures = outcome.delivery == net::Delivery::not_sent ? std::min(lane.failures + 1, 16u) : 0;
        if (lane.failures > 0) {  // out of reach for one is out of reach for all
            lane.closed_until = clock_.monotonic_ms() + std::min(pause_first_ms << (lane.failures - 1), pause_max_ms);
        }
    }
    if (outcome.delivery == net::Delivery::not_sent) return conclude(letter, {"failed", outcome.message, true, 0});
    if (outcome.delivery == net::Delivery::maybe_sent)
        return conclude(letter, {"unknown", outcome.message, resends, 0});
    host::HttpResponse response;
    response.status = static_cast<uint32_t>(std::max(outcome.response.status, 0));
    response.is_truncated = outcome.is_truncated;
    for (const net::Header& header : outcome.response.headers) response.headers.push_back({header.name, header.value});
    response.body = std::move(outcome.response.body);
    letter->connector->as_notice()->interpret(
        letter->message, std::move(response),
        guarded(gate_, [this, letter](Result<host::PayoutResult> result) { told(letter, std::move(result)); }));
}

void Sender::told(const LetterPtr& letter, Result<host::PayoutResult> result) {
    if (result) return conclude(letter, fate_of(*result));
    host::PayoutResult unknown;
    unknown.message = result.error().message;
    conclude(letter, fate_of(unknown));
}

Sender::Fate Sender::fate_of(const host::PayoutResult& result) const {
    const auto delay_ms = static_cast<int64_t>(std::min<uint64_t>(result.retry_after_ms, retry_max_ms));
    switch (result.outcome) {
        case host::Outcome::done:
        case host::Outcome::pending:
            return {"sent", result.references.empty() ? std::string() : result.references.front(), false, 0};
        case host::Outcome::refused: return {"failed", result.message, false, 0};
        case host::Outcome::retry_same_key:
        case host::Outcome::retry_new_key:
        case host::Outcome::slow_down:
        case host::Outcome::log_in:
        case host::Outcome::operator_needed: return {"failed", result.message, true, delay_ms};
        case host::Outcome::unknown:
        case host::Outcome::not_found: break;
    }
    const std::lock_guard lock(mutex_);
    return {"unknown", result.message, options_.resend_unknown, delay_ms};
}

void Sender::conclude(const LetterPtr& letter, Fate fate) {
    int64_t next_at = 0;
    {
        const std::lock_guard lock(mutex_);
        if (fate.is_retry && letter->attempt < static_cast<int64_t>(options_.attempts_max)) {
            const int64_t doublings = std::min<int64_t>(letter->attempt - 1, 20);
            const int64_t own = std::min(std::max<int64_t>(options_.retry_first_ms, 1) << doublings, retry_max_ms);
            next_at = clock_.now_ms() + std::max(own, fate.delay_ms);
            fate.state = "waiting";
        }
    }
    if (fate.message.size() > message_size_max) fate.message.resize(message_size_max);
    const auto job = [this, letter, fate, next_at](store::Tx& tx) {
        tx.run("UPDATE notice SET state = ?, attempt = ?, next_at = ?, message = ?, changed_at = ? WHERE id = ?"
               " AND state IN ('waiting', 'sending')",
               fate.state, letter->attempt, next_at, fate.message, clock_.now_ms(), letter->id);
    };
    store_.submit(
        job, guarded(gate_, [this, letter, fate](Result<void> stored) {
            if (!stored)
                log_error("notice.result_not_stored", {{"notice", letter->id}, {"reason", stored.error().message}});
            const bool is_bad = fate.state == "failed" || fate.state == "unknown";
            log(is_bad ? LogLevel::warning : LogLevel::info, "notice.state",
                {{"notice", letter->subject},
                 {"state", fate.state},
                 {"attempt", letter->attempt},
                 {"trace", letter->trace_id}});
            finish(letter);
        }));
}

void Sender::finish(const LetterPtr& letter) {
    const std::lock_guard lock(mutex_);
    under_way_.erase(letter->id);
    is_woken_ = true;
    changed_.notify_all();
}

}  // namespace tributary::notice
