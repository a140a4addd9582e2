#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "core/net/transport.hpp"

namespace tributary::net {
namespace {

class TlsTransport final : public Transport {
public:
    TlsTransport(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> context)
        : context_(std::move(context)), stream_(std::move(socket), *context_) {}
    boost::asio::any_io_executor executor() override { return stream_.get_executor(); }
    void handshake(Done done) override {
        stream_.async_handshake(boost::asio::ssl::stream_base::server,
                                [done = std::move(done)](boost::system::error_code error) { done(error, 0); });
    }
    void read_some(boost::asio::mutable_buffer into, Done done) override {
        stream_.async_read_some(into, std::move(done));
    }
    void write(Buffers buffers, Done done) override { boost::asio::async_write(stream_, buffers, std::move(done)); }
    void say_goodbye(Done done) override {
        stream_.async_shutdown([done = std::move(done)](boost::system::error_code error) { done(error, 0); });
    }
    void cancel() override {
        boost::system::error_code ignored;
        stream_.next_layer().cancel(ignored);
    }
    void close() override {
        boost::system::error_code ignored;
        stream_.next_layer().close(ignored);
    }

private:
    std::shared_ptr<boost::asio::ssl::context> context_;  // outlives the stream
    boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
};

}  // namespace

std::unique_ptr<Transport> tls_transport(boost::asio::ip::tcp::socket socket,
                                         std::shared_ptr<boost::asio::ssl::context> context) {
    return std::make_unique<TlsTransport>(std::move(socket), std::move(context));
}

}  // namespace tributary::net
