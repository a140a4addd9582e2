#include "plugins/host/records.hpp"

#include <cstring>

#include "plugins/host/shape.hpp"

namespace tributary::host {
namespace {

std::string copy(tributary_span span) {
    return std::string(view(span));
}

Position own(const tributary_position& at) {
    return {at.byte, at.line, at.column, at.segment};
}
Decimal own(const tributary_decimal& decimal) {
    return {decimal.value, decimal.scale, decimal.is_set != 0};
}
Money own(const tributary_money& money) {
    return {money.minor, std::string(money.currency, strnlen(money.currency, sizeof money.currency)), money.exponent};
}
Party own(const tributary_party& party) {
    return {copy(party.qualifier), copy(party.id),          copy(party.name),   copy(party.city),
            copy(party.region),    copy(party.postal_code), copy(party.country)};
}
std::vector<Pair> own(const tributary_pair* pairs, uint32_t count) {
    std::vector<Pair> owned;
    owned.reserve(count);
    for (uint32_t i = 0; i < count; ++i) owned.push_back({copy(pairs[i].name), copy(pairs[i].value)});
    return owned;
}
std::vector<std::string> own(const tributary_span* spans, uint32_t count) {
    std::vector<std::string> owned;
    owned.reserve(count);
    for (uint32_t i = 0; i < count; ++i) owned.push_back(copy(spans[i]));
    return owned;
}

}  // namespace

const char* name_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::done:
            return "done";
        case Outcome::pending:
            return "pending";
        case Outcome::retry_same_key:
            return "retry_same_key";
        case Outcome::retry_new_key:
            return "retry_new_key";
        case Outcome::refused:
            return "refused";
        case Outcome::unknown:
            return "unknown";
        case Outcome::log_in:
            return "log_in";
        case Outcome::operator_needed:
            return "operator_needed";
        case Outcome::slow_down:
            return "slow_down";
        case Outcome::not_found:
            return "not_found";
    }
    return "unknown";
}

const char* name_of(WebhookVerdict verdict) {
    switch (verdict) {
        case WebhookVerdict::forged:
            return "forged";
        case WebhookVerdict::stale:
            return "stale";
        case WebhookVerdict::ignored:
            return "ignored";
        case WebhookVerdict::look_up:
            return "look_up";
        case WebhookVerdict::result:
            return "result";
    }
    return "forged";
}

Result<void> validate(const tributary_interchange& record) {
    return check_shape(interchange_shape, &record);
}
Result<void> validate(const tributary_group& record) {
    return check_shape(group_shape, &record);
}
Result<void> validate(const tributary_set& record) {
    return check_shape(set_shape, &record);
}
Result<void> validate(const tributary_report& record) {
    return check_shape(report_shape, &record);
}
Result<void> validate(const tributary_event& record) {
    return check_shape(event_shape, &record);
}
Result<void> validate(const tributary_diagnostic& record) {
    return check_shape(diagnostic_shape, &record);
}
Result<void> validate(const tributary_http_request& record) {
    return check_shape(http_request_shape, &record);
}
Result<void> validate(const tributary_payout_result& record) {
    return check_shape(payout_result_shape, &record);
}
Result<void> validate(const tributary_mail& record) {
    return check_shape(mail_shape, &record);
}
Result<void> validate(const tributary_webhook_result& record) {
    TRIBUTARY_CHECK(check_shape(webhook_result_shape, &record));
    if (record.verdict == TRIBUTARY_WEBHOOK_RESULT && record.result == nullptr) {
        return fail(ErrorCode::corrupt, "webhook_result.result is null although the verdict is RESULT");
    }
    return {};
}

Interchange own(const tributary_interchange& r) {
    Interchange owned;
    owned.phase = r.phase, owned.ordinal = r.ordinal, owned.verdict = r.verdict;
    owned.at = own(r.at);
    owned.standard = copy(r.standard), owned.version = copy(r.version);
    owned.sender_qualifier = copy(r.sender_qualifier), owned.sender = copy(r.sender);
    owned.receiver_qualifier = copy(r.receiver_qualifier), owned.receiver = copy(r.receiver);
    owned.control_number = copy(r.control_number);
    owned.date = copy(r.date), owned.time = copy(r.time);
    owned.ack_context = copy(r.ack_context), owned.note_code = copy(r.note_code);
    owned.is_test = r.is_test != 0, owned.wants_ack = r.wants_ack != 0;
    owned.groups_claimed = r.groups_claimed, owned.groups_seen = r.groups_seen;
    owned.size = r.size;
    return owned;
}

