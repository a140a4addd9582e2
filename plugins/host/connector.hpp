// The seam between the daemon and its connectors, the same for one loaded in process and one in a sandboxed worker.
// open_connector() gives a Connector; it owns its instances, its worker processes and one executor thread, and ends
// them when the last shared_ptr goes. Any thread may call anything here.
//
//  - decode(), acknowledge() and the source calls block the caller's thread. Concurrent decodes each have their own
//    instance (own worker when isolated).
//  - payout and notice calls are queued to the executor thread and answered through a Completion: called exactly once,
//    on an unspecified thread, possibly before the call returns. They never block.
//  - An Error means that the connector gave no usable answer: `unavailable` (crashed, restarting, queue full),
//    `timeout`, `too_large`, `corrupt` (broke the contract), `invalid` (it refused the input), `config` (a bad
//    option). An Error from interpret() or webhook() says nothing about the payout: it stays unknown.
//  - Host checks (checks.hpp) have been applied to every request and result that comes out.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "plugins/host/manifest.hpp"
#include "plugins/host/records.hpp"

namespace tributary::host {

enum class Isolation { process, none };

struct ConnectorLimits {
    uint32_t call_timeout_ms = 10'000;        // wall clock of one call; of one chunk when decoding
    uint32_t cpu_s_max = 600;                 // of one worker; a fresh one follows
    uint64_t memory_size_max = 512ull << 20;  // address space a worker may add to what it starts with
    uint64_t output_size_max = 16ull << 20;   // bytes one call may give out (decode: see DecodeLimits)
    uint32_t queue_count_max = 1024;          // payout and notice calls waiting for the executor
    uint32_t worker_count_max = 4;            // worker processes at once (decodes wait for one)
};

struct ConnectorConfig {
    std::string name;  // the name in the configuration, for messages
    std::string path;  // of the .so
    Isolation isolation = Isolation::process;
    std::map<std::string, std::string> options;
    std::map<std::string, Secret> secrets;  // by option name
    ConnectorLimits limits;
    std::string worker_path;  // of tributary-worker; empty: beside the running program
};

// Where the bytes of an interchange come from.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    virtual Result<size_t> read(char* buffer, size_t size) = 0;  // 0 = end of input
};

// Where records go, in order; each struct has passed validate() and is valid during the call only. All text is UTF-8:
// what a diagnostic quotes of broken bytes has been made readable (\xNN). An error ends the decode, which returns it.
class RecordSink {
public:
    virtual ~RecordSink() = default;
    virtual Result<void> interchange(const tributary_interchange& record) = 0;
    virtual Result<void> group(const tributary_group& record) = 0;
    virtual Result<void> set(const tributary_set& record) = 0;
    virtual Result<void> report(const tributary_report& record) = 0;
    virtual Result<void> event(const tributary_event& record) = 0;
    virtual Result<void> diagnostic(const tributary_diagnostic& record) = 0;
};

using Profile = std::vector<Pair>;  // the partner profile, dotted names

struct DecodeLimits {
    uint64_t byte_count_max = 4ull << 30;
    uint64_t event_count_max = (1ull << 24) - 1;  // per input; an event id has 24 bits for the line
    uint64_t diagnostic_count_max = 100'000;      // more are counted and dropped
    uint32_t chunk_size = 256u << 10;
};

struct DecodeSummary {
    uint64_t bytes = 0;
    uint64_t interchanges = 0, groups = 0, sets = 0, reports = 0, events = 0, diagnostics = 0;
    uint64_t diagnostics_dropped = 0;
};

class FeedConnector {
public:
    virtual ~FeedConnector() = default;
    virtual Result<DecodeSummary> decode(ByteSource& source, RecordSink& sink, const Profile& profile,
                                         const DecodeLimits& limits) = 0;
    virtual Result<std::string> acknowledge(const AckRequest& request) = 0;
};

template <class T>
using Completion = std::function<void(Result<T>)>;

class PayoutConnector {
public:
    virtual ~PayoutConnector() = default;
    virtual void build(PayoutJob job, Completion<HttpRequest> done) = 0;
    virtual void interpret(PayoutJob job, HttpResponse response, Completion<PayoutResult> done) = 0;
    virtual void lookup_build(PayoutJob job, Completion<HttpRequest> done) = 0;
    virtual void lookup_interpret(PayoutJob job, HttpResponse response, Completion<PayoutResult> done) = 0;
    virtual void webhook(Webhook webhook, Completion<WebhookResult> done) = 0;
};

class NoticeConnector {
public:
    virtual ~NoticeConnector() = default;
    virtual void build(Message message, Completion<NoticeRequest> done) = 0;
    virtual void interpret(Message message, HttpResponse response, Completion<PayoutResult> done) = 0;
};

struct PollOutcome {
    std::string cursor;
    bool has_more = false;
    uint64_t events = 0;
};

class SourceConnector {
public:
    virtual ~SourceConnector() = default;
    virtual Result<HttpRequest> build(const SourcePoll& poll) = 0;
    virtual Result<PollOutcome> interpret(const SourcePoll& poll, const HttpResponse& response, RecordSink& sink) = 0;
};

enum class ConnectorPhase { running, restarting, failed };
const char* name_of(ConnectorPhase phase);

struct ConnectorState {
    ConnectorPhase phase = ConnectorPhase::running;
    std::string reason;          // of the last failure, for people
    uint64_t restart_count = 0;  // workers replaced since start
};

class Connector {
public:
    virtual ~Connector() = default;
    virtual const std::string& name() const = 0;
    virtual const Manifest& manifest() const = 0;
    virtual ConnectorState state() const = 0;
    virtual FeedConnector* as_feed() = 0;  // nullptr unless the manifest's kind says so; owned by the Connector
    virtual PayoutConnector* as_payout() = 0;
    virtual NoticeConnector* as_notice() = 0;
    virtual SourceConnector* as_source() = 0;
};

// Loads, checks and creates one instance, so that a bad option or an unusable file shows here and not at the first
// call. Errors are sentences for the administrator.
Result<std::shared_ptr<Connector>> open_connector(ConnectorConfig config);

// Loads just to read the manifest (isolated like the connector itself would be).
Result<Manifest> inspect_connector(const std::string& path, Isolation isolation = Isolation::process,
                                   const std::string& worker_path = {});

}  // namespace tributary::host
