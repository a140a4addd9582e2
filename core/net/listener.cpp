#include "core/net/listener.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

#include "core/base/log.hpp"
#include "core/net/connection.hpp"
#include "core/net/unix_socket.hpp"

namespace tributary::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using local = asio::local::stream_protocol;

constexpr unsigned overflow_max = 64;  // connections past connections_max that get a 503 rather than a reset
constexpr auto accept_pause = std::chrono::milliseconds(100);

// What TCP and Unix listeners have in common: the accept loop on a strand.
template <class Protocol>
class AcceptingListener : public BoundListener, public std::enable_shared_from_this<AcceptingListener<Protocol>> {
public:
    AcceptingListener(std::shared_ptr<ServerCore> core, const Listener& settings,
                      std::shared_ptr<const RouteTable> routes)
        : core_(std::move(core)),
          tls_files_(settings.tls),
          routes_(std::move(routes)),
          strand_(asio::make_strand(core_->io)),
          acceptor_(strand_),
          pause_(strand_) {}
    const std::optional<TlsFiles>& tls_files() const override { return tls_files_; }
    void start() override {
        core_->run_on(strand_, [self = this->shared_from_this()] { self->accept(); });
    }
    void close() override {
        on_close();
        core_->run_on(strand_, [self = this->shared_from_this()] {
            boost::system::error_code ignored;
            self->acceptor_.close(ignored);
            self->pause_.cancel();
        });
    }
    typename Protocol::acceptor& acceptor() { return acceptor_; }

protected:
    using Socket = typename Protocol::socket;
    virtual std::unique_ptr<Transport> transport_of(Socket socket, Peer& peer) = 0;
    virtual void on_close() {}
    const std::shared_ptr<ServerCore> core_;
    const std::optional<TlsFiles> tls_files_;

private:
    void accept() {
        if (!acceptor_.is_open()) return;
        acceptor_.async_accept(
            asio::make_strand(core_->io),
            [self = this->shared_from_this()](const boost::system::error_code& error, Socket socket) {
                self->on_accepted(error, std::move(socket));
            });
    }
    void on_accepted(const boost::system::error_code& error, Socket socket) {
        if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
        if (error && error != asio::error::connection_aborted) {
            log_error("net.accept_failed", {{"error", error.message()}});  // descriptors ran out, most likely
            pause_.expires_after(accept_pause);
            return pause_.async_wait(
                [self = this->shared_from_this()](const boost::system::error_code&) { self->accept(); });
        }
        if (!error) serve(std::move(socket));
        accept();
    }
    void serve(Socket socket) {
        const uint64_t open = core_->connections_open();
        if (open >= core_->options.connections_max + overflow_max) return;  // closes the socket
        Peer peer;
        std::unique_ptr<Transport> transport = transport_of(std::move(socket), peer);
        const asio::any_io_executor executor = transport->executor();
        const auto connection = std::make_shared<Connection>(core_, routes_, std::move(transport), std::move(peer));
        core_->add(connection);
        const bool is_over_limit = open >= core_->options.connections_max;
        core_->run_on(executor, [connection, is_over_limit] { connection->start(is_over_limit); });
    }

    const std::shared_ptr<const RouteTable> routes_;
    asio::strand<asio::io_context::executor_type> strand_;
    typename Protocol::acceptor acceptor_;
    asio::steady_timer pause_;
};

class TcpListener final : public AcceptingListener<tcp> {
public:
    using AcceptingListener::AcceptingListener;
    Endpoint endpoint() const override { return endpoint_; }
    void set_tls(std::shared_ptr<asio::ssl::context> context) override {
        const std::lock_guard lock(mutex_);
        context_ = std::move(context);
    }
    Result<void> bind(const Listener& settings, const tcp::endpoint& endpoint) {
        const auto refusal = [&](const char* what, const boost::system::error_code& error) {
            return fail(ErrorCode::config, fmt::format("cannot {} {} port {}: {}", what, settings.address,
                                                       settings.port, error.message()));
        };
        boost::system::error_code error;
        acceptor().open(endpoint.protocol(), error);
        if (error) return refusal("open a socket for", error);
        acceptor().set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor().bind(endpoint, error);
        if (error) return refusal("bind", error);
        acceptor().listen(asio::socket_base::max_listen_connections, error);
        if (error) return refusal("listen on", error);
        endpoint_ = Endpoint{settings.address, acceptor().local_endpoint(error).port(), settings.tls.has_value()};
        return {};
    }

private:
    std::unique_ptr<Transport> transport_of(tcp::socket socket, Peer& peer) override {
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        const tcp::endpoint remote = socket.remote_endpoint(ignored);
        const std::string host = remote.address().to_string();
        peer.address = fmt::format(fmt::runtime(remote.address().is_v6() ? "[{}]:{}" : "{}:{}"), host, remote.port());
        peer.is_loopback = remote.address().is_loopback();
        peer.is_tls = tls_files_.has_value();
        if (!peer.is_tls) return plain_transport(std::move(socket));
        const std::lock_guard lock(mutex_);
        return tls_transport(std::move(socket), context_);
    }
    std::mutex mutex_;
    std::shared_ptr<asio::ssl::context> context_;
    Endpoint endpoint_;
};

