#include <algorithm>
#include <cstring>

#include "plugins/host/records.hpp"

namespace tributary::host {
namespace {

tributary_position lend(const Position& at) {
    return {at.byte, at.line, at.column, at.segment, 0};
}

template <class T>
T make() {
    T abi{};
    abi.struct_size = sizeof(T);
    return abi;
}

}  // namespace

tributary_money lend(const Money& money) {
    tributary_money abi{};
    abi.minor = money.minor;
    std::memcpy(abi.currency, money.currency.data(), std::min(money.currency.size(), sizeof abi.currency - 1));
    abi.exponent = money.exponent;
    return abi;
}

tributary_interchange lend(const Interchange& r) {
    auto abi = make<tributary_interchange>();
    abi.phase = r.phase, abi.ordinal = r.ordinal, abi.verdict = r.verdict;
    abi.at = lend(r.at);
    abi.standard = span_of(r.standard), abi.version = span_of(r.version);
    abi.sender_qualifier = span_of(r.sender_qualifier), abi.sender = span_of(r.sender);
    abi.receiver_qualifier = span_of(r.receiver_qualifier), abi.receiver = span_of(r.receiver);
    abi.control_number = span_of(r.control_number);
    abi.date = span_of(r.date), abi.time = span_of(r.time);
    abi.ack_context = span_of(r.ack_context), abi.note_code = span_of(r.note_code);
    abi.is_test = r.is_test, abi.wants_ack = r.wants_ack;
    abi.groups_claimed = r.groups_claimed, abi.groups_seen = r.groups_seen;
    abi.size = r.size;
    return abi;
}

tributary_group lend(const Group& r) {
    return {sizeof(tributary_group),
            r.phase,
            r.interchange,
            r.ordinal,
            r.verdict,
            r.sets_claimed,
            r.sets_seen,
            r.sets_accepted,
            lend(r.at),
            span_of(r.functional_id),
            span_of(r.sender),
            span_of(r.receiver),
            span_of(r.control_number),
            span_of(r.version),
            span_of(r.error_codes)};
}

tributary_set lend(const Set& r) {
    return {sizeof(tributary_set),
            r.phase,
            r.interchange,
            r.group,
            r.ordinal,
            r.verdict,
            lend(r.at),
            span_of(r.id),
            span_of(r.control_number),
            span_of(r.implementation),
            span_of(r.error_codes),
            r.segments,
            0,
            r.events};
}

tributary_diagnostic lend(const Diagnostic& r) {
    return {sizeof(tributary_diagnostic),
            r.severity,
            r.scope,
            r.interchange,
            r.group,
            r.set,
            r.element,
            r.component,
            lend(r.at),
            span_of(r.code),
            span_of(r.tag),
            span_of(r.value),
            span_of(r.rule),
            span_of(r.message),
            span_of(r.hint),
            span_of(r.ack_segment),
            span_of(r.ack_element),
            span_of(r.ack_reference)};
}

tributary_payout_job lend(const PayoutJob& job) {
    auto abi = make<tributary_payout_job>();
    abi.attempt = job.attempt;
    abi.payout_id = span_of(job.payout_id), abi.step = span_of(job.step), abi.key = span_of(job.key);
    abi.state = span_of(job.state), abi.recipient_state = span_of(job.recipient_state);
    abi.amount = lend(job.amount);
    abi.product = span_of(job.product);
    abi.recipient_id = span_of(job.recipient_id), abi.recipient_name = span_of(job.recipient_name);
    abi.recipient_email = span_of(job.recipient_email), abi.recipient_phone = span_of(job.recipient_phone);
    abi.recipient_country = span_of(job.recipient_country);
    abi.recipient_language = span_of(job.recipient_language);
    abi.memo = span_of(job.memo);
    return abi;
}

tributary_message lend(const Message& message) {
    auto abi = make<tributary_message>();
    abi.id = span_of(message.id), abi.to_name = span_of(message.to_name), abi.to_address = span_of(message.to_address);
    abi.subject = span_of(message.subject), abi.text = span_of(message.text), abi.html = span_of(message.html);
    abi.language = span_of(message.language), abi.now_ms = message.now_ms;
    return abi;
}

tributary_source_poll lend(const SourcePoll& poll) {
    auto abi = make<tributary_source_poll>();
    abi.cursor = span_of(poll.cursor), abi.now_ms = poll.now_ms;
    return abi;
}

std::vector<tributary_pair> lend(const std::vector<Pair>& pairs) {
    std::vector<tributary_pair> abi;
    abi.reserve(pairs.size());
    for (const Pair& pair : pairs) abi.push_back({span_of(pair.name), span_of(pair.value)});
    return abi;
}

LentResponse::LentResponse(const HttpResponse& response) : headers_(lend(response.headers)) {
    abi_.struct_size = sizeof abi_;
    abi_.status = response.status;
    abi_.is_truncated = response.is_truncated;
    abi_.header_count = static_cast<uint32_t>(headers_.size());
    abi_.headers = headers_.data();
    abi_.body = span_of(response.body);
}

LentWebhook::LentWebhook(const Webhook& webhook) : headers_(lend(webhook.headers)) {
    abi_.struct_size = sizeof abi_;
    abi_.header_count = static_cast<uint32_t>(headers_.size());
    abi_.headers = headers_.data();
    abi_.url = span_of(webhook.url), abi_.body = span_of(webhook.body);
    abi_.now_ms = webhook.now_ms;
}

LentAckRequest::LentAckRequest(const AckRequest& request) : interchange_(lend(request.interchange)) {
    for (const Group& group : request.groups) groups_.push_back(lend(group));
    for (const Set& set : request.sets) sets_.push_back(lend(set));
    for (const Diagnostic& diagnostic : request.diagnostics) diagnostics_.push_back(lend(diagnostic));
    abi_.struct_size = sizeof abi_;
    abi_.group_count = static_cast<uint32_t>(groups_.size());
    abi_.set_count = static_cast<uint32_t>(sets_.size());
    abi_.diagnostic_count = static_cast<uint32_t>(diagnostics_.size());
    abi_.interchange = &interchange_;
    abi_.groups = groups_.data(), abi_.sets = sets_.data(), abi_.diagnostics = diagnostics_.data();
    abi_.control_number = request.control_number;
    abi_.now_ms = request.now_ms;
    abi_.format = span_of(request.format);
}

}  // namespace tributary::host
