// The seccomp filters of the worker, and how its SIGSYS handler answers what they trap. Anything that looks for a file
// is told that there is none, because libraries look for configuration in passing; anything else ends the worker.
#pragma once
#include <csignal>

#include <ucontext.h>

namespace tributary::host::worker {

bool load_call_filter();               // traps everything that is not on the allow-list; false: errno says why
bool load_executable_memory_filter();  // after the library is mapped: no more PROT_EXEC, no more filters

enum class CallAnswer { open, stat_of_descriptor, no_such_file, violation };

// Async-signal-safe, for the handler.
CallAnswer answer_of(int number, const ucontext_t& context);
const char* path_argument(int number, const ucontext_t& context);
long stat_of_descriptor(const ucontext_t& context);  // newfstatat(fd, "", buffer, AT_EMPTY_PATH) as fstat
void set_result(ucontext_t& context, long result);

}  // namespace tributary::host::worker
