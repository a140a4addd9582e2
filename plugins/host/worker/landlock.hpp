// Landlock: from here on the process may only read below the system's library folders. Kernels without it are accepted
// (see sandbox.hpp); a kernel that has it and refuses is not. Once per process, before any thread.
#pragma once

namespace tributary::host::worker {

bool restrict_files();  // false: errno says why

}  // namespace tributary::host::worker
