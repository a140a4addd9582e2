// Tells systemd what the daemon is doing (sd_notify(3)), over the datagram socket that $NOTIFY_SOCKET names; without
// one, every call does nothing. Thread safe: each call sends one datagram.
#pragma once
#include <cstdint>
#include <string>

namespace tributary::ops {

class Notifier {
public:
    explicit Notifier(std::string socket_path) : socket_path_(std::move(socket_path)) {}
    static Notifier from_environment();
    void ready(const std::string& status) const;  // also after a reload
    void reloading() const;
    void stopping(const std::string& status) const;
    void status(const std::string& status) const;
    void watchdog() const;
    bool is_active() const { return !socket_path_.empty(); }

private:
    void send(const std::string& message) const;
    std::string socket_path_;  // '@...': abstract
};

// How often systemd wants to hear from the watchdog, from $WATCHDOG_USEC and $WATCHDOG_PID; 0 = never.
int64_t watchdog_interval_ms();

}  // namespace tributary::ops
