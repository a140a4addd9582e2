#include "plugins/host/connector.hpp"

#include <fmt/format.h>

#include "plugins/host/facades.hpp"
#include "plugins/host/loader.hpp"

namespace tributary::host {
namespace {

class OpenConnector final : public Connector {
public:
    explicit OpenConnector(std::shared_ptr<const Context> context) : context_(std::move(context)) {
        switch (manifest().kind) {
            case Kind::feed:
                feed_ = make_feed_face(context_);
                break;
            case Kind::source:
                source_ = make_source_face(context_);
                break;
            case Kind::payout:
                executor_ = std::make_unique<Executor>(context_->limits.queue_count_max);
                payout_ = make_payout_face(context_, *executor_);
                break;
            case Kind::notice:
                executor_ = std::make_unique<Executor>(context_->limits.queue_count_max);
                notice_ = make_notice_face(context_, *executor_);
                break;
        }
    }

    const std::string& name() const override { return context_->name; }
    const Manifest& manifest() const override { return context_->engine->manifest(); }
    ConnectorState state() const override { return context_->engine->state(); }
    FeedConnector* as_feed() override { return feed_.get(); }
    PayoutConnector* as_payout() override { return payout_.get(); }
    NoticeConnector* as_notice() override { return notice_.get(); }
    SourceConnector* as_source() override { return source_.get(); }

private:
    std::shared_ptr<const Context> context_;
    std::unique_ptr<Executor> executor_;
    std::unique_ptr<FeedConnector> feed_;
    std::unique_ptr<PayoutConnector> payout_;
    std::unique_ptr<NoticeConnector> notice_;
    std::unique_ptr<SourceConnector> source_;
};

Result<std::shared_ptr<Engine>> make_engine(const ConnectorConfig& config) {
    return config.isolation == Isolation::none ? make_in_process_engine(config) : make_isolated_engine(config);
}

}  // namespace

const char* name_of(ConnectorPhase phase) {
    switch (phase) {
        case ConnectorPhase::running:
            return "running";
        case ConnectorPhase::restarting:
            return "restarting";
        case ConnectorPhase::failed:
            return "failed";
    }
    return "unknown";
}

Result<std::shared_ptr<Connector>> open_connector(ConnectorConfig config) {
    const auto named = [&](const Error& error) {
        return fail(error.code, fmt::format("connector '{}': {}", config.name, error.message));
    };
    auto context = std::make_shared<Context>();
    auto engine = make_engine(config);
    if (!engine) return named(engine.error());
    auto options = resolve_options((*engine)->manifest(), config.options, config.secrets);
    if (!options) return named(options.error());
    if (auto started = (*engine)->start(*options); !started) return named(started.error());
    context->name = config.name;
    context->engine = std::move(*engine);
    context->allowed = allowed_hosts(context->engine->manifest(), *options);
    context->options = std::move(*options);
    context->limits = config.limits;
    return std::shared_ptr<Connector>(std::make_shared<OpenConnector>(std::move(context)));
}

Result<Manifest> inspect_connector(const std::string& path, Isolation isolation, const std::string& worker_path) {
    ConnectorConfig config;
    config.name = path;
    config.path = path;
    config.isolation = isolation;
    config.worker_path = worker_path;
    TRIBUTARY_TRY(const std::shared_ptr<Engine> engine, make_engine(config));
    return engine->manifest();
}

}  // namespace tributary::host
