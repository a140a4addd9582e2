// The cage of tributary-worker. confine() runs before the connector's library is opened, so its ELF constructors run
// inside; a step that fails is a reason not to start. In order:
//   1. limits: address space, processor time, descriptors, no core, no file growth; environment and all other
//      descriptors are gone; no_new_privs
//   2. Landlock, when the kernel has it: nothing of the file system but reading the system's library folders
//   3. preload(): the libraries that the connector needs, by bare name, from those folders only
//   4. seccomp: an allow-list of some thirty calls. Opening a file is no longer among them; the linker's own open of
//      the library is answered from a descriptor that was opened before (SIGSYS, see sandbox.cpp)
//   5. after dlopen, seal(): no new executable memory, no further opening of the library
// Without Landlock (old kernels) step 3 runs with ordinary read access; everything the connector brings runs after
// step 4 and is confined just the same. Single-threaded, once per process.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace tributary::host::worker {

struct Limits {
    uint64_t memory_size_max = 0;  // on top of what the process has at the start
    uint32_t cpu_s_max = 0;
};

inline constexpr const char* library_path = "/proc/self/fd/4";

Result<void> confine(const Limits& limits, const std::vector<std::string>& needed);  // steps 1..4
Result<void> seal();                                                                 // step 5

}  // namespace tributary::host::worker
