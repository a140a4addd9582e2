// What daemon and worker say to each other over their socketpair: frames of {size, type} and a payload, always in
// turns:
//
//   daemon                     worker
//   start(limits) ---------->  confines itself, loads the library (descriptor 4)
//               <------------  ready(manifest) | refused(why)
//   create(options) -------->
//   call | open | push | finish | close ->
//               <------------  (records | bytes | fault | log)* done(status), after create and each of these five
//               <------------  violation(system call), then it is gone, at any time
//
// The worker is a stranger: the daemon checks every frame and kills it at the first that does not fit.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/file.hpp"
#include "core/base/result.hpp"

namespace tributary::host {

enum class FrameType : uint32_t {
    start = 1,  // u64 memory_size_max, u64 output_size_max, u32 cpu_s_max
    create,     // pairs: option names and values
    call,       // u32 Op, subject record, u32 has_response, response record
    open,       // pairs: the partner profile
    push,       // bytes; or nothing and a descriptor with them: a sealed memfd
    finish,
    close,
    ready = 100,  // manifest
    refused,      // u32 LoadRefusal, text
    records,      // ( u32 shape id, record )*
    bytes,
    fault,     // text: which rule the connector broke with a record
    log,       // u32 level, text
    done,      // u32 status, u32 more, u64 processor time in ms since the start
    violation  // u32 number of the forbidden system call
};

struct Frame {
    FrameType type = FrameType::done;
    std::string payload;
    FileDescriptor descriptor;  // with push only
};

inline constexpr uint32_t frame_size_max = 64u << 20;
inline constexpr size_t inline_size_max = 32u << 10;      // larger chunks of a feed go as a memfd
inline constexpr size_t records_frame_size = 256u << 10;  // a worker sends its records when it has so much
inline constexpr int worker_socket = 3;                   // descriptor numbers in the worker
inline constexpr int worker_library = 4;

struct WaitBudget {  // time the peer may take, spent only while waiting for it; negative = for ever
    int64_t left_ms = -1;
};

Result<void> send_frame(int socket, FrameType type, std::string_view payload, WaitBudget& budget, int descriptor = -1);
// ErrorCode::unavailable with an empty message: the peer has gone.
Result<Frame> receive_frame(int socket, WaitBudget& budget, uint32_t size_max = frame_size_max);

Result<FileDescriptor> make_sealed_memory(const char* name, std::string_view bytes);

}  // namespace tributary::host
