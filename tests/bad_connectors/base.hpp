// What every bad connector here is made of: a well-behaved payout and a well-behaved feed connector in plain ABI terms,
// without the SDK. Each bad one spoils exactly one thing. Never installed.
#pragma once
#include <cstddef>
#include <cstring>

#include "plugins/abi/tributary_connector.h"

namespace bad {

inline tributary_span span(const char* text) {
    return {reinterpret_cast<const uint8_t*>(text), std::strlen(text)};
}

template <class T>
T make() {
    T value{};
    value.struct_size = sizeof(T);
    return value;
}

inline int32_t create(const tributary_host*, const tributary_pair*, uint64_t, tributary_instance** out) {
    static int instance;
    *out = reinterpret_cast<tributary_instance*>(&instance);
    return TRIBUTARY_OK;
}
inline void destroy(tributary_instance*) {}

inline int32_t build(tributary_instance*, const tributary_payout_job*, const tributary_http_sink* sink) {
    auto request = make<tributary_http_request>();
    request.method = span("POST");
    request.url = span("https://api.bad.example/pay");
    return sink->request(sink->context, &request);
}

inline int32_t give(const tributary_payout_sink* sink, uint32_t outcome, const char* message) {
    auto result = make<tributary_payout_result>();
    result.outcome = outcome;
    result.code = span("code");
    result.message = span(message);
    return sink->result(sink->context, &result);
}
inline int32_t interpret(tributary_instance*, const tributary_payout_job*, const tributary_http_response*,
                         const tributary_payout_sink* sink) {
    return give(sink, TRIBUTARY_OUTCOME_DONE, "paid");
}

inline tributary_payout payout_table() {
    auto table = make<tributary_payout>();
    table.build = build;
    table.interpret = interpret;
    return table;
}

inline tributary_connector describe(uint32_t kind, const char* id) {
    auto descriptor = make<tributary_connector>();
    descriptor.abi_major = TRIBUTARY_ABI_MAJOR;
    descriptor.abi_minor = TRIBUTARY_ABI_MINOR;
    descriptor.kind = kind;
    descriptor.id = id;
    descriptor.version = "1.0.0";
    descriptor.title = "Bad on purpose";
    static const char* const hosts[] = {"api.bad.example"};
    descriptor.hosts = hosts;
    descriptor.host_count = 1;
    descriptor.create = create;
    descriptor.destroy = destroy;
    return descriptor;
}

inline tributary_connector payout(const char* id, const tributary_payout* table) {
    auto descriptor = describe(TRIBUTARY_KIND_PAYOUT, id);
    descriptor.payout = table;
    return descriptor;
}

// A session that remembers its sink; push does nothing but take everything.
inline tributary_feed_sink remembered_sink;
inline int32_t open_session(tributary_instance*, const tributary_pair*, uint64_t, const tributary_feed_sink* sink,
                            tributary_session** out) {
    remembered_sink = *sink;
    *out = reinterpret_cast<tributary_session*>(&remembered_sink);
    return TRIBUTARY_OK;
}
inline int32_t push(tributary_session*, tributary_span bytes, uint64_t* taken) {
    *taken = bytes.size;
    return TRIBUTARY_OK;
}
inline int32_t finish(tributary_session*) {
    return TRIBUTARY_OK;
}
inline void close(tributary_session*) {}
inline int32_t acknowledge(tributary_instance*, const tributary_ack_request*, const tributary_sink* sink) {
    return sink->write(sink->context, span("OK"));
}
inline tributary_feed feed_table() {
    auto table = make<tributary_feed>();
    table.open = open_session, table.push = push, table.finish = finish, table.close = close;
    table.acknowledge = acknowledge;
    return table;
}
inline tributary_connector feed(const char* id, const tributary_feed* table) {
    auto descriptor = describe(TRIBUTARY_KIND_FEED, id);
    descriptor.feed = table;
    return descriptor;
}

// Opens the envelope of interchange, group and set 1.
inline void open_envelope() {
    auto interchange = make<tributary_interchange>();
    interchange.phase = TRIBUTARY_BEGIN, interchange.ordinal = 1;
    remembered_sink.interchange(remembered_sink.context, &interchange);
    auto group = make<tributary_group>();
    group.phase = TRIBUTARY_BEGIN, group.interchange = group.ordinal = 1;
    remembered_sink.group(remembered_sink.context, &group);
    auto set = make<tributary_set>();
    set.phase = TRIBUTARY_BEGIN, set.interchange = set.group = set.ordinal = 1;
    remembered_sink.set(remembered_sink.context, &set);
}

}  // namespace bad

#define EXPORT_DESCRIPTOR(descriptor)                                                                           \
    extern "C" __attribute__((visibility("default"))) const tributary_connector* tributary_connector_v1(void) { \
        return descriptor;                                                                                      \
    }

// A payout connector whose descriptor or table a statement spoils.
#define BAD_PAYOUT(spoil)                                                       \
    static const tributary_connector* made() {                                  \
        static tributary_payout table = bad::payout_table();                    \
        static tributary_connector descriptor = bad::payout("bad-one", &table); \
        spoil;                                                                  \
        return &descriptor;                                                     \
    }                                                                           \
    EXPORT_DESCRIPTOR(made())

#define BAD_FEED(spoil)                                                       \
    static const tributary_connector* made() {                                \
        static tributary_feed table = bad::feed_table();                      \
        static tributary_connector descriptor = bad::feed("bad-one", &table); \
        spoil;                                                                \
        return &descriptor;                                                   \
    }                                                                         \
    EXPORT_DESCRIPTOR(made())
