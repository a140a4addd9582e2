/*
 * tributary_connector.h: the one header a Tributary connector needs. C99, no dependency. See ABI.md.
 *
 * A connector is a shared library that exports one symbol, tributary_connector_v1(), and is sans-IO: it is handed
 * bytes and gives back bytes. It opens no socket and no file, reads no clock, starts no thread, keeps no global state.
 *
 * Rules that hold everywhere:
 *  - Every struct opens with struct_size = sizeof(the struct) as its writer compiled it. Fields are only ever appended.
 *  - A span is borrowed for the duration of the call that passes it; text is UTF-8 without a terminating NUL.
 *  - Output leaves only through the host's sinks, which are capped: a sink that answers TRIBUTARY_FULL takes no more.
 *  - No exception crosses. Functions return TRIBUTARY_OK or a negative tributary_status.
 *  - [any]    may be called from any thread, concurrently.
 *    [single] the host never makes two calls at once on one instance (or on the sessions of that instance).
 */
#ifndef TRIBUTARY_CONNECTOR_H
#define TRIBUTARY_CONNECTOR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TRIBUTARY_ABI_MAJOR 1u
#define TRIBUTARY_ABI_MINOR 0u

/* ---- status of a call ------------------------------------------------------------------------------------------ */
enum tributary_status {
    TRIBUTARY_OK = 0,
    TRIBUTARY_FULL = 1,           /* from a sink: not taken; from push: stopped early, call again */
    TRIBUTARY_BAD_ARGUMENT = -1,  /* the host passed something outside this contract */
    TRIBUTARY_BAD_OPTION = -2,    /* create(): an option has an unusable value; say which through host->log */
    TRIBUTARY_BAD_INPUT = -3,     /* the foreign bytes cannot be read at all */
    TRIBUTARY_UNSUPPORTED = -4,   /* this connector does not do that */
    TRIBUTARY_INTERNAL = -5       /* a bug in the connector; the SDK maps exceptions to this */
};

/* ---- values ---------------------------------------------------------------------------------------------------- */
typedef struct tributary_span {
    const uint8_t* data; /* may be NULL when size is 0 */
    uint64_t size;       /* bytes */
} tributary_span;

/* A money amount in minor units: 1050 with exponent 2 and "USD" is 10.50 US dollars. */
typedef struct tributary_money {
    int64_t minor;
    char currency[8]; /* ISO 4217 upper case, NUL padded */
    uint32_t exponent; /* decimals of the currency: JPY 0, USD 2, KWD 3 */
    uint32_t reserved;
} tributary_money;

/* An exact decimal: value / 10^scale; 119.50 is {11950, 2}. */
typedef struct tributary_decimal {
    int64_t value;
    uint32_t scale; /* 0..9 */
    uint32_t is_set; /* 0: absent */
} tributary_decimal;

/* Calendar dates are int32 yyyymmdd, 0 = absent. Instants are int64 milliseconds since 1970-01-01T00:00:00Z. */

typedef struct tributary_pair { /* option, header, qualified id */
    tributary_span name;
    tributary_span value;
} tributary_pair;

/* ---- what the host gives ----------------------------------------------------------------------------------------- */
enum tributary_log_level {
    TRIBUTARY_LOG_DEBUG = 0,
    TRIBUTARY_LOG_INFO = 1,
    TRIBUTARY_LOG_WARNING = 2,
    TRIBUTARY_LOG_ERROR = 3
};

typedef struct tributary_host {
    uint32_t struct_size;
    uint32_t abi_minor;
    void* context;
    void (*log)(void* context, int32_t level, tributary_span text); /* [any] capped; never pass a secret */
} tributary_host;

/* Bytes out. write answers TRIBUTARY_OK or TRIBUTARY_FULL (cap reached: give up with TRIBUTARY_FULL). */
typedef struct tributary_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void* context;
    int32_t (*write)(void* context, tributary_span bytes);
} tributary_sink;