class UnixListener final : public AcceptingListener<local> {
public:
    using AcceptingListener::AcceptingListener;
    Endpoint endpoint() const override { return Endpoint{path_, 0, false}; }
    void set_tls(std::shared_ptr<asio::ssl::context>) override {}
    Result<void> bind(const Listener& settings) {
        TRIBUTARY_CHECK(clear_stale_socket(settings.address));
        path_ = settings.address;
        boost::system::error_code error;
        acceptor().open(local(), error);
        // On Linux the mode of the open socket bounds that of the file bind() makes: it is never wider than asked for.
        if (!error && ::fchmod(acceptor().native_handle(), settings.socket_mode) != 0)
            error.assign(errno, boost::system::system_category());
        if (!error) acceptor().bind(local::endpoint(path_), error);
        if (error) return fail(ErrorCode::config, fmt::format("cannot bind socket {}: {}", path_, error.message()));
        TRIBUTARY_TRY(file_, SocketFile::adopt(path_, settings.socket_mode));
        acceptor().listen(asio::socket_base::max_listen_connections, error);
        if (error)
            return fail(ErrorCode::config, fmt::format("cannot listen on socket {}: {}", path_, error.message()));
        return {};
    }

private:
    std::unique_ptr<Transport> transport_of(local::socket socket, Peer& peer) override {
        peer = unix_peer(socket.native_handle());
        return plain_transport(std::move(socket));
    }
    void on_close() override { file_.remove(); }
    std::string path_;
    SocketFile file_;
};

Result<std::shared_ptr<BoundListener>> open_tcp(std::shared_ptr<ServerCore> core, const Listener& settings,
                                                std::shared_ptr<const RouteTable> routes) {
    boost::system::error_code error;
    const asio::ip::address address = asio::ip::make_address(settings.address, error);
    if (error)
        return fail(ErrorCode::config,
                    fmt::format("listener '{}': give an IP address (127.0.0.1, ::1, 0.0.0.0) or the "
                                "absolute path of a Unix socket",
                                settings.address));
    if (!settings.tls && !address.is_loopback())
        return fail(ErrorCode::config,
                    fmt::format("listener {} port {}: without TLS only a loopback address is served; give "
                                "a certificate and a key, or listen on 127.0.0.1",
                                settings.address, settings.port));
    const auto listener = std::make_shared<TcpListener>(std::move(core), settings, std::move(routes));
    if (settings.tls) {
        TRIBUTARY_TRY(auto context, make_tls_context(*settings.tls));
        listener->set_tls(std::move(context));
    }
    TRIBUTARY_CHECK(listener->bind(settings, tcp::endpoint(address, settings.port)));
    return std::shared_ptr<BoundListener>(listener);
}

}  // namespace

Result<std::shared_ptr<BoundListener>> BoundListener::open(std::shared_ptr<ServerCore> core,
                                                           const Listener& settings) {
    TRIBUTARY_TRY(RouteTable table, RouteTable::make(settings.routes));
    auto routes = std::make_shared<const RouteTable>(std::move(table));
    if (!settings.address.starts_with('/')) return open_tcp(std::move(core), settings, std::move(routes));
    const auto listener = std::make_shared<UnixListener>(std::move(core), settings, std::move(routes));
    TRIBUTARY_CHECK(listener->bind(settings));
    return std::shared_ptr<BoundListener>(listener);
}

}  // namespace tributary::net
