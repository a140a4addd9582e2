#include "core/ops/notify.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/encoding.hpp"
#include "core/base/file.hpp"

namespace tributary::ops {
namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

// A line break would begin another assignment.
std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

}  // namespace

Notifier Notifier::from_environment() {
    return Notifier(variable("NOTIFY_SOCKET"));
}

void Notifier::ready(const std::string& status) const {
    send("READY=1\nSTATUS=" + one_line(status));
}
void Notifier::stopping(const std::string& status) const {
    send("STOPPING=1\nSTATUS=" + one_line(status));
}
void Notifier::status(const std::string& status) const {
    send("STATUS=" + one_line(status));
}
void Notifier::watchdog() const {
    send("WATCHDOG=1");
}

void Notifier::reloading() const {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reloading the configuration",
                     int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000));
}

void Notifier::send(const std::string& message) const {
    sockaddr_un address{};
    if (socket_path_.empty() || socket_path_.size() >= sizeof address.sun_path) return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket_path_.data(), socket_path_.size());
    if (socket_path_[0] == '@') address.sun_path[0] = '\0';
    const FileDescriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!fd) return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_path_.size());
    ::sendto(fd.get(), message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
}

int64_t watchdog_interval_ms() {
    const std::string pid = variable("WATCHDOG_PID");
    if (!pid.empty() && parse_int(pid) != int64_t{::getpid()}) return 0;
    const int64_t interval = parse_int(variable("WATCHDOG_USEC")).value_or(0) / 1000;
    return interval > 0 ? interval : 0;
}

}  // namespace tributary::ops
