#include "plugins/host/shape.hpp"

namespace tributary::host {
namespace {

// Limits, in bytes or items. Generous for honest data, small enough that no single record can hurt.
constexpr uint32_t any32 = 0xffffffffu;
constexpr uint32_t feed_text_max = 64u << 10;
constexpr uint32_t short_max = 1024;
constexpr uint32_t message_max = 4096;
constexpr uint32_t state_max = 16u << 10;
constexpr uint32_t url_max = 8192;
constexpr uint32_t header_count_max = 128;
constexpr uint32_t request_body_max = 4u << 20;
constexpr uint32_t response_body_max = 16u << 20;
constexpr uint32_t mail_max = 16u << 20;

// The tables read best several fields a line.
// clang-format off
#define NUMBER(type, field, low, high) {#field, FieldType::number32, offsetof(type, field), low, high}
#define U32(type, field) NUMBER(type, field, 0, any32)
#define I32(type, field) {#field, FieldType::signed32, offsetof(type, field), 0, 0}
#define DATE(type, field) {#field, FieldType::date, offsetof(type, field), 0, 0}
#define U64(type, field) {#field, FieldType::number64, offsetof(type, field), 0, 0}
#define I64(type, field) {#field, FieldType::signed64, offsetof(type, field), 0, 0}
#define TEXT(type, field, high) {#field, FieldType::text, offsetof(type, field), 0, high}
#define BYTES(type, field, high) {#field, FieldType::bytes, offsetof(type, field), 0, high}
#define NESTED(type, field, inner) {#field, FieldType::nested, offsetof(type, field), 0, 0, &inner}
#define ONE(type, field, inner) {#field, FieldType::one, offsetof(type, field), 0, 0, &inner}
#define MANY(type, field, count, high, inner) \
    {#field, FieldType::many, offsetof(type, field), 0, high, &inner, offsetof(type, count)}
#define FEED_TEXT(type, field) TEXT(type, field, feed_text_max)

// ---- parts -------------------------------------------------------------------------------------------------------
using Position = tributary_position;
constexpr Field position_fields[] = {U64(Position, byte), U32(Position, line), U32(Position, column),
                                     U32(Position, segment)};
constexpr Shape position_shape{"position", 0, sizeof(Position), false, position_fields};

constexpr Field decimal_fields[] = {I64(tributary_decimal, value), NUMBER(tributary_decimal, scale, 0, 9),
                                    NUMBER(tributary_decimal, is_set, 0, 1)};
constexpr Shape decimal_shape{"decimal", 0, sizeof(tributary_decimal), false, decimal_fields};

constexpr Field money_fields[] = {I64(tributary_money, minor),
                                  {"currency", FieldType::currency, offsetof(tributary_money, currency), 0, 0},
                                  NUMBER(tributary_money, exponent, 0, 9)};
constexpr Shape money_shape{"money", 0, sizeof(tributary_money), false, money_fields};

constexpr Field pair_fields[] = {TEXT(tributary_pair, name, short_max), FEED_TEXT(tributary_pair, value)};
constexpr Shape pair_shape{"pair", 0, sizeof(tributary_pair), false, pair_fields};

// Header values are bytes: RFC 9110 lets them be Latin-1. checks.cpp is strict about the ones that go out.
constexpr Field header_fields[] = {TEXT(tributary_pair, name, short_max), BYTES(tributary_pair, value, feed_text_max)};
constexpr Shape header_shape{"header", 0, sizeof(tributary_pair), false, header_fields};

constexpr Field text_item_fields[] = {{"text", FieldType::text, 0, 0, message_max}};
constexpr Shape text_item_shape{"text", 0, sizeof(tributary_span), false, text_item_fields};

using PartyAbi = tributary_party;
constexpr Field party_fields[] = {FEED_TEXT(PartyAbi, qualifier), FEED_TEXT(PartyAbi, id),
                                  FEED_TEXT(PartyAbi, name),      FEED_TEXT(PartyAbi, city),
                                  FEED_TEXT(PartyAbi, region),    FEED_TEXT(PartyAbi, postal_code),
                                  FEED_TEXT(PartyAbi, country)};
constexpr Shape party_shape{"party", 0, sizeof(PartyAbi), false, party_fields};

using PriceAbi = tributary_price;
constexpr Field price_fields[] = {FEED_TEXT(PriceAbi, type), FEED_TEXT(PriceAbi, currency), FEED_TEXT(PriceAbi, uom),
                                  NESTED(PriceAbi, amount, decimal_shape)};
constexpr Shape price_shape{"price", 0, sizeof(PriceAbi), false, price_fields};

// ---- feed records --------------------------------------------------------------------------------------------------
using In = tributary_interchange;
constexpr Field interchange_fields[] = {
    NUMBER(In, phase, TRIBUTARY_BEGIN, TRIBUTARY_END), U32(In, ordinal),
    NUMBER(In, verdict, TRIBUTARY_VERDICT_NONE, TRIBUTARY_REJECTED), NESTED(In, at, position_shape),
    FEED_TEXT(In, standard), FEED_TEXT(In, version), FEED_TEXT(In, sender_qualifier), FEED_TEXT(In, sender),
    FEED_TEXT(In, receiver_qualifier), FEED_TEXT(In, receiver), FEED_TEXT(In, control_number), FEED_TEXT(In, date),
    FEED_TEXT(In, time), BYTES(In, ack_context, state_max), FEED_TEXT(In, note_code), U32(In, is_test),
    U32(In, wants_ack), U32(In, groups_claimed), U32(In, groups_seen), U64(In, size)};

using Gr = tributary_group;
constexpr Field group_fields[] = {
    NUMBER(Gr, phase, TRIBUTARY_BEGIN, TRIBUTARY_END), U32(Gr, interchange), U32(Gr, ordinal),
    NUMBER(Gr, verdict, TRIBUTARY_VERDICT_NONE, TRIBUTARY_REJECTED), U32(Gr, sets_claimed), U32(Gr, sets_seen),
    U32(Gr, sets_accepted), NESTED(Gr, at, position_shape), FEED_TEXT(Gr, functional_id), FEED_TEXT(Gr, sender),
    FEED_TEXT(Gr, receiver), FEED_TEXT(Gr, control_number), FEED_TEXT(Gr, version), FEED_TEXT(Gr, error_codes)};

using Se = tributary_set;
constexpr Field set_fields[] = {
    NUMBER(Se, phase, TRIBUTARY_BEGIN, TRIBUTARY_END), U32(Se, interchange), U32(Se, group), U32(Se, ordinal),
    NUMBER(Se, verdict, TRIBUTARY_VERDICT_NONE, TRIBUTARY_REJECTED), NESTED(Se, at, position_shape), FEED_TEXT(Se, id),
    FEED_TEXT(Se, control_number), FEED_TEXT(Se, implementation), FEED_TEXT(Se, error_codes), U32(Se, segments),
    U64(Se, events)};

using Re = tributary_report;
constexpr Field report_fields[] = {
    U32(Re, set), NUMBER(Re, purpose, 0, TRIBUTARY_PURPOSE_RESUBMIT), DATE(Re, date),  // 0: it cannot be read
    DATE(Re, period_start), DATE(Re, period_end), NESTED(Re, at, position_shape), FEED_TEXT(Re, id),
    FEED_TEXT(Re, type), FEED_TEXT(Re, currency), NESTED(Re, distributor, party_shape),
    NESTED(Re, vendor, party_shape)};

using Ev = tributary_event;
constexpr Field event_fields[] = {
    U32(Ev, set), NUMBER(Ev, kind, TRIBUTARY_EVENT_SALE, TRIBUTARY_EVENT_CLAIM), DATE(Ev, invoice_date),
    DATE(Ev, ship_date), U64(Ev, ordinal), NESTED(Ev, at, position_shape), FEED_TEXT(Ev, line_id),
    FEED_TEXT(Ev, sale_kind), NESTED(Ev, reseller, party_shape), NESTED(Ev, end_customer, party_shape),
    FEED_TEXT(Ev, rep_name), FEED_TEXT(Ev, rep_email), FEED_TEXT(Ev, rep_phone), FEED_TEXT(Ev, rep_id),
    FEED_TEXT(Ev, invoice), FEED_TEXT(Ev, order), FEED_TEXT(Ev, purchase_order), FEED_TEXT(Ev, debit_reference),
    FEED_TEXT(Ev, contract), FEED_TEXT(Ev, credit_memo), FEED_TEXT(Ev, description),
    NESTED(Ev, quantity, decimal_shape), FEED_TEXT(Ev, uom), MANY(Ev, product_ids, product_id_count, 64, pair_shape),
    MANY(Ev, prices, price_count, 64, price_shape), MANY(Ev, serials, serial_count, 65536, text_item_shape)};

// A finding about broken bytes may quote them: its texts are any bytes here, and gate.cpp makes them readable.
using Di = tributary_diagnostic;
constexpr Field diagnostic_fields[] = {
    NUMBER(Di, severity, TRIBUTARY_NOTE, TRIBUTARY_ERROR),
    NUMBER(Di, scope, TRIBUTARY_SCOPE_INTERCHANGE, TRIBUTARY_SCOPE_LINE), U32(Di, interchange), U32(Di, group),
    U32(Di, set), U32(Di, element), U32(Di, component), NESTED(Di, at, position_shape), TEXT(Di, code, short_max),
    BYTES(Di, tag, message_max), BYTES(Di, value, message_max), BYTES(Di, rule, message_max),
    BYTES(Di, message, message_max), BYTES(Di, hint, message_max), TEXT(Di, ack_segment, short_max),
    TEXT(Di, ack_element, short_max), TEXT(Di, ack_reference, short_max)};

using Ack = tributary_ack_request;
constexpr Field ack_request_fields[] = {
    ONE(Ack, interchange, interchange_shape), MANY(Ack, groups, group_count, 1u << 20, group_shape),
    MANY(Ack, sets, set_count, 1u << 22, set_shape),
    MANY(Ack, diagnostics, diagnostic_count, 1u << 20, diagnostic_shape),
    U64(Ack, control_number), I64(Ack, now_ms), TEXT(Ack, format, short_max)};

// ---- HTTP, payouts, notices, polls --------------------------------------------------------------------------------
using Req = tributary_http_request;
constexpr Field http_request_fields[] = {TEXT(Req, method, 16), TEXT(Req, url, url_max),
                                         MANY(Req, headers, header_count, header_count_max, header_shape),
                                         BYTES(Req, body, request_body_max)};

using Res = tributary_http_response;
constexpr Field http_response_fields[] = {U32(Res, status), U32(Res, is_truncated),
                                          MANY(Res, headers, header_count, 1024, header_shape),
                                          BYTES(Res, body, response_body_max)};

using Job = tributary_payout_job;
constexpr Field payout_job_fields[] = {
    U32(Job, attempt), TEXT(Job, payout_id, short_max), TEXT(Job, step, short_max), TEXT(Job, key, short_max),
    TEXT(Job, state, state_max), TEXT(Job, recipient_state, state_max), NESTED(Job, amount, money_shape),
    TEXT(Job, product, short_max), TEXT(Job, recipient_id, short_max), TEXT(Job, recipient_name, message_max),
    TEXT(Job, recipient_email, message_max), TEXT(Job, recipient_phone, message_max),
    TEXT(Job, recipient_country, message_max), TEXT(Job, recipient_language, message_max),
    TEXT(Job, memo, message_max)};

// The outcome has no range here: one that does not exist becomes unknown, which is safe, rather than an error.
using Out = tributary_payout_result;
constexpr Field payout_result_fields[] = {
    U32(Out, outcome), NUMBER(Out, has_amount, 0, 1), U64(Out, retry_after_ms), TEXT(Out, code, short_max),
    TEXT(Out, message, message_max), TEXT(Out, next_step, short_max), TEXT(Out, state, state_max),
    TEXT(Out, recipient_state, state_max), MANY(Out, references, reference_count, 32, text_item_shape),
    NESTED(Out, amount, money_shape), TEXT(Out, bearer, message_max)};

using Hook = tributary_webhook;
constexpr Field webhook_fields[] = {MANY(Hook, headers, header_count, 1024, header_shape), TEXT(Hook, url, url_max),
                                    BYTES(Hook, body, response_body_max), I64(Hook, now_ms)};

using HookOut = tributary_webhook_result;
constexpr Field webhook_result_fields[] = {
    NUMBER(HookOut, verdict, TRIBUTARY_WEBHOOK_FORGED, TRIBUTARY_WEBHOOK_RESULT), TEXT(HookOut, event_id, short_max),
    TEXT(HookOut, event_kind, short_max), TEXT(HookOut, reference, short_max),
    ONE(HookOut, result, payout_result_shape)};

using Msg = tributary_message;
constexpr Field message_fields[] = {
    TEXT(Msg, id, short_max), TEXT(Msg, to_name, message_max), TEXT(Msg, to_address, message_max),
    TEXT(Msg, subject, message_max), TEXT(Msg, text, mail_max), TEXT(Msg, html, mail_max),
    TEXT(Msg, language, short_max), I64(Msg, now_ms)};

using MailAbi = tributary_mail;
constexpr Field mail_fields[] = {TEXT(MailAbi, server_url, url_max), TEXT(MailAbi, username, short_max),
                                 TEXT(MailAbi, password, message_max), TEXT(MailAbi, sender, short_max),
                                 MANY(MailAbi, recipients, recipient_count, 100, text_item_shape),
                                 BYTES(MailAbi, data, mail_max), U32(MailAbi, requires_tls)};

using Poll = tributary_source_poll;
constexpr Field source_poll_fields[] = {TEXT(Poll, cursor, state_max), I64(Poll, now_ms)};

// clang-format on

}  // namespace

// Ids are part of the worker protocol, which daemon and worker of one build share; they are not stored.
constexpr Shape interchange_shape{"interchange", 1, sizeof(In), true, interchange_fields};
constexpr Shape group_shape{"group", 2, sizeof(Gr), true, group_fields};
constexpr Shape set_shape{"set", 3, sizeof(Se), true, set_fields};
constexpr Shape report_shape{"report", 4, sizeof(Re), true, report_fields};
constexpr Shape event_shape{"event", 5, sizeof(Ev), true, event_fields};
constexpr Shape diagnostic_shape{"diagnostic", 6, sizeof(Di), true, diagnostic_fields};
constexpr Shape ack_request_shape{"ack_request", 7, sizeof(Ack), true, ack_request_fields};
constexpr Shape http_request_shape{"http_request", 8, sizeof(Req), true, http_request_fields};
constexpr Shape http_response_shape{"http_response", 9, sizeof(Res), true, http_response_fields};
constexpr Shape payout_job_shape{"payout_job", 10, sizeof(Job), true, payout_job_fields};
constexpr Shape payout_result_shape{"payout_result", 11, sizeof(Out), true, payout_result_fields};
constexpr Shape webhook_shape{"webhook", 12, sizeof(Hook), true, webhook_fields};
constexpr Shape webhook_result_shape{"webhook_result", 13, sizeof(HookOut), true, webhook_result_fields};
constexpr Shape message_shape{"message", 14, sizeof(Msg), true, message_fields};
constexpr Shape mail_shape{"mail", 15, sizeof(MailAbi), true, mail_fields};
constexpr Shape source_poll_shape{"source_poll", 16, sizeof(Poll), true, source_poll_fields};

const Shape* shape_of_id(uint32_t id) {
    static constexpr const Shape* shapes[] = {
        &interchange_shape,    &group_shape,   &set_shape,         &report_shape,
        &event_shape,          &diagnostic_shape, &ack_request_shape, &http_request_shape,
        &http_response_shape,  &payout_job_shape, &payout_result_shape, &webhook_shape,
        &webhook_result_shape, &message_shape, &mail_shape,        &source_poll_shape};
    if (id == 0 || id > std::size(shapes)) return nullptr;
    return shapes[id - 1];
}

}  // namespace tributary::host
