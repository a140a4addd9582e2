#include "plugins/host/worker/sandbox.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/encoding.hpp"
#include "core/base/file.hpp"
#include "plugins/host/protocol.hpp"
#include "plugins/host/worker/landlock.hpp"
#include "plugins/host/worker/system_calls.hpp"

namespace tributary::host::worker {
namespace {

constexpr int library_reopened = 5;  // its own offset, handed to the linker once
constexpr rlim_t descriptor_count_max = 32;

Error cannot(const char* what) {
    return fail(ErrorCode::unavailable,
                fmt::format("the worker cannot confine itself: {}: {}", what, system_message(errno)));
}

Result<uint64_t> address_space_used() {
    TRIBUTARY_TRY(const std::string text, read_file("/proc/self/statm", 4096));
    const auto pages = parse_int(std::string_view(text).substr(0, text.find(' ')));
    if (!pages) return fail(ErrorCode::unavailable, "the worker cannot read /proc/self/statm: is /proc mounted?");
    return static_cast<uint64_t>(*pages) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

bool set_limit(__rlimit_resource resource, rlim_t value) {
    const rlimit limit{value, resource == RLIMIT_CPU ? value + 1 : value};  // SIGXCPU says more than SIGKILL
    return setrlimit(resource, &limit) == 0;
}

Result<void> set_limits(const Limits& limits) {
    TRIBUTARY_TRY(const uint64_t used, address_space_used());
#ifndef TRIBUTARY_SANITIZE  // AddressSanitizer reserves terabytes
    if (!set_limit(RLIMIT_AS, used + limits.memory_size_max)) return cannot("RLIMIT_AS");
#else
    static_cast<void>(used);
#endif
    if (!set_limit(RLIMIT_CPU, limits.cpu_s_max)) return cannot("RLIMIT_CPU");
    if (!set_limit(RLIMIT_NOFILE, descriptor_count_max)) return cannot("RLIMIT_NOFILE");
    if (!set_limit(RLIMIT_CORE, 0)) return cannot("RLIMIT_CORE");
    if (!set_limit(RLIMIT_FSIZE, 0)) return cannot("RLIMIT_FSIZE");
    if (!set_limit(RLIMIT_MSGQUEUE, 0)) return cannot("RLIMIT_MSGQUEUE");
    if (!set_limit(RLIMIT_NPROC, 0)) return cannot("RLIMIT_NPROC");
    return {};
}

Result<void> drop_descriptors() {
    const int reopened = open(library_path, O_RDONLY | O_CLOEXEC);
    if (reopened < 0) return cannot("opening the library's descriptor again");
    if (reopened != library_reopened && dup2(reopened, library_reopened) < 0) return cannot("dup2");
    if (close_range(library_reopened + 1, ~0u, 0) != 0) return cannot("close_range");
    return {};
}

Result<void> preload(const std::vector<std::string>& needed) {
    for (const std::string& name : needed) {
        if (name.empty() || name.find('/') != std::string::npos) {
            return fail(ErrorCode::invalid,
                        fmt::format("it needs a library by path, '{}'; only names are allowed", printable(name)));
        }
        if (dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) {
            return fail(ErrorCode::invalid,
                        fmt::format("it needs {}: install it: {}", printable(name), printable(dlerror(), 256)));
        }
    }
    return {};
}

// ---- SIGSYS: what the filter trapped -----------------------------------------------------------------------------
// Runs on the thread that made the call (there is only one), never inside our own send_frame: that makes allowed calls
// only. So the frame it writes stands alone.

bool is_sealed = false;

[[noreturn]] void report_violation(uint32_t number) {
    struct {
        uint32_t size = sizeof(uint32_t);
        uint32_t type = static_cast<uint32_t>(FrameType::violation);
        uint32_t call;
    } frame;
    frame.call = number;
    static_cast<void>(!write(worker_socket, &frame, sizeof frame));
    _exit(1);
}

// The linker opens the library by library_path; everybody else finds no file at all.
long answer_open(const char* path) {
    if (is_sealed || path == nullptr || std::strcmp(path, library_path) != 0) return -ENOENT;
    const int copy = dup(library_reopened);
    return copy >= 0 ? copy : -errno;
}

void on_forbidden_call(int, siginfo_t* info, void* raw_context) {
    const int saved_errno = errno;
    auto* context = static_cast<ucontext_t*>(raw_context);
    switch (answer_of(info->si_syscall, *context)) {
        case CallAnswer::open:
            set_result(*context, answer_open(path_argument(info->si_syscall, *context)));
            break;
        case CallAnswer::stat_of_descriptor:
            set_result(*context, stat_of_descriptor(*context));
            break;
        case CallAnswer::no_such_file:
            set_result(*context, -ENOENT);
            break;
        case CallAnswer::violation:
            report_violation(static_cast<uint32_t>(info->si_syscall));
    }
    errno = saved_errno;
}

Result<void> catch_forbidden_calls() {
    struct sigaction action {};
    action.sa_sigaction = &on_forbidden_call;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    if (sigaction(SIGSYS, &action, nullptr) != 0) return cannot("sigaction");
    return {};
}

}  // namespace

Result<void> confine(const Limits& limits, const std::vector<std::string>& needed) {
    TRIBUTARY_CHECK(drop_descriptors());
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return cannot("no_new_privs");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return cannot("PR_SET_DUMPABLE");
    TRIBUTARY_CHECK(set_limits(limits));  // reads /proc, so before Landlock
    if (!restrict_files()) return cannot("Landlock");
    TRIBUTARY_CHECK(preload(needed));
    TRIBUTARY_CHECK(catch_forbidden_calls());
    if (!load_call_filter()) return cannot("seccomp");
    return {};
}

Result<void> seal() {
    is_sealed = true;
    close(library_reopened);
    close(worker_library);
    if (!load_executable_memory_filter()) return cannot("the second seccomp filter");
    return {};
}

}  // namespace tributary::host::worker
