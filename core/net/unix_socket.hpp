// The file side of a Unix socket: take the path, give it back, ask the kernel who is at the other end.
#pragma once
#include <cstdint>
#include <string>

#include <sys/types.h>

#include "core/base/result.hpp"
#include "core/net/http.hpp"

namespace tributary::net {

// Removes the socket file that a dead server left. Refuses when somebody answers there or when it is no socket.
Result<void> clear_stale_socket(const std::string& path);
Peer unix_peer(int fd);

// The socket file this server made: removed at the end, unless another server has taken the path meanwhile.
class SocketFile {
public:
    SocketFile() = default;
    static Result<SocketFile> adopt(const std::string& path, unsigned mode);  // after bind; sets the mode
    SocketFile(SocketFile&& other) noexcept
        : path_(std::move(other.path_)), device_(other.device_), inode_(other.inode_) {
        other.path_.clear();
    }
    SocketFile& operator=(SocketFile&& other) noexcept;
    ~SocketFile() { remove(); }
    void remove();

private:
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace tributary::net
