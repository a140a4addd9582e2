// Credential files: one secret a file, in a directory that only the daemon reads.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.hpp"
#include "core/daemon/config.hpp"

namespace tributary {
namespace {

constexpr size_t credential_size_max = 64 << 10;

Result<void> check_mode(int fd, const std::string& path) {
    struct stat status {};
    if (::fstat(fd, &status) != 0)
        return fail(ErrorCode::io, fmt::format("{}: cannot be examined: {}", path, system_message(errno)));
    if (!S_ISREG(status.st_mode)) return fail(ErrorCode::config, fmt::format("{}: is not a regular file", path));
    if ((status.st_mode & 022) != 0)
        return fail(ErrorCode::config, fmt::format("{}: others may write to it; chmod 0400 it", path));
    if (status.st_size > static_cast<off_t>(credential_size_max))
        return fail(ErrorCode::config, fmt::format("{}: is larger than {} bytes", path, credential_size_max));
    return {};
}

Result<std::string> read_all(int fd, const std::string& path) {
    std::string text(credential_size_max + 1, '\0');
    size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(fd, text.data() + size, text.size() - size);
        if (got == 0) break;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(ErrorCode::io, fmt::format("{}: cannot be read: {}", path, system_message(errno)));
        size += static_cast<size_t>(got);
    }
    text.resize(size);
    return text;
}

}  // namespace

Result<Secret> read_credential(const Config& config, const Credential& credential) {
    if (config.credentials_directory.empty())
        return fail(ErrorCode::config, fmt::format("credential '{}': there is no credentials directory; set [daemon] "
                                                   "credentials_directory, or LoadCredential= in the systemd unit",
                                                   credential.name));
    const std::string path = config.credentials_directory + "/" + credential.name;
    Result<FileDescriptor> fd = open_for_read(path);
    if (!fd) return fail(ErrorCode::config, fmt::format("credential '{}': {}", credential.name, fd.error().message));
    TRIBUTARY_CHECK(check_mode(fd->get(), path));
    TRIBUTARY_TRY(std::string text, read_all(fd->get(), path));
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    if (text.empty())
        return fail(ErrorCode::config, fmt::format("credential '{}': {} is empty", credential.name, path));
    return Secret(std::move(text));
}

}  // namespace tributary
