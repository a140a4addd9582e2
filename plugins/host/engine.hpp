// Engine: how the calls of one configured connector reach its code. Two exist: in_process.cpp maps the .so into the
// daemon; isolated.cpp (worker_engine) speaks with sandboxed workers. The facades above it (facades.cpp) own the
// records, the host checks and the executor thread, and do not know which one they have. All functions: any thread,
// blocking.
#pragma once
#include <memory>

#include "plugins/host/collector.hpp"
#include "plugins/host/connector.hpp"
#include "plugins/host/host_log.hpp"

namespace tributary::host {

class Engine {
public:
    virtual ~Engine() = default;
    virtual const Manifest& manifest() const = 0;
    // Only after the manifest is known: gives the options and makes the first instance.
    virtual Result<void> start(ResolvedOptions options) = 0;
    virtual Result<CallReply> call(const CallInput& input, CallOutput& output) = 0;
    // Pushes the whole source through a session; the caller looks at the gate's failure first.
    virtual Result<void> decode(ByteSource& source, RecordGate& gate, const Profile& profile,
                                const DecodeLimits& limits) = 0;
    virtual ConnectorState state() const = 0;
};

Result<std::shared_ptr<Engine>> make_in_process_engine(const ConnectorConfig& config);
Result<std::shared_ptr<Engine>> make_isolated_engine(const ConnectorConfig& config);

// What a connector's status means to the caller; ok for TRIBUTARY_OK only.
Result<void> check_status(int32_t status, std::string_view function);

}  // namespace tributary::host
