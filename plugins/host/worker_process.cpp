#include "plugins/host/worker_process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <seccomp.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.hpp"
#include "core/base/encoding.hpp"
#include "core/base/log.hpp"
#include "plugins/host/gate.hpp"
#include "plugins/host/loader.hpp"
#include "plugins/host/manifest_check.hpp"

namespace tributary::host {
namespace {

constexpr int64_t start_timeout_ms = 20'000;
constexpr int descriptor_min = 16;  // ours must not collide with the numbers the worker gets

class SpawnActions {
public:
    SpawnActions() {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
    }
    ~SpawnActions() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;

    // A group of its own, so that a terminal's Ctrl-C leaves ending workers to the daemon; no blocked or ignored
    // signals.
    void prepare(int socket, int library) {
        sigset_t all{}, none{};
        sigfillset(&all);
        sigemptyset(&none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
        posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0);
#ifndef TRIBUTARY_SANITIZE
        posix_spawn_file_actions_addopen(&actions_, 2, "/dev/null", O_WRONLY, 0);
#endif
        posix_spawn_file_actions_adddup2(&actions_, socket, worker_socket);
        posix_spawn_file_actions_adddup2(&actions_, library, worker_library);
    }
    // The environment is empty; a sanitizer's run-time, which makes do without RLIMIT_AS, is told its limit there.
    int spawn(const std::string& program, const std::string& title, uint64_t memory_size_max, pid_t& pid) {
        std::string name = "tributary-worker", argument = title;
        char* arguments[] = {name.data(), argument.data(), nullptr};
        std::string sanitizer = fmt::format(
            "ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb={}", memory_size_max >> 20);
#ifdef TRIBUTARY_SANITIZE
        char* environment[] = {sanitizer.data(), nullptr};
#else
        char* environment[] = {nullptr};
#endif
        return posix_spawn(&pid, program.c_str(), &actions_, &attributes_, arguments, environment);
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

std::string name_of_call(uint32_t number) {
    char* name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, static_cast<int>(number));
    std::string owned = name == nullptr ? std::to_string(number) : name;
    std::free(name);
    return owned;
}

Error broken_protocol(std::string_view what) {
    return fail(ErrorCode::corrupt, fmt::format("the worker broke its protocol: {}", what));
}

}  // namespace

std::string encode_pairs(const std::vector<std::pair<std::string_view, std::string_view>>& pairs) {
    std::string payload;
    WireWriter writer(payload);
    writer.number32(static_cast<uint32_t>(pairs.size()));
    for (const auto& [name, value] : pairs) {
        writer.text(name);
        writer.text(value);
    }
    return payload;
}

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(const WorkerSetup& setup) {
    std::unique_ptr<WorkerProcess> worker(new WorkerProcess(setup));
    TRIBUTARY_CHECK(worker->spawn());
    if (auto hands = worker->shake_hands(); !hands) return worker->why(hands.error());
    return worker;
}

WorkerProcess::~WorkerProcess() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Result<void> WorkerProcess::spawn() {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return fail(ErrorCode::io, fmt::format("socketpair: {}", system_message(errno)));
    }
    socket_ = FileDescriptor(pair[0]);
    const FileDescriptor theirs(pair[1]);
    const FileDescriptor their_socket(fcntl(theirs.get(), F_DUPFD_CLOEXEC, descriptor_min));
    const FileDescriptor their_library(fcntl(setup_.library.get(), F_DUPFD_CLOEXEC, descriptor_min));
    if (!their_socket || !their_library) return fail(ErrorCode::io, fmt::format("fcntl: {}", system_message(errno)));
    SpawnActions actions;
    actions.prepare(their_socket.get(), their_library.get());
    const int failed = actions.spawn(setup_.worker_path, setup_.connector_file, setup_.limits.memory_size_max, pid_);
    if (failed != 0) {
        pid_ = -1;
        return fail(ErrorCode::unavailable,
                    fmt::format("{}: cannot be started: {}: install the worker, or set isolation = "
                                "\"none\"",
                                setup_.worker_path, system_message(failed)));
    }
    return {};
}

Result<void> WorkerProcess::shake_hands() {
    std::string payload;
    WireWriter writer(payload);
    writer.number64(setup_.limits.memory_size_max);
    writer.number64(setup_.limits.output_size_max);
    writer.number32(setup_.limits.cpu_s_max);
    WaitBudget budget{start_timeout_ms};
    TRIBUTARY_CHECK(send_frame(socket_.get(), FrameType::start, payload, budget));
    for (;;) {
        TRIBUTARY_TRY(const Frame frame, receive_frame(socket_.get(), budget));
        WireReader in(frame.payload);
        switch (frame.type) {
            case FrameType::ready: {
                auto manifest = decode_manifest(frame.payload);
                if (!manifest) return broken_protocol("unreadable manifest");
                TRIBUTARY_CHECK(check_manifest(*manifest));
                manifest_ = std::move(*manifest);
                return {};
            }
            case FrameType::refused:
                in.number32();
                return fail(ErrorCode::config,
                            fmt::format("{}: {}", setup_.connector_file, printable(in.text(), 1024)));
            default:
                TRIBUTARY_CHECK(take(frame, nullptr));
        }
    }
}

Result<CallReply> WorkerProcess::converse(FrameType type, std::string_view payload, CallOutput* output,
                                          int descriptor) {
    WaitBudget budget{setup_.limits.call_timeout_ms};
    const auto sent = send_frame(socket_.get(), type, payload, budget, descriptor);
    auto reply = sent ? take_until_done(output, budget) : Result<CallReply>(sent.error());
    if (!reply) return why(reply.error());
    return reply;
}

Result<CallReply> WorkerProcess::take_until_done(CallOutput* output, WaitBudget& budget) {
    for (;;) {
        TRIBUTARY_TRY(const Frame frame, receive_frame(socket_.get(), budget));
        if (frame.type == FrameType::done) return take_done(frame.payload);
        TRIBUTARY_CHECK(take(frame, output));
    }
}

Result<void> WorkerProcess::take(const Frame& frame, CallOutput* output) {
    switch (frame.type) {
        case FrameType::log:
            take_log(frame.payload);
            return {};
        case FrameType::fault:
            return fail(ErrorCode::corrupt, printable(frame.payload, 1024));
        case FrameType::violation: {
            WireReader in(frame.payload);
            return fail(ErrorCode::unavailable, fmt::format("it tried the system call {}, which no connector may",
                                                            name_of_call(in.number32())));
        }
        case FrameType::records:
            if (output != nullptr) return take_records(frame.payload, output);
            break;
        case FrameType::bytes:
            if (output == nullptr) break;
            if (output->bytes(frame.payload) == TRIBUTARY_OK) return {};
            return fail(ErrorCode::too_large, "output full");
        default:
            break;
    }
    return broken_protocol(fmt::format("frame {} out of place", static_cast<uint32_t>(frame.type)));
}

// The gate or collector behind output keeps the reason when it refuses; here it only ends the conversation.
Result<void> WorkerProcess::take_records(std::string_view payload, CallOutput* output) {
    WireReader in(payload);
    while (!in.rest().empty()) {
        arena_.reset();
        const Shape* shape = shape_of_id(in.number32());
        const void* record = shape == nullptr ? nullptr : decode_record(*shape, in, arena_);
        if (record == nullptr) return broken_protocol("unreadable record");
        if (output->record(*shape, record) != TRIBUTARY_OK) return fail(ErrorCode::too_large, "output full");
    }
    return {};
}

Result<CallReply> WorkerProcess::take_done(std::string_view payload) {
    WireReader in(payload);
    CallReply reply;
    reply.status = static_cast<int32_t>(in.number32());
    reply.more = in.number32();
    processor_time_ms_ = in.number64();
    if (in.has_failed()) return broken_protocol("short done");
    return reply;
}

void WorkerProcess::take_log(std::string_view payload) {
    WireReader in(payload);
    const auto level = static_cast<int32_t>(in.number32());
    if (setup_.log != nullptr) setup_.log->write(level, in.text());
}

bool WorkerProcess::is_alive() const {
    pollfd polled{socket_.get(), POLLIN, 0};
    return pid_ > 0 && poll(&polled, 1, 0) == 0;  // between calls it has nothing to say, so anything means its end
}

Error WorkerProcess::why(const Error& error) {
    if (error.code == ErrorCode::timeout) {
        return fail(ErrorCode::timeout,
                    fmt::format("no answer within {} ms; the worker was stopped", setup_.limits.call_timeout_ms));
    }
    if (error.code != ErrorCode::unavailable || !error.message.empty()) return error;
    return how_it_ended();
}

Error WorkerProcess::how_it_ended() {
    int status = 0;
    pid_t reaped = -1;
    // Its end of the socket is closed, so its end is near; one that closed it and stays is killed.
    for (int turn = 0; turn < 200 && (reaped = waitpid(pid_, &status, WNOHANG)) == 0; ++turn) poll(nullptr, 0, 5);
    if (reaped == 0) return fail(ErrorCode::unavailable, "the worker closed its connection");
    pid_ = -1;
    if (reaped > 0 && WIFSIGNALED(status)) {
        const char* name = sigabbrev_np(WTERMSIG(status));
        return fail(ErrorCode::unavailable, fmt::format("it crashed (SIG{})", name == nullptr ? "?" : name));
    }
    return fail(ErrorCode::unavailable,
                fmt::format("the worker ended with code {}", WIFEXITED(status) ? WEXITSTATUS(status) : -1));
}

}  // namespace tributary::host
