#include "tests/simulators/smtp_sink.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "core/base/log.hpp"

namespace tributary::simulators {
namespace {

constexpr size_t connections_max = 64, mails_max = 100'000;

struct Connection {
    FileDescriptor socket;
    SmtpSession session;
    std::string out;
    bool is_dead = false;
};

void read_some(Connection& connection) {
    char bytes[16384];
    const ssize_t size = ::recv(connection.socket.get(), bytes, sizeof bytes, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) {
        connection.is_dead = true;
        return;
    }
    connection.out += connection.session.feed({bytes, static_cast<size_t>(size)});
}

void write_some(Connection& connection) {
    while (!connection.out.empty()) {
        const ssize_t size =
            ::send(connection.socket.get(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) return;
        if (size < 0) {
            connection.is_dead = true;
            return;
        }
        connection.out.erase(0, static_cast<size_t>(size));
    }
    if (connection.session.is_over()) connection.is_dead = true;
}

}  // namespace

Result<std::unique_ptr<SmtpSink>> SmtpSink::start(uint16_t port, std::string folder, FaultPlan& faults) {
    std::unique_ptr<SmtpSink> sink(new SmtpSink(std::move(folder), faults));
    TRIBUTARY_CHECK(sink->listen_on(port));
    sink->thread_ = std::thread([raw = sink.get()] { raw->run(); });
    return sink;
}

Result<void> SmtpSink::listen_on(uint16_t port) {
    if (!folder_.empty()) TRIBUTARY_CHECK(make_directories(folder_));
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::io, "smtp: " + system_message(errno));
    wake_read_ = FileDescriptor(ends[0]);
    wake_write_ = FileDescriptor(ends[1]);
    listener_ = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const int on = 1;
    ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    auto* name = reinterpret_cast<sockaddr*>(&address);
    if (!listener_ || ::bind(listener_.get(), name, size) != 0 || ::listen(listener_.get(), 64) != 0 ||
        ::getsockname(listener_.get(), name, &size) != 0) {
        return fail(ErrorCode::io, fmt::format("smtp: port {}: {}", port, system_message(errno)));
    }
    port_ = ntohs(address.sin_port);
    return {};
}

SmtpSink::~SmtpSink() {
    wake_write_.reset();
    if (thread_.joinable()) thread_.join();
}

void SmtpSink::run() {
    std::vector<Connection> connections;
    for (;;) {
        std::vector<pollfd> polled = {{wake_read_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
        for (const Connection& connection : connections) {
            const short wanted = connection.out.empty() ? POLLIN : POLLOUT;
            polled.push_back({connection.socket.get(), wanted, 0});
        }
        if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) return;
        if (polled[0].revents != 0) return;
        for (size_t i = 0; i < connections.size(); ++i) {
            if (polled[i + 2].revents == 0) continue;
            if (connections[i].out.empty()) read_some(connections[i]);
            write_some(connections[i]);
        }
        std::erase_if(connections, [](const Connection& connection) { return connection.is_dead; });
        if (polled[1].revents == 0) continue;
        FileDescriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!socket || connections.size() >= connections_max) continue;
        connections.push_back({std::move(socket), SmtpSession(policy()), SmtpSession::greeting(), false});
    }
}

SmtpPolicy SmtpSink::policy() {
    return {[this] { return faults_.take(FaultKind::smtp_refused, "/smtp") ? 550 : 250; },
            [this](ReceivedMail mail) { return keep(std::move(mail)); }};
}

int SmtpSink::keep(ReceivedMail mail) {
    if (faults_.take(FaultKind::smtp_temporary, "/smtp")) return 451;
    const bool drops = faults_.take(FaultKind::smtp_drop_after_dot, "/smtp").has_value();
    const std::lock_guard lock(mutex_);
    if (mails_.size() >= mails_max) return 451;
    if (!folder_.empty()) {
        const std::string path = fmt::format("{}/{:06}.eml", folder_, mails_.size() + 1);
        if (const auto written = write_file_durably(path, mail.data); !written) {
            log_error("sim.mail", {{"message", written.error().message}});
            return 451;
        }
    }
    mails_.push_back(std::move(mail));
    return drops ? 0 : 250;
}

std::vector<ReceivedMail> SmtpSink::mails() const {
    const std::lock_guard lock(mutex_);
    return mails_;
}

json::array SmtpSink::mails_json() const {
    json::array out;
    for (const ReceivedMail& mail : mails()) {
        json::array recipients(mail.recipients.begin(), mail.recipients.end());
        out.push_back(json::object{{"sender", mail.sender}, {"recipients", recipients}, {"data", mail.data}});
    }
    return out;
}

}  // namespace tributary::simulators
