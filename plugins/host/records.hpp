// Owned C++ mirrors of the ABI's records. Everything a connector hands over is copied out of its memory and checked as
// from a stranger before the core sees it; everything handed to a connector is lent for the one call.
// Text is UTF-8 within the limits of shape.cpp. Plain values: any thread, no identity.
//
//   validate(abi)  refuses: short struct_size, null pointer with a size, bad UTF-8, counts and sizes past their limits,
//                  an enumerator that does not exist. Call it before anything else touches a struct from a connector.
//   own(abi)       copies; the struct must have passed validate().
//   lend(), Lent…  the ABI struct of an owned record, valid while the record lives and stays unchanged.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "plugins/abi/tributary_connector.h"

namespace tributary::host {

inline std::string_view view(tributary_span span) {
    if (span.size == 0) return {};
    return {reinterpret_cast<const char*>(span.data), static_cast<size_t>(span.size)};
}
inline tributary_span span_of(std::string_view text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

struct Pair {
    std::string name;
    std::string value;
    bool operator==(const Pair&) const = default;
};

struct Money {
    int64_t minor = 0;
    std::string currency;  // "USD"
    uint32_t exponent = 0;
    bool operator==(const Money&) const = default;
};

// ---- feed records ----------------------------------------------------------------------------------------------
struct Position {
    uint64_t byte = 0;
    uint32_t line = 0, column = 0, segment = 0;
    bool operator==(const Position&) const = default;
};

struct Decimal {
    int64_t value = 0;
    uint32_t scale = 0;
    bool is_set = false;
    bool operator==(const Decimal&) const = default;
};

struct Party {
    std::string qualifier, id, name, city, region, postal_code, country;
    bool operator==(const Party&) const = default;
};

struct Interchange {
    uint32_t phase = 0, ordinal = 0, verdict = 0;
    Position at;
    std::string standard, version, sender_qualifier, sender, receiver_qualifier, receiver, control_number, date, time;
    std::string ack_context;  // opaque bytes
    std::string note_code;
    bool is_test = false, wants_ack = false;
    uint32_t groups_claimed = 0, groups_seen = 0;
    uint64_t size = 0;
    bool operator==(const Interchange&) const = default;
};

struct Group {
    uint32_t phase = 0, interchange = 0, ordinal = 0, verdict = 0;
    uint32_t sets_claimed = 0, sets_seen = 0, sets_accepted = 0;
    Position at;
    std::string functional_id, sender, receiver, control_number, version, error_codes;
    bool operator==(const Group&) const = default;
};

struct Set {
    uint32_t phase = 0, interchange = 0, group = 0, ordinal = 0, verdict = 0;
    Position at;
    std::string id, control_number, implementation, error_codes;
    uint32_t segments = 0;
    uint64_t events = 0;
    bool operator==(const Set&) const = default;
};

struct Report {
    uint32_t set = 0, purpose = 0;
    int32_t date = 0, period_start = 0, period_end = 0;
    Position at;
    std::string id, type, currency;
    Party distributor, vendor;
    bool operator==(const Report&) const = default;
};

struct Price {
    std::string type, currency, uom;
    Decimal amount;
    bool operator==(const Price&) const = default;
};

struct Event {
    uint32_t set = 0, kind = 0;
    int32_t invoice_date = 0, ship_date = 0;
    uint64_t ordinal = 0;
    Position at;
    std::string line_id, sale_kind;
    Party reseller, end_customer;
    std::string rep_name, rep_email, rep_phone, rep_id;
    std::string invoice, order, purchase_order, debit_reference, contract, credit_memo, description;
    Decimal quantity;
    std::string uom;
    std::vector<Pair> product_ids;
    std::vector<Price> prices;
    std::vector<std::string> serials;
    bool operator==(const Event&) const = default;
};

struct Diagnostic {
    uint32_t severity = 0, scope = 0;
    uint32_t interchange = 0, group = 0, set = 0, element = 0, component = 0;
    Position at;
    std::string code, tag, value, rule, message, hint, ack_segment, ack_element, ack_reference;
    bool operator==(const Diagnostic&) const = default;
};

// What the core decided on one interchange, for the answer.
struct AckRequest {
    Interchange interchange;
    std::vector<Group> groups;
    std::vector<Set> sets;
    std::vector<Diagnostic> diagnostics;
    uint64_t control_number = 0;
    int64_t now_ms = 0;
    std::string format;
};

// ---- HTTP as data, payouts, webhooks, notices, polls --------------------------------------------------------------
struct HttpRequest {
    std::string method, url;
    std::vector<Pair> headers;
    std::string body;
    bool operator==(const HttpRequest&) const = default;
};

struct HttpResponse {
    uint32_t status = 0;
    bool is_truncated = false;
    std::vector<Pair> headers;  // names in lower case
    std::string body;
};

enum class Outcome : uint32_t {
    done = 1,
    pending,
    retry_same_key,
    retry_new_key,
    refused,
    unknown,
    log_in,
    operator_needed,
    slow_down,
    not_found
};
const char* name_of(Outcome outcome);

struct PayoutJob {
    uint32_t attempt = 1;
    std::string payout_id, step, key, state, recipient_state;
    Money amount;
    std::string product;
    std::string recipient_id, recipient_name, recipient_email, recipient_phone, recipient_country, recipient_language;
    std::string memo;
};

struct PayoutResult {
    Outcome outcome = Outcome::unknown;
    uint64_t retry_after_ms = 0;
    std::string code, message, next_step, state, recipient_state;
    std::vector<std::string> references;
    bool has_amount = false;
    Money amount;
    Secret bearer;
};

struct Webhook {
    std::vector<Pair> headers;  // names in lower case
    std::string url, body;
    int64_t now_ms = 0;
};

enum class WebhookVerdict : uint32_t { forged = 1, stale, ignored, look_up, result };
const char* name_of(WebhookVerdict verdict);

struct WebhookResult {
    WebhookVerdict verdict = WebhookVerdict::forged;
    std::string event_id, event_kind, reference;
    PayoutResult result;  // with verdict result only
};

struct Message {
    std::string id, to_name, to_address, subject, text, html, language;
    int64_t now_ms = 0;
};

struct Mail {
    std::string server_url, username;
    Secret password;
    std::string sender;
    std::vector<std::string> recipients;
    std::string data;
    bool requires_tls = false;
};

// What a notice connector made of a message: exactly one of the two.
struct NoticeRequest {
    bool is_mail = false;
    HttpRequest request;
    Mail mail;
};

struct SourcePoll {
    std::string cursor;
    int64_t now_ms = 0;
};

// ---- crossing ----------------------------------------------------------------------------------------------------
Result<void> validate(const tributary_interchange& record);
Result<void> validate(const tributary_group& record);
Result<void> validate(const tributary_set& record);
Result<void> validate(const tributary_report& record);
Result<void> validate(const tributary_event& record);
Result<void> validate(const tributary_diagnostic& record);
Result<void> validate(const tributary_http_request& record);
Result<void> validate(const tributary_payout_result& record);
Result<void> validate(const tributary_webhook_result& record);
Result<void> validate(const tributary_mail& record);

Interchange own(const tributary_interchange& record);
Group own(const tributary_group& record);
Set own(const tributary_set& record);
Report own(const tributary_report& record);
Event own(const tributary_event& record);
Diagnostic own(const tributary_diagnostic& record);
HttpRequest own(const tributary_http_request& record);
PayoutResult own(const tributary_payout_result& record);
WebhookResult own(const tributary_webhook_result& record);
Mail own(const tributary_mail& record);

tributary_money lend(const Money& money);
tributary_interchange lend(const Interchange& record);
tributary_group lend(const Group& record);
tributary_set lend(const Set& record);
tributary_diagnostic lend(const Diagnostic& record);
tributary_payout_job lend(const PayoutJob& job);
tributary_message lend(const Message& message);
tributary_source_poll lend(const SourcePoll& poll);
std::vector<tributary_pair> lend(const std::vector<Pair>& pairs);

// The ones that point to arrays keep those arrays beside them; they do not move.
class LentResponse {
public:
    explicit LentResponse(const HttpResponse& response);
    LentResponse(const LentResponse&) = delete;
    LentResponse& operator=(const LentResponse&) = delete;
    const tributary_http_response& operator*() const { return abi_; }

private:
    std::vector<tributary_pair> headers_;
    tributary_http_response abi_{};
};

class LentWebhook {
public:
    explicit LentWebhook(const Webhook& webhook);
    LentWebhook(const LentWebhook&) = delete;
    LentWebhook& operator=(const LentWebhook&) = delete;
    const tributary_webhook& operator*() const { return abi_; }

private:
    std::vector<tributary_pair> headers_;
    tributary_webhook abi_{};
};

class LentAckRequest {
public:
    explicit LentAckRequest(const AckRequest& request);
    LentAckRequest(const LentAckRequest&) = delete;
    LentAckRequest& operator=(const LentAckRequest&) = delete;
    const tributary_ack_request& operator*() const { return abi_; }

private:
    tributary_interchange interchange_{};
    std::vector<tributary_group> groups_;
    std::vector<tributary_set> sets_;
    std::vector<tributary_diagnostic> diagnostics_;
    tributary_ack_request abi_{};
};

}  // namespace tributary::host
