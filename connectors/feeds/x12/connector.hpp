// The X12 feed connector behind the ABI: tables compiled once, a Session per file, acknowledgements.
// Sessions borrow the connector's tables and end before it. [single]
#pragma once
#include "connectors/feeds/x12/library.hpp"
#include "plugins/sdk/connector.hpp"

namespace tributary::x12 {

class Connector : public sdk::FeedConnector {
public:
    Connector(const sdk::Options& options, const sdk::Log& log);
    std::unique_ptr<sdk::FeedSession> open(const sdk::Options& profile, const tributary_feed_sink& sink) override;
    int32_t acknowledge(const tributary_ack_request& request, const tributary_sink& sink) override;

private:
    sdk::Log log_;
    Library library_;
};

tributary_connector descriptor();

}  // namespace tributary::x12