/* ---- manifest ---------------------------------------------------------------------------------------------------- */
enum tributary_kind {
    TRIBUTARY_KIND_FEED = 1,
    TRIBUTARY_KIND_PAYOUT = 2,
    TRIBUTARY_KIND_NOTICE = 3,
    TRIBUTARY_KIND_SOURCE = 4
};
enum tributary_option_type {
    TRIBUTARY_OPTION_TEXT = 1,
    TRIBUTARY_OPTION_INTEGER = 2,
    TRIBUTARY_OPTION_BOOLEAN = 3,  /* "true" or "false" */
    TRIBUTARY_OPTION_URL = 4,      /* https, or http on loopback; its host joins the allowed hosts */
    TRIBUTARY_OPTION_SECRET = 5    /* value comes from a credential file, never from the config text */
};

typedef struct tributary_option {
    uint32_t struct_size;
    uint32_t type;          /* tributary_option_type */
    const char* name;       /* snake_case */
    const char* fallback;   /* default as text; NULL = required */
    const char* help;       /* one line */
} tributary_option;

/* tributary_payout capability bits */
#define TRIBUTARY_PAYOUT_HAS_KEY 1u     /* the provider deduplicates by our key: re-sending the same step is safe */
#define TRIBUTARY_PAYOUT_HAS_LOOKUP 2u  /* lookup_request works: an unknown outcome can be resolved */
#define TRIBUTARY_PAYOUT_HAS_WEBHOOK 4u

/* ---- feed connectors ------------------------------------------------------------------------------------------------
 * bytes in (any chunking) -> records out. Order of records for one interchange:
 *   interchange(BEGIN) ( group(BEGIN) ( set(BEGIN) (report|event)* set(END) )* group(END) )* interchange(END)
 * diagnostics may come anywhere. A record's verdict is structural only: what the core decides (duplicate, unknown
 * party) comes later and reaches acknowledge() as the core's verdicts. Nothing is payable before set(END) says
 * accepted and interchange(END) has come with accepted.
 */
enum tributary_phase { TRIBUTARY_BEGIN = 1, TRIBUTARY_END = 2 };
enum tributary_verdict {
    TRIBUTARY_VERDICT_NONE = 0,
    TRIBUTARY_ACCEPTED = 1,
    TRIBUTARY_ACCEPTED_WITH_ERRORS = 2,
    TRIBUTARY_REJECTED = 3
};

typedef struct tributary_position {
    uint64_t byte;     /* 0-based offset in the input */
    uint32_t line;     /* 1-based */
    uint32_t column;   /* 1-based, bytes */
    uint32_t segment;  /* 1-based in its set (ST is 1); for CSV and XML the record's ordinal; 0 = none */
    uint32_t reserved;
} tributary_position;

typedef struct tributary_interchange {
    uint32_t struct_size;
    uint32_t phase;             /* tributary_phase */
    uint32_t ordinal;           /* 1-based in the input */
    uint32_t verdict;           /* END: tributary_verdict */
    tributary_position at;
    tributary_span standard;    /* "X12" */
    tributary_span version;     /* ISA12 */
    tributary_span sender_qualifier, sender;
    tributary_span receiver_qualifier, receiver;
    tributary_span control_number;
    tributary_span date, time;  /* as sent */
    tributary_span ack_context; /* opaque: what acknowledge() needs to answer in kind (delimiters, ISA11..12) */
    tributary_span note_code;   /* END: TA1 note code or the standard's like, "000" = fine */
    uint32_t is_test;
    uint32_t wants_ack;         /* ISA14 */
    uint32_t groups_claimed, groups_seen; /* END */
    uint64_t size;              /* END: bytes of this interchange */
} tributary_interchange;

