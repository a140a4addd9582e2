// A connected byte stream with its peer: plain TCP, TLS over TCP, or a Unix socket. One operation of a kind at a
// time; all calls and callbacks are on the stream's strand. The owner keeps it alive until the callbacks have run.
#pragma once
#include <array>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

namespace tributary::net {

class Transport {
public:
    using Done = std::function<void(boost::system::error_code, size_t)>;
    using Buffers = std::array<boost::asio::const_buffer, 2>;

    virtual ~Transport() = default;
    virtual boost::asio::any_io_executor executor() = 0;
    virtual void handshake(Done done) = 0;
    virtual void read_some(boost::asio::mutable_buffer into, Done done) = 0;
    virtual void write(Buffers buffers, Done done) = 0;  // all of it
    virtual void say_goodbye(Done done) = 0;             // TLS close_notify, TCP half close
    virtual void cancel() = 0;                           // pending operations end with operation_aborted
    virtual void close() = 0;
};

std::unique_ptr<Transport> plain_transport(boost::asio::ip::tcp::socket socket);
std::unique_ptr<Transport> plain_transport(boost::asio::local::stream_protocol::socket socket);
std::unique_ptr<Transport> tls_transport(boost::asio::ip::tcp::socket socket,
                                         std::shared_ptr<boost::asio::ssl::context> context);

}  // namespace tributary::net
