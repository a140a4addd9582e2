#include <mutex>

#include <fmt/format.h>

#include "plugins/host/engine.hpp"
#include "plugins/host/loader.hpp"

namespace tributary::host {
namespace {

// One instance; destroyed by its connector.
class Instance {
public:
    Instance(const tributary_connector& connector, tributary_instance* self) : connector_(connector), self_(self) {}
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;
    ~Instance() {
        shielded([this] { return connector_.destroy(self_), TRIBUTARY_OK; });
    }
    tributary_instance* get() const { return self_; }

private:
    const tributary_connector& connector_;
    tributary_instance* self_;
};

class Session {
public:
    Session(const tributary_feed& feed, tributary_session* self) : feed_(feed), self_(self) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() {
        shielded([this] { return feed_.close(self_), TRIBUTARY_OK; });
    }

    // The gate never asks to be called again, so a connector that stops early without its having failed is broken.
    Result<void> push(std::string_view bytes, const RecordGate& gate) {
        uint64_t taken = 0;
        const int32_t status = shielded([&] { return feed_.push(self_, span_of(bytes), &taken); });
        if (gate.failure()) return *gate.failure();
        TRIBUTARY_CHECK(check_status(status, "push"));
        if (taken == bytes.size()) return {};
        return fail(ErrorCode::corrupt, fmt::format("push took {} of {} bytes and said OK", taken, bytes.size()));
    }

    Result<void> finish(const RecordGate& gate) {
        const int32_t status = shielded([&] { return feed_.finish(self_); });
        if (gate.failure()) return *gate.failure();
        return check_status(status, "finish");
    }

private:
    const tributary_feed& feed_;
    tributary_session* self_;
};

class InProcessEngine final : public Engine {
public:
    InProcessEngine(std::string name, Loaded loaded)
        : log_(std::move(name)), host_(log_.abi()), loaded_(std::move(loaded)) {}

    const Manifest& manifest() const override { return loaded_.manifest; }
    ConnectorState state() const override { return {}; }

    Result<void> start(ResolvedOptions options) override {
        log_.hide(options);
        options_ = std::move(options);
        TRIBUTARY_TRY(instance_, create());
        return {};
    }

    Result<CallReply> call(const CallInput& input, CallOutput& output) override {
        const std::lock_guard lock(mutex_);
        return invoke(*loaded_.descriptor, instance_->get(), input, output);
    }

    Result<void> decode(ByteSource& source, RecordGate& gate, const Profile& profile,
                        const DecodeLimits& limits) override {
        TRIBUTARY_TRY(std::unique_ptr<Instance> instance, create());
        const tributary_feed& feed = *loaded_.descriptor->feed;
        const auto pairs = lend(profile);
        const tributary_feed_sink sink = feed_sink_to(gate);
        tributary_session* self = nullptr;
        const int32_t status =
            shielded([&] { return feed.open(instance->get(), pairs.data(), pairs.size(), &sink, &self); });
        TRIBUTARY_CHECK(check_status(status, "open"));
        if (self == nullptr) return fail(ErrorCode::corrupt, "open gave no session and said OK");
        Session session(feed, self);
        std::string chunk(limits.chunk_size, '\0');
        for (;;) {
            TRIBUTARY_TRY(const size_t got, source.read(chunk.data(), chunk.size()));
            if (got == 0) return session.finish(gate);
            gate.count_input(got);
            if (gate.summary().bytes > limits.byte_count_max) {
                return fail(ErrorCode::too_large,
                            fmt::format("the input is longer than {} bytes", limits.byte_count_max));
            }
            TRIBUTARY_CHECK(session.push({chunk.data(), got}, gate));
        }
    }

private:
    Result<std::unique_ptr<Instance>> create() {
        std::vector<tributary_pair> pairs;
        for (const ResolvedOption& option : options_)
            pairs.push_back({span_of(option.name), span_of(option.value.reveal())});
        tributary_instance* self = nullptr;
        const int32_t status =
            shielded([&] { return loaded_.descriptor->create(&host_, pairs.data(), pairs.size(), &self); });
        if (status == TRIBUTARY_BAD_OPTION) {
            return fail(ErrorCode::config, fmt::format("the connector refused its options: {}", log_.last_error()));
        }
        TRIBUTARY_CHECK(check_status(status, "create"));
        if (self == nullptr) return fail(ErrorCode::corrupt, "create gave no instance and said OK");
        return std::make_unique<Instance>(*loaded_.descriptor, self);
    }

    HostLog log_;
    tributary_host host_;
    Loaded loaded_;
    ResolvedOptions options_;
    std::mutex mutex_;  // [single]: guards calls on instance_
    std::unique_ptr<Instance> instance_;
};

}  // namespace

Result<std::shared_ptr<Engine>> make_in_process_engine(const ConnectorConfig& config) {
    auto loaded = load(config.path);
    if (!loaded) return error_of(loaded.error());
    return std::shared_ptr<Engine>(std::make_shared<InProcessEngine>(config.name, std::move(*loaded)));
}

Result<void> check_status(int32_t status, std::string_view function) {
    switch (status) {
        case TRIBUTARY_OK:
            return {};
        case TRIBUTARY_FULL:
            return fail(ErrorCode::too_large, fmt::format("{} gave up: output full", function));
        case TRIBUTARY_BAD_ARGUMENT:
            return fail(ErrorCode::invalid, fmt::format("{} refused its input", function));
        case TRIBUTARY_BAD_OPTION:
            return fail(ErrorCode::config, fmt::format("{} refused an option", function));
        case TRIBUTARY_BAD_INPUT:
            return fail(ErrorCode::invalid, fmt::format("{} cannot read these bytes", function));
        case TRIBUTARY_UNSUPPORTED:
            return fail(ErrorCode::invalid, fmt::format("{} is not supported", function));
        case TRIBUTARY_INTERNAL:
            return fail(ErrorCode::internal, fmt::format("{} failed by a bug in the connector", function));
        default:
            return fail(ErrorCode::corrupt,
                        fmt::format("{} answered status {}, which does not exist", function, status));
    }
}

}  // namespace tributary::host
