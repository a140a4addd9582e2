#include <array>

#include <fmt/format.h>
#include <unistd.h>

#include "plugins/host/engine.hpp"
#include "plugins/host/loader.hpp"
#include "plugins/host/worker_pool.hpp"

namespace tributary::host {
namespace {

// Whose fault an Error of a conversation is. A worker that died, hung or broke the protocol counts towards the pause;
// one whose connector broke a rule of the ABI, or whose caller stopped listening, is just not used again.
bool is_workers_failure(const Error& error) {
    return error.code == ErrorCode::unavailable || error.code == ErrorCode::timeout || error.code == ErrorCode::io;
}

// One file through one session of a worker.
class WorkerDecode {
public:
    enum class After { keep, drop, blame };

    WorkerDecode(WorkerProcess& worker, RecordGate& gate) : worker_(worker), gate_(gate) {}

    Result<void> decode(ByteSource& source, const Profile& profile, const DecodeLimits& limits) {
        std::vector<std::pair<std::string_view, std::string_view>> pairs;
        for (const Pair& pair : profile) pairs.emplace_back(pair.name, pair.value);
        TRIBUTARY_CHECK(converse(FrameType::open, encode_pairs(pairs), "open"));
        std::string chunk(limits.chunk_size, '\0');
        for (;;) {
            TRIBUTARY_TRY(const size_t got, source.read(chunk.data(), chunk.size()));
            if (got == 0) return converse(FrameType::finish, {}, "finish");
            gate_.count_input(got);
            if (gate_.summary().bytes > limits.byte_count_max) {
                return fail(ErrorCode::too_large,
                            fmt::format("the input is longer than {} bytes", limits.byte_count_max));
            }
            TRIBUTARY_CHECK(push({chunk.data(), got}));
        }
    }

    After after() const { return after_; }  // what becomes of the worker

private:
    Result<void> push(std::string_view chunk) {
        if (chunk.size() <= inline_size_max) return converse(FrameType::push, chunk, "push");
        TRIBUTARY_TRY(const FileDescriptor memory, make_sealed_memory("chunk", chunk));
        return converse(FrameType::push, {}, "push", memory.get());
    }

    // A connector that refuses bytes is well, and so is one whose source ran dry: the session is closed, the worker
    // kept.
    Result<void> converse(FrameType type, std::string_view payload, const char* function, int descriptor = -1) {
        const auto reply = worker_.converse(type, payload, &gate_, descriptor);
        if (!reply) {
            const bool is_to_blame = !gate_.failure() && is_workers_failure(reply.error());
            after_ = is_to_blame ? After::blame : After::drop;
            return reply.error();
        }
        auto status = check_status(reply->status, function);
        if (!status && status.error().code != ErrorCode::invalid) after_ = After::drop;
        return status;
    }

    WorkerProcess& worker_;
    RecordGate& gate_;
    After after_ = After::keep;
};

class IsolatedEngine final : public Engine {
public:
    IsolatedEngine(const std::string& name, std::unique_ptr<HostLog> log, WorkerSetup setup)
        : log_(std::move(log)), pool_(name, std::move(setup)) {}

    Result<void> read_manifest() {
        TRIBUTARY_TRY(const std::unique_ptr<WorkerProcess> bare, pool_.start_bare());
        manifest_ = bare->manifest();
        return {};
    }

    const Manifest& manifest() const override { return manifest_; }
    ConnectorState state() const override { return pool_.state(); }

    Result<void> start(ResolvedOptions options) override {
        log_->hide(options);
        pool_.set_options(options);
        TRIBUTARY_TRY(std::unique_ptr<WorkerProcess> worker, pool_.acquire(WorkerPool::Use::call));
        pool_.give_back(std::move(worker));
        return {};
    }

    Result<CallReply> call(const CallInput& input, CallOutput& output) override {
        std::string payload;
        TRIBUTARY_CHECK(encode_call(input, payload));
        TRIBUTARY_TRY(std::unique_ptr<WorkerProcess> worker, pool_.acquire(WorkerPool::Use::call));
        auto reply = worker->converse(FrameType::call, payload, &output);
        settle(std::move(worker), reply);
        return reply;
    }

    Result<void> decode(ByteSource& source, RecordGate& gate, const Profile& profile,
                        const DecodeLimits& limits) override {
        TRIBUTARY_TRY(std::unique_ptr<WorkerProcess> worker, pool_.acquire(WorkerPool::Use::decode));
        WorkerDecode run(*worker, gate);
        auto decoded = run.decode(source, profile, limits);
        switch (run.after()) {
            case WorkerDecode::After::keep: {
                const auto closed = worker->converse(FrameType::close, {}, nullptr);
                settle(std::move(worker), closed);
                break;
            }
            case WorkerDecode::After::drop:
                pool_.drop(std::move(worker));
                break;
            case WorkerDecode::After::blame:
                pool_.blame(std::move(worker), decoded.error());
                break;
        }
        return decoded;
    }

private:
    static Result<void> encode_call(const CallInput& input, std::string& payload) {
        const OpTraits* traits = traits_of(input.op);
        WireWriter writer(payload);
        writer.number32(static_cast<uint32_t>(input.op));
        bool is_encoded = encode_record(*traits->subject, input.subject, payload);
        writer.number32(input.response != nullptr ? 1 : 0);
        if (input.response != nullptr)
            is_encoded = is_encoded && encode_record(http_response_shape, input.response, payload);
        if (is_encoded) return {};
        return fail(ErrorCode::too_large,
                    fmt::format("{}: the input is past the limits of a connector call", traits->name));
    }

    template <class T>
    void settle(std::unique_ptr<WorkerProcess> worker, const Result<T>& outcome) {
        if (outcome) {
            pool_.give_back(std::move(worker));
        } else if (is_workers_failure(outcome.error())) {
            pool_.blame(std::move(worker), outcome.error());
        } else {
            pool_.drop(std::move(worker));
        }
    }

    std::unique_ptr<HostLog> log_;  // before pool_: workers end first
    WorkerPool pool_;
    Manifest manifest_;
};

std::string default_worker_path() {
    std::array<char, 4096> self{};
    const ssize_t size = readlink("/proc/self/exe", self.data(), self.size());
    if (size > 0) {
        const std::string beside =
            directory_of(std::string(self.data(), static_cast<size_t>(size))) + "/tributary-worker";
        if (access(beside.c_str(), X_OK) == 0) return beside;
    }
    return "/usr/libexec/tributary/tributary-worker";
}

}  // namespace

Result<std::shared_ptr<Engine>> make_isolated_engine(const ConnectorConfig& config) {
    auto checked = check_file(config.path);
    if (!checked) return error_of(checked.error());
    WorkerSetup setup;
    setup.worker_path = config.worker_path.empty() ? default_worker_path() : config.worker_path;
    setup.connector_file = checked->path;
    setup.limits = config.limits;
    TRIBUTARY_TRY(setup.library, make_sealed_memory("connector", checked->bytes));
    auto log = std::make_unique<HostLog>(config.name);
    setup.log = log.get();
    auto engine = std::make_shared<IsolatedEngine>(config.name, std::move(log), std::move(setup));
    TRIBUTARY_CHECK(engine->read_manifest());
    return std::shared_ptr<Engine>(std::move(engine));
}

}  // namespace tributary::host
