#include "tests/unit/net/harness.hpp"

#include <cstring>
#include <filesystem>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/encoding.hpp"
#include "core/base/log.hpp"

namespace tributary::net {
namespace {

sockaddr_in loopback_address(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

FileDescriptor bound_socket(uint16_t* port) {
    FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = loopback_address(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
    std::string name = "/tmp/tributary-net-XXXXXX";
    path_ = ::mkdtemp(name.data());
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryDirectory::files() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) out.push_back(entry.path().string());
    return out;
}

RawConnection RawConnection::to_port(uint16_t port) {
    FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback_address(port);
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return RawConnection(std::move(fd));
}

RawConnection RawConnection::to_path(const std::string& path) {
    FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return RawConnection(std::move(fd));
}

void RawConnection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                   : ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return;
        bytes.remove_prefix(static_cast<size_t>(count));
    }
}

void RawConnection::close_sending() { ::shutdown(fd_.get(), SHUT_WR); }

bool RawConnection::fill() {
    const timeval patience{20, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char buffer[16384];
    const ssize_t count =
        tls_ ? SSL_read(tls_.get(), buffer, sizeof buffer) : ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) ADD_FAILURE() << "nothing came for 20 s";
    if (count <= 0) return false;
    received_.append(buffer, static_cast<size_t>(count));
    return true;
}

std::string RawConnection::read_until(std::string_view end) {
    size_t at = 0;
    while ((at = received_.find(end)) == std::string::npos)
        if (!fill()) return {};
    std::string out = received_.substr(0, at + end.size());
    received_.erase(0, out.size());
    return out;
}

std::string RawConnection::read_response() {
    std::string out = read_until("\r\n\r\n");
    const auto length = static_cast<size_t>(parse_int(header_of(out, "content-length")).value_or(0));
    while (received_.size() < length && fill()) continue;
    out += received_.substr(0, length);
    received_.erase(0, length);
    return out;
}

std::string RawConnection::read_all() {
    while (fill()) continue;
    return std::exchange(received_, {});
}

void RawConnection::reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    fd_.reset();
}

void RawConnection::start_tls(const TlsFiles& files) {
    SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
    EXPECT_EQ(SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM), 1);
    tls_ = Tls(SSL_new(context), SSL_free);
    SSL_CTX_free(context);
    SSL_set_fd(tls_.get(), fd_.get());
    SSL_accept(tls_.get());  // a failure shows in what is read next
}

void RawConnection::start_tls() {
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    tls_ = Tls(SSL_new(context), SSL_free);
    SSL_CTX_free(context);
    SSL_set_fd(tls_.get(), fd_.get());
    EXPECT_EQ(SSL_connect(tls_.get()), 1);
}

int status_of(const std::string& response) {
    if (!response.starts_with("HTTP/1.1 ")) return 0;
    return static_cast<int>(parse_int(response.substr(9, 3)).value_or(0));
}

std::string header_of(const std::string& response, const std::string& lower_name) {
    const std::string head = response.substr(0, response.find("\r\n\r\n"));
    for (const std::string_view line : split(head, '\n')) {
        const size_t colon = line.find(':');
        if (colon != std::string_view::npos && lower_ascii(line.substr(0, colon)) == lower_name)
            return std::string(trim(line.substr(colon + 1)));
    }
    return {};
}

std::string body_of(const std::string& response) {
    const size_t end = response.find("\r\n\r\n");
    return end == std::string::npos ? std::string() : response.substr(end + 4);
}

ScriptedServer::ScriptedServer(std::function<void(RawConnection&)> script) : script_(std::move(script)) {
    listener_ = bound_socket(&port_);
    EXPECT_EQ(::listen(listener_.get(), 16), 0);
    thread_ = std::thread([this] {
        for (;;) {
            FileDescriptor fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!fd) return;
            ++connections_;
            RawConnection connection(std::move(fd));
            script_(connection);
        }
    });
}

ScriptedServer::~ScriptedServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
}

std::string ScriptedServer::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
}

QuietLog::QuietLog() {
    set_log_writer([](const std::string&) {});
}
QuietLog::~QuietLog() { set_log_writer(nullptr); }

uint16_t unused_port() {
    uint16_t port = 0;
    const FileDescriptor fd = bound_socket(&port);  // bound, never listening, free again at the end
    return port;
}

std::string bytes_in(const std::string& path) {
    auto bytes = read_file(path, 1 << 26);
    return bytes ? *bytes : std::string();
}

Route route(std::string method, std::string pattern, Handler handler, Guard guard) {
    Route out;
    out.method = std::move(method);
    out.pattern = std::move(pattern);
    out.handler = std::move(handler);
    out.guard = std::move(guard);
    return out;
}

Handler echo() {
    return [](Request request, Respond respond) {
        respond(Response::text(200, request.method + " " + request.path + " " + request.body));
    };
}

ServerOptions loopback(std::vector<Route> routes) {
    ServerOptions options;
    Listener listener;
    listener.address = "127.0.0.1";
    listener.routes = std::move(routes);
    options.listeners.push_back(std::move(listener));
    options.handler_threads = 4;
    return options;
}

std::unique_ptr<HttpServer> start(ServerOptions options) {
    auto server = HttpServer::start(std::move(options));
    if (!server) throw std::runtime_error(server.error().message);  // ends the test
    return std::move(*server);
}

uint16_t port_of(const HttpServer& server) { return server.endpoints().front().port; }

Outcome send_and_wait(HttpClient& client, OutgoingRequest request) {
    std::promise<Outcome> promise;
    client.send(std::move(request), [&promise](Outcome outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
}

OutgoingRequest get(const std::string& url) {
    OutgoingRequest request;
    request.method = "GET";
    request.url = url;
    return request;
}

OutgoingRequest post(const std::string& url, std::string body) {
    OutgoingRequest request = get(url);
    request.method = "POST";
    request.body = std::move(body);
    return request;
}

}  // namespace tributary::net