typedef struct tributary_group {
    uint32_t struct_size;
    uint32_t phase;
    uint32_t interchange;       /* ordinal */
    uint32_t ordinal;           /* 1-based in the interchange */
    uint32_t verdict;           /* END */
    uint32_t sets_claimed, sets_seen, sets_accepted; /* END; claimed = GE01 */
    tributary_position at;
    tributary_span functional_id; /* GS01 */
    tributary_span sender, receiver; /* GS02, GS03 */
    tributary_span control_number; /* GS06 */
    tributary_span version;     /* GS08 */
    tributary_span error_codes; /* END: space separated AK905.. codes */
} tributary_group;

typedef struct tributary_set {
    uint32_t struct_size;
    uint32_t phase;
    uint32_t interchange, group; /* ordinals */
    uint32_t ordinal;            /* 1-based in the interchange */
    uint32_t verdict;            /* END */
    tributary_position at;
    tributary_span id;           /* ST01 */
    tributary_span control_number; /* ST02 */
    tributary_span implementation; /* ST03 */
    tributary_span error_codes;  /* END: space separated AK502.. codes */
    uint32_t segments;           /* END: as counted, ST and SE included */
    uint32_t reserved;
    uint64_t events;             /* END */
} tributary_set;

/* tributary_report.purpose */
enum tributary_purpose {
    TRIBUTARY_PURPOSE_ORIGINAL = 1,
    TRIBUTARY_PURPOSE_REPLACE = 2,
    TRIBUTARY_PURPOSE_CANCEL = 3,
    TRIBUTARY_PURPOSE_DUPLICATE = 4,
    TRIBUTARY_PURPOSE_RESUBMIT = 5
};

/* A party as the sender names it. */
typedef struct tributary_party {
    tributary_span qualifier;   /* N103 or the standard's like: "92", "1", "UL" */
    tributary_span id;
    tributary_span name;
    tributary_span city, region, postal_code, country; /* country ISO 3166-1 alpha-2 when it could be told */
} tributary_party;

/* Once per set, before its first event: the report's header. */
typedef struct tributary_report {
    uint32_t struct_size;
    uint32_t set;               /* ordinal */
    uint32_t purpose;           /* tributary_purpose */
    int32_t date;               /* yyyymmdd */
    int32_t period_start, period_end;
    tributary_position at;
    tributary_span id;          /* BPT02 */
    tributary_span type;        /* BPT04 as sent */
    tributary_span currency;    /* header currency */
    tributary_party distributor, vendor;
} tributary_report;

/* tributary_event.kind: the canonical kinds */
enum tributary_event_kind {
    TRIBUTARY_EVENT_SALE = 1, TRIBUTARY_EVENT_RETURN = 2, TRIBUTARY_EVENT_INVENTORY = 3, TRIBUTARY_EVENT_TRAINING = 4,
    TRIBUTARY_EVENT_DOWNLOAD = 5, TRIBUTARY_EVENT_WEBINAR = 6, TRIBUTARY_EVENT_DEMO = 7, TRIBUTARY_EVENT_SURVEY = 8,
    TRIBUTARY_EVENT_DEAL = 9, TRIBUTARY_EVENT_REFERRAL = 10, TRIBUTARY_EVENT_SUBSCRIPTION = 11,
    TRIBUTARY_EVENT_CLAIM = 12
};

typedef struct tributary_price {
    tributary_span type;        /* UIT03: "RS" resale, "DI" distributor cost, ... */
    tributary_span currency;    /* empty: the report's */
    tributary_span uom;
    tributary_decimal amount;   /* per uom */
} tributary_price;

