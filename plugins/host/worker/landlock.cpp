#include "plugins/host/worker/landlock.hpp"

#include <cerrno>
#include <cstdint>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/file.hpp"

namespace tributary::host::worker {
namespace {

// Rights by Landlock ABI version; the header of the build machine may be older than the kernel.
constexpr uint64_t rights_of_abi(long abi) {
    uint64_t rights = (1u << 13) - 1;  // EXECUTE .. MAKE_SYM
    if (abi >= 2) rights |= 1u << 13;  // REFER
    if (abi >= 3) rights |= 1u << 14;  // TRUNCATE
    if (abi >= 5) rights |= 1u << 15;  // IOCTL_DEV
    return rights;
}

struct RulesetAttributes {
    uint64_t handled_access_fs = 0;
    uint64_t handled_access_net = 0;  // ABI 4: 1 = bind TCP, 2 = connect TCP
    uint64_t scoped = 0;              // ABI 6: 1 = abstract sockets, 2 = signals
};

size_t size_of_abi(long abi) {
    return abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
}

bool allow_reading(int ruleset, const char* path) {
    const FileDescriptor folder(open(path, O_PATH | O_CLOEXEC));
    if (!folder) return true;  // not on this system: nothing to allow
    landlock_path_beneath_attr rule{};
    rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
    rule.parent_fd = folder.get();
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

}  // namespace

bool restrict_files() {
    const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 0) return errno == ENOSYS || errno == EOPNOTSUPP;
    RulesetAttributes attributes;
    attributes.handled_access_fs = rights_of_abi(abi);
    if (abi >= 4) attributes.handled_access_net = 3;
    if (abi >= 6) attributes.scoped = 3;
    const FileDescriptor ruleset(
        static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size_of_abi(abi), 0)));
    if (!ruleset) return false;
    for (const char* path : {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"}) {
        if (!allow_reading(ruleset.get(), path)) return false;
    }
    return syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
}

}  // namespace tributary::host::worker
