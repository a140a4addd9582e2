// One bound address of a server: accepts, makes the transport, starts connections. Lives as long as the server;
// open() and the TLS functions are called from the server's owner, accepting happens on the I/O threads.
#pragma once
#include <memory>

#include "core/net/route_table.hpp"
#include "core/net/server.hpp"
#include "core/net/server_core.hpp"
#include "core/net/tls_context.hpp"

namespace tributary::net {

class BoundListener {
public:
    // Binds and listens; nothing is accepted before start().
    static Result<std::shared_ptr<BoundListener>> open(std::shared_ptr<ServerCore> core, const Listener& settings);
    virtual ~BoundListener() = default;
    virtual Endpoint endpoint() const = 0;
    virtual const std::optional<TlsFiles>& tls_files() const = 0;
    virtual void set_tls(std::shared_ptr<boost::asio::ssl::context> context) = 0;  // for connections to come
    virtual void start() = 0;
    virtual void close() = 0;  // [any thread] and removes the socket file
};

}  // namespace tributary::net
