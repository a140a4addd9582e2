#include "connectors/feeds/x12/connector.hpp"

#include "connectors/feeds/x12/acknowledge.hpp"
#include "connectors/feeds/x12/profile.hpp"
#include "connectors/feeds/x12/session.hpp"

namespace tributary::x12 {

Connector::Connector(const sdk::Options&, const sdk::Log& log) : log_(log) {}

std::unique_ptr<sdk::FeedSession> Connector::open(const sdk::Options& options, const tributary_feed_sink& sink) {
    for (const std::string& name : Profile::unknown_names(options)) {
        log_(TRIBUTARY_LOG_WARNING, "feed-x12: the partner profile sets '" + name + "', which is not used");
    }
    try {
        return std::make_unique<Session>(library_, Profile(options), sink);
    } catch (const sdk::BadOption& bad) {
        log_(TRIBUTARY_LOG_ERROR, "feed-x12: partner profile: " + bad.message);
        throw;
    }
}

int32_t Connector::acknowledge(const tributary_ack_request& request, const tributary_sink& sink) {
    if (request.interchange == nullptr) return TRIBUTARY_BAD_ARGUMENT;
    const std::string answer = acknowledgement(request);
    return answer.empty() ? int32_t(TRIBUTARY_OK) : sink.write(sink.context, sdk::span(answer));
}

tributary_connector descriptor() {
    auto connector = sdk::describe<Connector>(TRIBUTARY_KIND_FEED, "feed-x12", "1.0.0",
                                              "ANSI X12 sales reports (867), acknowledged with 997 and TA1");
    connector.feed = sdk::feed_table();
    return connector;
}

}  // namespace tributary::x12
