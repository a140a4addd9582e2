// HttpServer: HTTP/1.1 over TCP (TLS unless the address is loopback) and over a Unix socket with peer credentials.
// Owns its I/O threads. Handlers are called on a pool of its own (handler_threads) and answer through Respond.
// Limits: connections_max, header 16 KiB, body by route, idle and slow-read time-outs (a byte a second does not hold a
// slot for ever: a request must arrive within request_timeout_ms plus its size at rate_min bytes per second).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/net/http.hpp"

namespace tributary::net {

struct TlsFiles {
    std::string certificate;  // PEM chain
    std::string key;          // PEM
};

struct Listener {
    std::string address;                  // "127.0.0.1", "::1", "0.0.0.0"; or an absolute path: a Unix socket
    uint16_t port = 0;                    // 0 = any free one; see endpoints()
    std::optional<TlsFiles> tls;          // without it only a loopback address or a Unix socket is accepted
    unsigned socket_mode = 0660;          // Unix sockets
    std::vector<Route> routes;
};

struct ServerOptions {
    std::vector<Listener> listeners;
    std::string body_directory;           // where body_to_file routes write
    unsigned io_threads = 1;
    unsigned handler_threads = 8;
    unsigned connections_max = 1024;
    int64_t request_timeout_ms = 30'000;
    int64_t idle_timeout_ms = 60'000;
    uint64_t rate_min = 1024;             // bytes per second
    std::string server_name = "tributary";
};

struct Endpoint {
    std::string address;
    uint16_t port = 0;  // as bound
    bool is_tls = false;
};

class HttpServer {
public:
    static Result<std::unique_ptr<HttpServer>> start(ServerOptions options);
    virtual ~HttpServer() = default;                    // stops at once
    virtual std::vector<Endpoint> endpoints() const = 0;
    virtual Result<void> reload_tls() = 0;              // reads certificate and key again; keeps the old on failure
    virtual void drain(int64_t timeout_ms) = 0;         // stop accepting, finish what runs, then close
    virtual uint64_t connections_open() const = 0;
};

}  // namespace tributary::net
