// What the tests of core/net share: a temporary directory, a raw socket that speaks exactly the bytes a test wants, a
// scripted server that misbehaves on purpose, and a server with a few routes.
#pragma once
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/base/file.hpp"
#include "core/net/client.hpp"
#include "core/net/server.hpp"

struct ssl_st;

namespace tributary::net {

class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    std::string path(const std::string& name = {}) const { return name.empty() ? path_ : path_ + "/" + name; }
    std::vector<std::string> files() const;

private:
    std::string path_;
};

// A connected stream; every read gives up after 20 s, so that a broken server fails a test and does not hang it.
class RawConnection {
public:
    explicit RawConnection(FileDescriptor fd) : fd_(std::move(fd)) {}
    static RawConnection to_port(uint16_t port);
    static RawConnection to_path(const std::string& path);
    void send(std::string_view bytes);  // errors are ignored: the peer may have closed
    void close_sending();
    std::string read_until(std::string_view end);  // "" at end of stream without it
    std::string read_response();                   // one, with its content-length body; "" when there is none
    std::string read_all();                        // to the end of the stream
    bool is_closed() { return read_all().empty(); }
    void reset();                           // close at once, with a TCP reset
    void start_tls(const TlsFiles& files);  // as server
    void start_tls();                       // as client, believing anything

private:
    using Tls = std::unique_ptr<ssl_st, void (*)(ssl_st*)>;
    bool fill();
    FileDescriptor fd_;
    Tls tls_{nullptr, nullptr};
    std::string received_;
};

int status_of(const std::string& response);
std::string header_of(const std::string& response, const std::string& lower_name);
std::string body_of(const std::string& response);

// Accepts connections one after another and gives each to the script.
class ScriptedServer {
public:
    explicit ScriptedServer(std::function<void(RawConnection&)> script);
    ~ScriptedServer();
    uint16_t port() const { return port_; }
    std::string url(const std::string& path = "/") const;
    int connections() const { return connections_; }

private:
    std::function<void(RawConnection&)> script_;
    FileDescriptor listener_;
    uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::thread thread_;
};

// Swallows the log while a test provokes what is logged.
class QuietLog {
public:
    QuietLog();
    ~QuietLog();
};

uint16_t unused_port();
std::string bytes_in(const std::string& path);  // "" when it cannot be read

inline std::optional<Response> open_to_all(Request&) { return std::nullopt; }
Route route(std::string method, std::string pattern, Handler handler, Guard guard = open_to_all);
Handler echo();  // 200 with method, path and body

// options with one loopback listener for these routes
ServerOptions loopback(std::vector<Route> routes);
std::unique_ptr<HttpServer> start(ServerOptions options);  // fails the test when it does not start
uint16_t port_of(const HttpServer& server);

Outcome send_and_wait(HttpClient& client, OutgoingRequest request);
OutgoingRequest get(const std::string& url);
OutgoingRequest post(const std::string& url, std::string body);

}  // namespace tributary::net