/* One canonical event. Quantity is negative for a return, whatever the sender's habit. */
typedef struct tributary_event {
    uint32_t struct_size;
    uint32_t set;               /* ordinal */
    uint32_t kind;              /* tributary_event_kind */
    int32_t invoice_date, ship_date;
    uint32_t product_id_count, price_count, serial_count;
    uint64_t ordinal;           /* 1-based in the interchange: the line number that every later key grows from */
    tributary_position at;
    tributary_span line_id;     /* the sender's own, may be empty */
    tributary_span sale_kind;   /* PTD01 as sent */
    tributary_party reseller, end_customer;
    tributary_span rep_name, rep_email, rep_phone, rep_id;
    tributary_span invoice, order, purchase_order;
    tributary_span debit_reference, contract, credit_memo;
    tributary_span description;
    tributary_decimal quantity;
    tributary_span uom;         /* QTY03, upper case */
    const tributary_pair* product_ids; /* name = qualifier ("VP", "UP"), value = id; in the sender's order */
    const tributary_price* prices;
    const tributary_span* serials;
} tributary_event;

enum tributary_severity { TRIBUTARY_NOTE = 1, TRIBUTARY_WARNING = 2, TRIBUTARY_ERROR = 3 };
enum tributary_scope {
    TRIBUTARY_SCOPE_INTERCHANGE = 1,
    TRIBUTARY_SCOPE_GROUP = 2,
    TRIBUTARY_SCOPE_SET = 3,
    TRIBUTARY_SCOPE_LINE = 4
};

/* One finding: where, what, why and what to do. */
typedef struct tributary_diagnostic {
    uint32_t struct_size;
    uint32_t severity, scope;
    uint32_t interchange, group, set; /* ordinals, 0 = none */
    uint32_t element, component;      /* 1-based, 0 = none */
    tributary_position at;
    tributary_span code;        /* stable, e.g. "X12-E0204" */
    tributary_span tag;         /* segment or column */
    tributary_span value;       /* as received, at most 64 bytes */
    tributary_span rule;        /* what was expected */
    tributary_span message;     /* one sentence */
    tributary_span hint;        /* what the sender can do */
    tributary_span ack_segment, ack_element, ack_reference; /* AK304, AK403 and data element number for the answer */
} tributary_diagnostic;

/* Records out; each answers TRIBUTARY_OK, or TRIBUTARY_FULL: not taken, keep it and return TRIBUTARY_FULL from push. */
typedef struct tributary_feed_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void* context;
    int32_t (*interchange)(void* context, const tributary_interchange* record);
    int32_t (*group)(void* context, const tributary_group* record);
    int32_t (*set)(void* context, const tributary_set* record);
    int32_t (*report)(void* context, const tributary_report* record);
    int32_t (*event)(void* context, const tributary_event* record);
    int32_t (*diagnostic)(void* context, const tributary_diagnostic* record);
} tributary_feed_sink;

/* The core's verdicts on one interchange, for the answer. The arrays are in order of arrival. */
typedef struct tributary_ack_request {
    uint32_t struct_size;
    uint32_t group_count, set_count, diagnostic_count;
    const tributary_interchange* interchange; /* as END, verdict and note_code as the core finally decided */
    const tributary_group* groups;
    const tributary_set* sets;
    const tributary_diagnostic* diagnostics;  /* errors with an ack_segment or ack_element only */
    uint64_t control_number;    /* ours: for ISA13, GS06 and on */
    int64_t now_ms;
    tributary_span format;      /* "TA1", "997", "TA1+997": what the core wants sent */
} tributary_ack_request;

typedef struct tributary_instance tributary_instance; /* the connector's own */
typedef struct tributary_session tributary_session;

typedef struct tributary_feed {
    uint32_t struct_size;
    uint32_t reserved;
    /* [single] profile: the partner profile as name/value pairs, dotted names ("reseller.qualifiers" = "BY,BT"). */
    int32_t (*open)(tributary_instance* self, const tributary_pair* profile, uint64_t profile_count,
                    const tributary_feed_sink* sink, tributary_session** out);
    /* [single] *taken < size only with TRIBUTARY_FULL: the sink had no room; push the rest again later. */
    int32_t (*push)(tributary_session* session, tributary_span bytes, uint64_t* taken);
    /* [single] end of input; TRIBUTARY_FULL: call again. */
    int32_t (*finish)(tributary_session* session);
    /* [single] always called, also after an error. */
    void (*close)(tributary_session* session);
    /* [single] the answer's bytes; the core stores them and re-sends them unchanged. */
    int32_t (*acknowledge)(tributary_instance* self, const tributary_ack_request* request, const tributary_sink* sink);
} tributary_feed;

