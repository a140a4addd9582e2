#include "plugins/host/protocol.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.hpp"

namespace tributary::host {
namespace {

struct Header {
    uint32_t size;
    uint32_t type;
};

Error gone() {
    return fail(ErrorCode::unavailable, "");
}

Result<void> wait(int socket, short events, WaitBudget& budget) {
    pollfd polled{socket, events, 0};
    const int64_t start_ms = system_clock().monotonic_ms();
    const int timeout_ms = budget.left_ms < 0 ? -1 : static_cast<int>(std::min<int64_t>(budget.left_ms, 1 << 30));
    const int ready = poll(&polled, 1, timeout_ms);
    if (budget.left_ms >= 0) {
        budget.left_ms = std::max<int64_t>(0, budget.left_ms - (system_clock().monotonic_ms() - start_ms));
    }
    if (ready > 0 || (ready < 0 && errno == EINTR)) return {};
    if (ready == 0) return fail(ErrorCode::timeout, "no answer in time");
    return fail(ErrorCode::io, fmt::format("poll: {}", system_message(errno)));
}

// An endless budget means a worker: it blocks in the call itself, and its sandbox knows no poll().
int flags_of(const WaitBudget& budget) {
    return budget.left_ms < 0 ? 0 : MSG_DONTWAIT;
}

union ControlBuffer {
    cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

Result<void> send_with_descriptor(int socket, const Header& header, int descriptor, WaitBudget& budget) {
    iovec part{const_cast<Header*>(&header), sizeof header};
    ControlBuffer control{};
    msghdr message{};
    message.msg_iov = &part, message.msg_iovlen = 1;
    message.msg_control = control.bytes, message.msg_controllen = sizeof control.bytes;
    cmsghdr* attached = CMSG_FIRSTHDR(&message);
    attached->cmsg_level = SOL_SOCKET, attached->cmsg_type = SCM_RIGHTS, attached->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(attached), &descriptor, sizeof descriptor);
    for (;;) {
        const ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent == static_cast<ssize_t>(sizeof header)) return {};
        if (sent >= 0) return fail(ErrorCode::io, "half a frame header was sent");
        if (errno != EAGAIN && errno != EINTR) return gone();
        TRIBUTARY_CHECK(wait(socket, POLLOUT, budget));
    }
}

// The worker's sandbox allows write() but no send(); it ignores SIGPIPE by dying of it, which is right for a worker.
ssize_t send_some(int socket, std::string_view bytes, const WaitBudget& budget) {
    if (budget.left_ms < 0) return write(socket, bytes.data(), bytes.size());
    return send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

Result<void> send_bytes(int socket, std::string_view bytes, WaitBudget& budget) {
    while (!bytes.empty()) {
        const ssize_t sent = send_some(socket, bytes, budget);
        if (sent > 0) {
            bytes.remove_prefix(static_cast<size_t>(sent));
        } else if (errno == EAGAIN) {
            TRIBUTARY_CHECK(wait(socket, POLLOUT, budget));
        } else if (errno != EINTR) {
            return gone();
        }
    }
    return {};
}

// Fills size bytes; a descriptor that comes along is kept in *descriptor.
Result<void> receive_bytes(int socket, char* to, size_t size, WaitBudget& budget, FileDescriptor* descriptor) {
    size_t done = 0;
    while (done < size) {
        iovec part{to + done, size - done};
        ControlBuffer control{};
        msghdr message{};
        message.msg_iov = &part, message.msg_iovlen = 1;
        if (descriptor != nullptr) message.msg_control = control.bytes, message.msg_controllen = sizeof control.bytes;
        const ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | flags_of(budget));
        if (got < 0 && errno == EAGAIN) {
            TRIBUTARY_CHECK(wait(socket, POLLIN, budget));
            continue;
        }
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return gone();
        done += static_cast<size_t>(got);
        const cmsghdr* attached = CMSG_FIRSTHDR(&message);
        if (descriptor == nullptr || attached == nullptr || attached->cmsg_type != SCM_RIGHTS) continue;
        int received = -1;
        std::memcpy(&received, CMSG_DATA(attached), sizeof received);
        *descriptor = FileDescriptor(received);
    }
    return {};
}

}  // namespace

Result<void> send_frame(int socket, FrameType type, std::string_view payload, WaitBudget& budget, int descriptor) {
    if (payload.size() > frame_size_max) return fail(ErrorCode::too_large, "frame past its limit");
    const Header header{static_cast<uint32_t>(payload.size()), static_cast<uint32_t>(type)};
    if (descriptor >= 0) return send_with_descriptor(socket, header, descriptor, budget);
    TRIBUTARY_CHECK(send_bytes(socket, {reinterpret_cast<const char*>(&header), sizeof header}, budget));
    return send_bytes(socket, payload, budget);
}

Result<Frame> receive_frame(int socket, WaitBudget& budget, uint32_t size_max) {
    Header header{};
    Frame frame;
    // Only the worker expects descriptors; the daemon has none delivered, whatever the worker attaches.
    FileDescriptor* descriptor = budget.left_ms < 0 ? &frame.descriptor : nullptr;
    TRIBUTARY_CHECK(receive_bytes(socket, reinterpret_cast<char*>(&header), sizeof header, budget, descriptor));
    if (header.size > size_max) return fail(ErrorCode::too_large, fmt::format("a frame of {} bytes", header.size));
    frame.type = static_cast<FrameType>(header.type);
    frame.payload.resize(header.size);
    TRIBUTARY_CHECK(receive_bytes(socket, frame.payload.data(), frame.payload.size(), budget, nullptr));
    return frame;
}

Result<FileDescriptor> make_sealed_memory(const char* name, std::string_view bytes) {
    FileDescriptor memory(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory) return fail(ErrorCode::io, fmt::format("memfd_create: {}", system_message(errno)));
    TRIBUTARY_CHECK(write_all(memory.get(), bytes));
    if (fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        return fail(ErrorCode::io, fmt::format("sealing a memfd: {}", system_message(errno)));
    }
    return memory;
}

}  // namespace tributary::host
