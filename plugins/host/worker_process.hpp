// One tributary-worker and the socket to it. Owns the process: it is killed and reaped when this goes. Not thread safe;
// the pool lends it to one caller at a time. After any Error from here it is good for nothing but reason() and its end.
#pragma once
#include <memory>

#include <sys/types.h>

#include "plugins/host/connector.hpp"
#include "plugins/host/host_log.hpp"
#include "plugins/host/invoke.hpp"
#include "plugins/host/protocol.hpp"
#include "plugins/host/wire.hpp"

namespace tributary::host {

struct WorkerSetup {
    std::string worker_path;
    std::string connector_file;  // for ps and messages
    FileDescriptor library;      // sealed memfd
    ConnectorLimits limits;
    HostLog* log = nullptr;
};

class WorkerProcess {
public:
    // Starts it and waits until it is confined and has told its manifest.
    static Result<std::unique_ptr<WorkerProcess>> start(const WorkerSetup& setup);
    ~WorkerProcess();
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    const Manifest& manifest() const { return manifest_; }
    // Sends one frame and takes what comes until done. output may be null where nothing may come.
    Result<CallReply> converse(FrameType type, std::string_view payload, CallOutput* output, int descriptor = -1);
    bool is_alive() const;
    uint64_t processor_time_ms() const { return processor_time_ms_; }

private:
    explicit WorkerProcess(const WorkerSetup& setup) : setup_(setup) {}
    Result<void> spawn();
    Result<void> shake_hands();
    Result<CallReply> take_until_done(CallOutput* output, WaitBudget& budget);
    Result<void> take(const Frame& frame, CallOutput* output);
    Result<void> take_records(std::string_view payload, CallOutput* output);
    Result<CallReply> take_done(std::string_view payload);
    void take_log(std::string_view payload);
    Error why(const Error& error);  // turns "gone" into how it went
    Error how_it_ended();

    const WorkerSetup& setup_;
    pid_t pid_ = -1;
    FileDescriptor socket_;
    Manifest manifest_;
    Arena arena_;
    uint64_t processor_time_ms_ = 0;
};

std::string encode_pairs(const std::vector<std::pair<std::string_view, std::string_view>>& pairs);

}  // namespace tributary::host