/* ---- HTTP as data ------------------------------------------------------------------------------------------------ */
typedef struct tributary_http_request {
    uint32_t struct_size;
    uint32_t header_count;
    tributary_span method;      /* "POST" */
    tributary_span url;         /* absolute; the core checks scheme and host against the manifest and the options */
    const tributary_pair* headers;
    tributary_span body;
} tributary_http_request;

typedef struct tributary_http_response {
    uint32_t struct_size;
    uint32_t status;            /* 100..599 */
    uint32_t header_count;
    uint32_t is_truncated;      /* the body went past the core's cap */
    const tributary_pair* headers; /* names in lower case */
    tributary_span body;
} tributary_http_response;

typedef struct tributary_http_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void* context;
    int32_t (*request)(void* context, const tributary_http_request* request); /* exactly once a call */
} tributary_http_sink;

/* ---- payout connectors ----------------------------------------------------------------------------------------------
 * The core stores step, key and state durably before it sends what build() made, and never sends a step again
 * unless the outcome says so. A result whose amount, currency, product or recipient differs from the job is unknown.
 */
enum tributary_outcome {
    TRIBUTARY_OUTCOME_DONE = 1,            /* this step took effect; next_step says whether another follows */
    TRIBUTARY_OUTCOME_PENDING = 2,         /* accepted; look up or wait for the webhook */
    TRIBUTARY_OUTCOME_RETRY_SAME_KEY = 3,  /* surely safe to repeat with the same key, after retry_after_ms */
    TRIBUTARY_OUTCOME_RETRY_NEW_KEY = 4,   /* proven to have had no effect, and the key is burnt */
    TRIBUTARY_OUTCOME_REFUSED = 5,         /* final: no effect, never will */
    TRIBUTARY_OUTCOME_UNKNOWN = 6,         /* may or may not have had an effect: look up */
    TRIBUTARY_OUTCOME_LOG_IN = 7,          /* credentials expired */
    TRIBUTARY_OUTCOME_OPERATOR = 8,        /* no effect yet; a person must act (no funds, account suspended) */
    TRIBUTARY_OUTCOME_SLOW_DOWN = 9,       /* rate limited, no effect; after retry_after_ms */
    TRIBUTARY_OUTCOME_NOT_FOUND = 10       /* look-up only: the provider has never seen the key; send again, same key */
};

typedef struct tributary_payout_job {
    uint32_t struct_size;
    uint32_t attempt;           /* 1-based, of this step */
    tributary_span payout_id;   /* ours, stable for the payout's life */
    tributary_span step;        /* "" = the first; else next_step of the last result */
    tributary_span key;         /* UUID text: the idempotency key of this step */
    tributary_span state;       /* what the last result of this payout left in state */
    tributary_span recipient_state; /* what the last payout to this recipient left (a card's token) */
    tributary_money amount;
    tributary_span product;     /* catalogue id at the provider, may be empty */
    tributary_span recipient_id, recipient_name, recipient_email, recipient_phone;
    tributary_span recipient_country, recipient_language;
    tributary_span memo;
} tributary_payout_job;

