#include "plugins/host/worker/system_calls.hpp"

#include <cerrno>
#include <memory>

#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tributary::host::worker {
namespace {

// Memory, the one socket, the end, and what the C library needs for them.
constexpr int allowed_calls[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(recvmsg),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(lseek),
    SCMP_SYS(pread64),
    SCMP_SYS(dup),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(getrandom),
    SCMP_SYS(sysinfo),
    SCMP_SYS(seccomp),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(gettimeofday),
#ifdef TRIBUTARY_SANITIZE  // what the sanitizers' run-time does behind every call
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(prlimit64),
    SCMP_SYS(getrlimit),
    SCMP_SYS(mincore),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(prctl),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(getppid),
    SCMP_SYS(pipe2),
    SCMP_SYS(ioctl),
#endif
};

struct FilterDeleter {
    void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, FilterDeleter>;

bool has_worked(int negative_errno) {
    if (negative_errno == 0) return true;
    errno = -negative_errno;
    return false;
}

// Registers of a trapped call.
#if defined(__x86_64__)
long argument(const ucontext_t& context, int index) {
    static constexpr int registers[] = {REG_RDI, REG_RSI, REG_RDX, REG_R10};
    return context.uc_mcontext.gregs[registers[index]];
}
#elif defined(__aarch64__)
long argument(const ucontext_t& context, int index) {
    return static_cast<long>(context.uc_mcontext.regs[index]);
}
#else
#error "tributary-worker: how a trapped system call is answered is written for x86-64 and arm64 only"
#endif

bool allow(void* filter, int call) {
    return has_worked(seccomp_rule_add_exact_array(filter, SCMP_ACT_ALLOW, call, 0, nullptr));
}

// no_new_privs is set already, and prctl() is not on the list.
bool load(void* filter) {
    return has_worked(seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0)) && has_worked(seccomp_load(filter));
}

}  // namespace

bool load_call_filter() {
    const Filter filter(seccomp_init(SCMP_ACT_TRAP));
    if (!filter) return errno = ENOMEM, false;
    if (!has_worked(seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS))) return false;
    for (const int call : allowed_calls) {
        if (!allow(filter.get(), call)) return false;
    }
    // abort() signals itself; nobody else can be signalled.
    const scmp_arg_cmp self = SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(getpid()), 0);
    if (!has_worked(seccomp_rule_add_exact_array(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &self)))
        return false;
    return load(filter.get());
}

bool load_executable_memory_filter() {
    const Filter filter(seccomp_init(SCMP_ACT_ALLOW));
    if (!filter) return errno = ENOMEM, false;
    const scmp_arg_cmp executable = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC);
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
        if (!has_worked(seccomp_rule_add_exact_array(filter.get(), SCMP_ACT_TRAP, call, 1, &executable))) return false;
    }
    if (!has_worked(seccomp_rule_add_exact_array(filter.get(), SCMP_ACT_TRAP, SCMP_SYS(seccomp), 0, nullptr)))
        return false;
    return load(filter.get());
}

CallAnswer answer_of(int number, const ucontext_t& context) {
    switch (number) {
#ifdef SYS_open
        case SYS_open:
#endif
        case SYS_openat:
            return CallAnswer::open;
        case SYS_newfstatat: {
            const char* path = path_argument(number, context);
            const bool is_empty = path != nullptr && path[0] == '\0' && (argument(context, 3) & AT_EMPTY_PATH) != 0;
            return is_empty ? CallAnswer::stat_of_descriptor : CallAnswer::no_such_file;
        }
#ifdef SYS_open
        case SYS_stat:
        case SYS_lstat:
        case SYS_access:
        case SYS_readlink:
#endif
        case SYS_statx:
        case SYS_faccessat:
        case SYS_faccessat2:
        case SYS_readlinkat:
            return CallAnswer::no_such_file;
        default:
            return CallAnswer::violation;
    }
}

const char* path_argument(int number, const ucontext_t& context) {
#ifdef SYS_open
    if (number == SYS_open) return reinterpret_cast<const char*>(argument(context, 0));
#else
    static_cast<void>(number);
#endif
    return reinterpret_cast<const char*>(argument(context, 1));
}

long stat_of_descriptor(const ucontext_t& context) {
    const long answered = syscall(SYS_fstat, argument(context, 0), argument(context, 2));
    return answered == 0 ? 0 : -errno;
}

#if defined(__x86_64__)
void set_result(ucontext_t& context, long result) {
    context.uc_mcontext.gregs[REG_RAX] = result;
}
#else
void set_result(ucontext_t& context, long result) {
    context.uc_mcontext.regs[0] = static_cast<unsigned long>(result);
}
#endif

}  // namespace tributary::host::worker
