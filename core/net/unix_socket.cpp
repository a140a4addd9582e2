#include "core/net/unix_socket.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/file.hpp"

namespace tributary::net {

Result<void> clear_stale_socket(const std::string& path) {
    sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path)
        return fail(ErrorCode::config, fmt::format("socket path {} is longer than {} bytes; choose a shorter one",
                                                   path, sizeof address.sun_path - 1));
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
        if (errno == ENOENT) return {};
        return fail(ErrorCode::config, fmt::format("cannot look at {}: {}", path, system_message(errno)));
    }
    if (!S_ISSOCK(info.st_mode))
        return fail(ErrorCode::config,
                    fmt::format("{} exists and is no socket; move it away or choose another path", path));
    const FileDescriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!probe) return fail(ErrorCode::io, fmt::format("cannot make a socket: {}", system_message(errno)));
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN)
        return fail(ErrorCode::conflict, fmt::format("a server answers on {} already; stop it first", path));
    if (errno != ECONNREFUSED)
        return fail(ErrorCode::config,
                    fmt::format("cannot tell whether {} is in use: {}", path, system_message(errno)));
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return fail(ErrorCode::config,
                    fmt::format("cannot remove the stale socket {}: {}", path, system_message(errno)));
    return {};
}

Peer unix_peer(int fd) {
    Peer peer;
    peer.is_unix = true;
    peer.address = "unix";
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
        peer.uid = credentials.uid;
        peer.gid = credentials.gid;
        peer.pid = credentials.pid;
    }
    return peer;
}

Result<SocketFile> SocketFile::adopt(const std::string& path, unsigned mode) {
    SocketFile file;
    struct stat info {};
    if (::chmod(path.c_str(), mode) != 0 || ::lstat(path.c_str(), &info) != 0)
        return fail(ErrorCode::io, fmt::format("cannot set the mode of {}: {}", path, system_message(errno)));
    file.path_ = path;
    file.device_ = info.st_dev;
    file.inode_ = info.st_ino;
    return file;
}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
    if (this != &other) {
        remove();
        path_ = std::move(other.path_);
        device_ = other.device_;
        inode_ = other.inode_;
        other.path_.clear();
    }
    return *this;
}

void SocketFile::remove() {
    struct stat info {};
    if (!path_.empty() && ::lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ && info.st_ino == inode_)
        ::unlink(path_.c_str());
    path_.clear();
}

}  // namespace tributary::net