typedef struct tributary_payout_result {
    uint32_t struct_size;
    uint32_t outcome;           /* tributary_outcome */
    uint32_t reference_count;
    uint32_t has_amount;        /* the provider named an amount: amount below is checked against the job */
    uint64_t retry_after_ms;    /* 0: the core's own back-off */
    tributary_span code;        /* provider's code or ours, stable, e.g. "insufficient_funds" */
    tributary_span message;     /* for people; no secret, no code that is money */
    tributary_span next_step;   /* with DONE: name of the next step, "" = the payout is complete */
    tributary_span state;       /* stored with the payout, handed to its next step; also with PENDING and UNKNOWN */
    tributary_span recipient_state; /* stored for the recipient, empty = unchanged */
    const tributary_span* references; /* ids the provider may use in webhooks and statements; first = receipt */
    tributary_money amount;
    tributary_span bearer;      /* link or code that is money: stored encrypted, shown once, never logged */
} tributary_payout_result;

typedef struct tributary_payout_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void* context;
    int32_t (*result)(void* context, const tributary_payout_result* result); /* exactly once a call */
} tributary_payout_sink;

typedef struct tributary_webhook {
    uint32_t struct_size;
    uint32_t header_count;
    const tributary_pair* headers; /* names in lower case */
    tributary_span url;         /* as the provider was given it */
    tributary_span body;        /* raw bytes */
    int64_t now_ms;
} tributary_webhook;

enum tributary_webhook_verdict {
    TRIBUTARY_WEBHOOK_FORGED = 1,     /* signature missing or wrong: the core answers 401 */
    TRIBUTARY_WEBHOOK_STALE = 2,      /* signed, but outside the time window: 401 */
    TRIBUTARY_WEBHOOK_IGNORED = 3,    /* genuine, of no interest or of an unknown kind: stored, 2xx */
    TRIBUTARY_WEBHOOK_LOOK_UP = 4,    /* genuine: look up the payouts that carry the reference */
    TRIBUTARY_WEBHOOK_RESULT = 5      /* genuine, and carries the outcome itself in result */
};

typedef struct tributary_webhook_result {
    uint32_t struct_size;
    uint32_t verdict;
    tributary_span event_id;    /* the provider's, for deduplication */
    tributary_span event_kind;
    tributary_span reference;   /* one of the references of an earlier result, or our payout_id or key */
    const tributary_payout_result* result; /* with WEBHOOK_RESULT */
} tributary_webhook_result;

typedef struct tributary_webhook_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void* context;
    int32_t (*result)(void* context, const tributary_webhook_result* result); /* exactly once a call */
} tributary_webhook_sink;

typedef struct tributary_payout {
    uint32_t struct_size;
    uint32_t capabilities;      /* TRIBUTARY_PAYOUT_* */
    uint32_t rate_per_second;   /* requests the provider allows; 0 = not limited */
    uint32_t reserved;
    /* [single] job -> one request. No request and TRIBUTARY_OK is an error; an unusable job: TRIBUTARY_BAD_ARGUMENT. */
    int32_t (*build)(tributary_instance* self, const tributary_payout_job* job, const tributary_http_sink* sink);
    /* [single] the provider's answer to build's request. */
    int32_t (*interpret)(tributary_instance* self, const tributary_payout_job* job,
                         const tributary_http_response* response, const tributary_payout_sink* sink);
    /* [single] with HAS_LOOKUP: ask what became of job->key. */
    int32_t (*lookup_build)(tributary_instance* self, const tributary_payout_job* job, const tributary_http_sink* sink);
    int32_t (*lookup_interpret)(tributary_instance* self, const tributary_payout_job* job,
                                const tributary_http_response* response, const tributary_payout_sink* sink);
    /* [single] with HAS_WEBHOOK. */
    int32_t (*webhook)(tributary_instance* self, const tributary_webhook* webhook, const tributary_webhook_sink* sink);
} tributary_payout;

/* ---- notice connectors ------------------------------------------------------------------------------------------- */
typedef struct tributary_message {
    uint32_t struct_size;
    uint32_t reserved;
    tributary_span id;          /* ours, stable: the Message-ID is made of it */
    tributary_span to_name, to_address; /* e-mail address or E.164 number */
    tributary_span subject, text, html; /* html may be empty */
    tributary_span language;    /* BCP 47 */
    int64_t now_ms;
} tributary_message;

