// The four faces of an open connector over one Engine: they lend owned records to the ABI, apply the host checks to
// what comes back, and move payout and notice calls to the executor thread. A Context is shared by the face and by
// every call under way, so a connector can be dropped at any time.
#pragma once
#include <memory>

#include "plugins/host/checks.hpp"
#include "plugins/host/engine.hpp"
#include "plugins/host/executor.hpp"

namespace tributary::host {

struct Context {
    std::string name;
    std::shared_ptr<Engine> engine;
    ResolvedOptions options;
    AllowedHosts allowed;
    ConnectorLimits limits;

    // Calls, turns status and collected failure into an Error that names the connector and the function.
    Result<CallReply> call(const CallInput& input, Collector& output) const;
    Error named(std::string_view function, const Error& error) const;
    Result<HttpRequest> take_request(std::string_view function, Collector& output) const;
    Result<PayoutResult> take_result(std::string_view function, Collector& output) const;
};

std::unique_ptr<FeedConnector> make_feed_face(std::shared_ptr<const Context> context);
std::unique_ptr<SourceConnector> make_source_face(std::shared_ptr<const Context> context);
std::unique_ptr<PayoutConnector> make_payout_face(std::shared_ptr<const Context> context, Executor& executor);
std::unique_ptr<NoticeConnector> make_notice_face(std::shared_ptr<const Context> context, Executor& executor);

}  // namespace tributary::host
