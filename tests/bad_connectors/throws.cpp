// Throws in push(), behind the SDK's barrier; throws in its constructor when told to.
#include <stdexcept>

#include "plugins/sdk/connector.hpp"

namespace {
using namespace tributary::sdk;

class ThrowingSession final : public FeedSession {
public:
    int32_t push(std::string_view, uint64_t&) override { throw std::runtime_error("thrown by push"); }
    int32_t finish() override { return TRIBUTARY_OK; }
};

class Throws final : public FeedConnector {
public:
    Throws(const Options& options, Log) {
        if (options["throw_early"] == "true") throw std::runtime_error("thrown by the constructor");
    }
    std::unique_ptr<FeedSession> open(const Options&, const tributary_feed_sink&) override {
        return std::make_unique<ThrowingSession>();
    }
    int32_t acknowledge(const tributary_ack_request&, const tributary_sink&) override { return TRIBUTARY_UNSUPPORTED; }
};

tributary_connector manifest() {
    static const tributary_option options[] = {
        option(TRIBUTARY_OPTION_BOOLEAN, "throw_early", "false", "throw in create")};
    auto descriptor = describe<Throws>(TRIBUTARY_KIND_FEED, "bad-throws", "1.0.0", "Throws");
    set_options(descriptor, options);
    descriptor.feed = feed_table();
    return descriptor;
}
}  // namespace

TRIBUTARY_EXPORT_CONNECTOR(manifest)