Group own(const tributary_group& r) {
    return {r.phase,         r.interchange,      r.ordinal,
            r.verdict,       r.sets_claimed,     r.sets_seen,
            r.sets_accepted, own(r.at),          copy(r.functional_id),
            copy(r.sender),  copy(r.receiver),   copy(r.control_number),
            copy(r.version), copy(r.error_codes)};
}

Set own(const tributary_set& r) {
    return {r.phase,
            r.interchange,
            r.group,
            r.ordinal,
            r.verdict,
            own(r.at),
            copy(r.id),
            copy(r.control_number),
            copy(r.implementation),
            copy(r.error_codes),
            r.segments,
            r.events};
}

Report own(const tributary_report& r) {
    return {r.set,      r.purpose,    r.date,           r.period_start,     r.period_end, own(r.at),
            copy(r.id), copy(r.type), copy(r.currency), own(r.distributor), own(r.vendor)};
}

Event own(const tributary_event& r) {
    Event owned;
    owned.set = r.set, owned.kind = r.kind, owned.ordinal = r.ordinal;
    owned.invoice_date = r.invoice_date, owned.ship_date = r.ship_date;
    owned.at = own(r.at);
    owned.line_id = copy(r.line_id), owned.sale_kind = copy(r.sale_kind);
    owned.reseller = own(r.reseller), owned.end_customer = own(r.end_customer);
    owned.rep_name = copy(r.rep_name), owned.rep_email = copy(r.rep_email);
    owned.rep_phone = copy(r.rep_phone), owned.rep_id = copy(r.rep_id);
    owned.invoice = copy(r.invoice), owned.order = copy(r.order), owned.purchase_order = copy(r.purchase_order);
    owned.debit_reference = copy(r.debit_reference), owned.contract = copy(r.contract);
    owned.credit_memo = copy(r.credit_memo), owned.description = copy(r.description);
    owned.quantity = own(r.quantity), owned.uom = copy(r.uom);
    owned.product_ids = own(r.product_ids, r.product_id_count);
    owned.prices.reserve(r.price_count);
    for (uint32_t i = 0; i < r.price_count; ++i) {
        const tributary_price& price = r.prices[i];
        owned.prices.push_back({copy(price.type), copy(price.currency), copy(price.uom), own(price.amount)});
    }
    owned.serials = own(r.serials, r.serial_count);
    return owned;
}

Diagnostic own(const tributary_diagnostic& r) {
    Diagnostic owned;
    owned.severity = r.severity, owned.scope = r.scope;
    owned.interchange = r.interchange, owned.group = r.group, owned.set = r.set;
    owned.element = r.element, owned.component = r.component;
    owned.at = own(r.at);
    owned.code = copy(r.code), owned.tag = copy(r.tag), owned.value = copy(r.value), owned.rule = copy(r.rule);
    owned.message = copy(r.message), owned.hint = copy(r.hint);
    owned.ack_segment = copy(r.ack_segment), owned.ack_element = copy(r.ack_element);
    owned.ack_reference = copy(r.ack_reference);
    return owned;
}

HttpRequest own(const tributary_http_request& r) {
    return {copy(r.method), copy(r.url), own(r.headers, r.header_count), copy(r.body)};
}

PayoutResult own(const tributary_payout_result& r) {
    PayoutResult owned;
    const bool exists = r.outcome >= TRIBUTARY_OUTCOME_DONE && r.outcome <= TRIBUTARY_OUTCOME_NOT_FOUND;
    owned.outcome = exists ? static_cast<Outcome>(r.outcome) : Outcome::unknown;
    owned.retry_after_ms = r.retry_after_ms;
    owned.code = exists ? copy(r.code) : "no_such_outcome";
    owned.message = copy(r.message), owned.next_step = copy(r.next_step);
    owned.state = copy(r.state), owned.recipient_state = copy(r.recipient_state);
    owned.references = own(r.references, r.reference_count);
    owned.has_amount = r.has_amount != 0;
    owned.amount = own(r.amount);
    owned.bearer = Secret(copy(r.bearer));
    return owned;
}

WebhookResult own(const tributary_webhook_result& r) {
    WebhookResult owned;
    owned.verdict = static_cast<WebhookVerdict>(r.verdict);
    owned.event_id = copy(r.event_id), owned.event_kind = copy(r.event_kind), owned.reference = copy(r.reference);
    if (owned.verdict == WebhookVerdict::result) owned.result = own(*r.result);
    return owned;
}

Mail own(const tributary_mail& r) {
    Mail owned;
    owned.server_url = copy(r.server_url), owned.username = copy(r.username);
    owned.password = Secret(copy(r.password));
    owned.sender = copy(r.sender);
    owned.recipients = own(r.recipients, r.recipient_count);
    owned.data = copy(r.data);
    owned.requires_tls = r.requires_tls != 0;
    return owned;
}

}  // namespace tributary::host
