// C++ over the C ABI: RAII instances and sessions, an exception barrier at every entry, spans as string_view.
// A connector derives from FeedConnector, PayoutConnector, NoticeConnector or SourceConnector and ends its one source
// file with TRIBUTARY_EXPORT_CONNECTOR(manifest). Everything is [single] unless the ABI says otherwise.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/abi/tributary_connector.h"

namespace tributary::sdk {

inline std::string_view text(tributary_span span) {
    return span.size == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char*>(span.data), span.size);
}
inline tributary_span span(std::string_view text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline tributary_pair pair(std::string_view name, std::string_view value) { return {span(name), span(value)}; }

// A zeroed ABI struct with struct_size set.
template <class T>
T make() {
    T value{};
    value.struct_size = sizeof(T);
    return value;
}

inline tributary_money money(int64_t minor, std::string_view currency, uint32_t exponent) {
    tributary_money value{};
    value.minor = minor;
    value.exponent = exponent;
    for (size_t i = 0; i < currency.size() && i + 1 < sizeof value.currency; ++i) value.currency[i] = currency[i];
    return value;
}

// Declared options with their values, defaults filled in by the host.
class Options {
public:
    Options(const tributary_pair* pairs, uint64_t count) {
        for (uint64_t i = 0; i < count; ++i) values_[std::string(text(pairs[i].name))] = text(pairs[i].value);
    }
    const std::string& operator[](const std::string& name) const {
        static const std::string empty;
        const auto found = values_.find(name);
        return found == values_.end() ? empty : found->second;
    }
    const std::map<std::string, std::string>& all() const { return values_; }

private:
    std::map<std::string, std::string> values_;
};

class Log {
public:
    explicit Log(const tributary_host* host) : host_(host) {}
    void operator()(int32_t level, std::string_view message) const { host_->log(host_->context, level, span(message)); }

private:
    const tributary_host* host_;
};

// Thrown by a constructor of a connector: the option that cannot be used, and why.
struct BadOption {
    std::string message;
};

class Instance {
public:
    virtual ~Instance() = default;
};

class FeedSession {
public:
    virtual ~FeedSession() = default;
    virtual int32_t push(std::string_view bytes, uint64_t& taken) = 0;
    virtual int32_t finish() = 0;
};

class FeedConnector : public Instance {
public:
    virtual std::unique_ptr<FeedSession> open(const Options& profile, const tributary_feed_sink& sink) = 0;
    virtual int32_t acknowledge(const tributary_ack_request& request, const tributary_sink& sink) = 0;
};

class PayoutConnector : public Instance {
public:
    virtual int32_t build(const tributary_payout_job& job, const tributary_http_sink& sink) = 0;
    virtual int32_t interpret(const tributary_payout_job& job, const tributary_http_response& response,
                              const tributary_payout_sink& sink) = 0;
    virtual int32_t lookup_build(const tributary_payout_job&, const tributary_http_sink&) {
        return TRIBUTARY_UNSUPPORTED;
    }
    virtual int32_t lookup_interpret(const tributary_payout_job&, const tributary_http_response&,
                                     const tributary_payout_sink&) {
        return TRIBUTARY_UNSUPPORTED;
    }
    virtual int32_t webhook(const tributary_webhook&, const tributary_webhook_sink&) { return TRIBUTARY_UNSUPPORTED; }
};

class NoticeConnector : public Instance {
public:
    virtual int32_t build(const tributary_message& message, const tributary_notice_sink& sink) = 0;
    virtual int32_t interpret(const tributary_message& message, const tributary_http_response& response,
                              const tributary_payout_sink& sink) = 0;
};

class SourceConnector : public Instance {
public:
    virtual int32_t build(const tributary_source_poll& poll, const tributary_http_sink& sink) = 0;
    virtual int32_t interpret(const tributary_source_poll& poll, const tributary_http_response& response,
                              const tributary_feed_sink& sink, const tributary_sink& cursor, uint32_t& more) = 0;
};

// No exception crosses the ABI: every entry goes through here.
template <class Body>
int32_t guarded(Body&& body) noexcept {
    try {
        return body();
    } catch (const BadOption&) {
        return TRIBUTARY_BAD_OPTION;
    } catch (...) {
        return TRIBUTARY_INTERNAL;
    }
}

template <class Connector>
int32_t create(const tributary_host* host, const tributary_pair* options, uint64_t count, tributary_instance** out) {
    if (host == nullptr || out == nullptr || host->struct_size < sizeof(tributary_host)) return TRIBUTARY_BAD_ARGUMENT;
    return guarded([&] {
        try {
            Instance* made = new Connector(Options(options, count), Log(host));
            *out = reinterpret_cast<tributary_instance*>(made);
            return int32_t(TRIBUTARY_OK);
        } catch (const BadOption& bad) {
            Log{host}(TRIBUTARY_LOG_ERROR, bad.message);
            throw;
        }
    });
}

template <class Connector>
Connector& self_of(tributary_instance* self) {
    return static_cast<Connector&>(*reinterpret_cast<Instance*>(self));
}
inline void destroy(tributary_instance* self) { delete reinterpret_cast<Instance*>(self); }

inline const tributary_feed* feed_table() {
    static const tributary_feed table = {
        sizeof(tributary_feed), 0,
        [](tributary_instance* self, const tributary_pair* profile, uint64_t count, const tributary_feed_sink* sink,
           tributary_session** out) {
            return guarded([&] {
                auto session = self_of<FeedConnector>(self).open(Options(profile, count), *sink);
                *out = reinterpret_cast<tributary_session*>(session.release());
                return int32_t(*out == nullptr ? TRIBUTARY_INTERNAL : TRIBUTARY_OK);
            });
        },
        [](tributary_session* session, tributary_span bytes, uint64_t* taken) {
            return guarded([&] {
                *taken = 0;
                return reinterpret_cast<FeedSession*>(session)->push(text(bytes), *taken);
            });
        },
        [](tributary_session* session) {
            return guarded([&] { return reinterpret_cast<FeedSession*>(session)->finish(); });
        },
        [](tributary_session* session) { delete reinterpret_cast<FeedSession*>(session); },
        [](tributary_instance* self, const tributary_ack_request* request, const tributary_sink* sink) {
            return guarded([&] { return self_of<FeedConnector>(self).acknowledge(*request, *sink); });
        }};
    return &table;
}

template <uint32_t capabilities, uint32_t rate_per_second>
const tributary_payout* payout_table() {
    static const tributary_payout table = {
        sizeof(tributary_payout), capabilities, rate_per_second, 0,
        [](tributary_instance* self, const tributary_payout_job* job, const tributary_http_sink* sink) {
            return guarded([&] { return self_of<PayoutConnector>(self).build(*job, *sink); });
        },
        [](tributary_instance* self, const tributary_payout_job* job, const tributary_http_response* response,
           const tributary_payout_sink* sink) {
            return guarded([&] { return self_of<PayoutConnector>(self).interpret(*job, *response, *sink); });
        },
        [](tributary_instance* self, const tributary_payout_job* job, const tributary_http_sink* sink) {
            return guarded([&] { return self_of<PayoutConnector>(self).lookup_build(*job, *sink); });
        },
        [](tributary_instance* self, const tributary_payout_job* job, const tributary_http_response* response,
           const tributary_payout_sink* sink) {
            return guarded([&] { return self_of<PayoutConnector>(self).lookup_interpret(*job, *response, *sink); });
        },
        [](tributary_instance* self, const tributary_webhook* webhook, const tributary_webhook_sink* sink) {
            return guarded([&] { return self_of<PayoutConnector>(self).webhook(*webhook, *sink); });
        }};
    return &table;
}

template <uint32_t rate_per_second>
const tributary_notice* notice_table() {
    static const tributary_notice table = {
        sizeof(tributary_notice), rate_per_second,
        [](tributary_instance* self, const tributary_message* message, const tributary_notice_sink* sink) {
            return guarded([&] { return self_of<NoticeConnector>(self).build(*message, *sink); });
        },
        [](tributary_instance* self, const tributary_message* message, const tributary_http_response* response,
           const tributary_payout_sink* sink) {
            return guarded([&] { return self_of<NoticeConnector>(self).interpret(*message, *response, *sink); });
        }};
    return &table;
}

template <uint32_t interval_s>
const tributary_source* source_table() {
    static const tributary_source table = {
        sizeof(tributary_source), interval_s,
        [](tributary_instance* self, const tributary_source_poll* poll, const tributary_http_sink* sink) {
            return guarded([&] { return self_of<SourceConnector>(self).build(*poll, *sink); });
        },
        [](tributary_instance* self, const tributary_source_poll* poll, const tributary_http_response* response,
           const tributary_feed_sink* sink, const tributary_sink* cursor, uint32_t* more) {
            return guarded(
                [&] { return self_of<SourceConnector>(self).interpret(*poll, *response, *sink, *cursor, *more); });
        }};
    return &table;
}

// Fills the fields that every connector has; the caller adds options, hosts, units, countries and the kind's table.
template <class Connector>
tributary_connector describe(uint32_t kind, const char* id, const char* version, const char* title) {
    auto descriptor = make<tributary_connector>();
    descriptor.abi_major = TRIBUTARY_ABI_MAJOR;
    descriptor.abi_minor = TRIBUTARY_ABI_MINOR;
    descriptor.kind = kind;
    descriptor.id = id;
    descriptor.version = version;
    descriptor.title = title;
    descriptor.create = &create<Connector>;
    descriptor.destroy = &destroy;
    return descriptor;
}

template <size_t n>
void set_options(tributary_connector& descriptor, const tributary_option (&options)[n]) {
    descriptor.options = options;
    descriptor.option_count = n;
}
template <size_t n>
void set_hosts(tributary_connector& descriptor, const char* const (&hosts)[n]) {
    descriptor.hosts = hosts;
    descriptor.host_count = n;
}
template <size_t n>
void set_units(tributary_connector& descriptor, const char* const (&units)[n]) {
    descriptor.units = units;
    descriptor.unit_count = n;
}

constexpr tributary_option option(uint32_t type, const char* name, const char* fallback, const char* help) {
    return {sizeof(tributary_option), type, name, fallback, help};
}

}  // namespace tributary::sdk

// make_descriptor: a function that returns a tributary_connector by value; called once.
#define TRIBUTARY_EXPORT_CONNECTOR(make_descriptor)                                              \
    extern "C" __attribute__((visibility("default"))) const tributary_connector* tributary_connector_v1(void) { \
        static const tributary_connector descriptor = make_descriptor();                         \
        return &descriptor;                                                                      \
    }