typedef struct tributary_mail { /* to be sent by SMTP */
    uint32_t struct_size;
    uint32_t recipient_count;
    tributary_span server_url;  /* smtp://host:587 (STARTTLS) or smtps://host:465 */
    tributary_span username, password; /* may be empty */
    tributary_span sender;      /* envelope from */
    const tributary_span* recipients;
    tributary_span data;        /* RFC 5322 bytes, CRLF, lines of at most 998 bytes */
    uint32_t requires_tls;      /* refuse to go on in plain text */
    uint32_t reserved;
} tributary_mail;

typedef struct tributary_notice_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void* context;
    int32_t (*request)(void* context, const tributary_http_request* request); /* either this */
    int32_t (*mail)(void* context, const tributary_mail* mail);               /* or this, once a call */
} tributary_notice_sink;

typedef struct tributary_notice {
    uint32_t struct_size;
    uint32_t rate_per_second;
    /* [single] */
    int32_t (*build)(tributary_instance* self, const tributary_message* message, const tributary_notice_sink* sink);
    /* [single] HTTP answer, or for SMTP: status = the reply code (250, 451, 550), body = the reply's text. */
    int32_t (*interpret)(tributary_instance* self, const tributary_message* message,
                         const tributary_http_response* response, const tributary_payout_sink* sink);
} tributary_notice;

/* ---- source connectors ------------------------------------------------------------------------------------------- */
typedef struct tributary_source_poll {
    uint32_t struct_size;
    uint32_t reserved;
    tributary_span cursor;      /* what the last poll left; empty = from the start */
    int64_t now_ms;
} tributary_source_poll;

typedef struct tributary_source {
    uint32_t struct_size;
    uint32_t interval_s;        /* suggested pause between polls */
    /* [single] */
    int32_t (*build)(tributary_instance* self, const tributary_source_poll* poll, const tributary_http_sink* sink);
    /* [single] events go to sink->event; the new cursor to cursor_sink; *more = 1: poll again at once. */
    int32_t (*interpret)(tributary_instance* self, const tributary_source_poll* poll,
                         const tributary_http_response* response, const tributary_feed_sink* sink,
                         const tributary_sink* cursor_sink, uint32_t* more);
} tributary_source;

/* ---- the connector ----------------------------------------------------------------------------------------------- */
typedef struct tributary_connector {
    uint32_t struct_size;
    uint32_t abi_major, abi_minor; /* as compiled: TRIBUTARY_ABI_MAJOR, TRIBUTARY_ABI_MINOR */
    uint32_t kind;              /* tributary_kind */
    const char* id;             /* "feed-x12", "card-lithic": lower case, digits, '-' */
    const char* version;        /* of the connector, "1.2.0" */
    const char* title;          /* one line for people */
    const tributary_option* options; /* in order of importance */
    uint32_t option_count;
    uint32_t host_count;
    const char* const* hosts;   /* "api.lithic.com", "*.example.com": requests go to these and to URL options only */
    const char* const* countries; /* ISO alpha-2 served, NULL = any */
    const char* const* units;   /* ISO 4217 served, NULL = any */
    uint32_t country_count, unit_count;
    /* [any] options: every declared option once, defaults filled in. */
    int32_t (*create)(const tributary_host* host, const tributary_pair* options, uint64_t option_count,
                      tributary_instance** out);
    /* [single] */
    void (*destroy)(tributary_instance* self);
    const tributary_feed* feed;       /* exactly the one that kind names is set */
    const tributary_payout* payout;
    const tributary_notice* notice;
    const tributary_source* source;
    /* [any] string-id extensions ("tributary.catalogue/1"); NULL when there is none. May be NULL. */
    const void* (*extension)(const char* id);
} tributary_connector;

/* The one exported symbol. [any] Returns static, constant data. */
const tributary_connector* tributary_connector_v1(void);

#ifdef __cplusplus
}
#endif
#endif
