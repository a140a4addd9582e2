#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "core/net/transport.hpp"

namespace tributary::net {
namespace {

template <class Socket>
class PlainTransport final : public Transport {
public:
    explicit PlainTransport(Socket socket) : socket_(std::move(socket)) {}
    boost::asio::any_io_executor executor() override { return socket_.get_executor(); }
    void handshake(Done done) override {
        boost::asio::post(socket_.get_executor(), [done = std::move(done)] { done({}, 0); });
    }
    void read_some(boost::asio::mutable_buffer into, Done done) override {
        socket_.async_read_some(into, std::move(done));
    }
    void write(Buffers buffers, Done done) override { boost::asio::async_write(socket_, buffers, std::move(done)); }
    void say_goodbye(Done done) override {
        boost::system::error_code ignored;
        socket_.shutdown(Socket::shutdown_send, ignored);
        handshake(std::move(done));
    }
    void cancel() override {
        boost::system::error_code ignored;
        socket_.cancel(ignored);
    }
    void close() override {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

private:
    Socket socket_;
};

}  // namespace

std::unique_ptr<Transport> plain_transport(boost::asio::ip::tcp::socket socket) {
    return std::make_unique<PlainTransport<boost::asio::ip::tcp::socket>>(std::move(socket));
}

std::unique_ptr<Transport> plain_transport(boost::asio::local::stream_protocol::socket socket) {
    return std::make_unique<PlainTransport<boost::asio::local::stream_protocol::socket>>(std::move(socket));
}

}  // namespace tributary::net
