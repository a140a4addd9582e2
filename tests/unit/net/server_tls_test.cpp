#include <filesystem>

#include <gtest/gtest.h>

#include "tests/unit/net/certificate.hpp"
#include "tests/unit/net/harness.hpp"

namespace tributary::net {
namespace {

class Tls : public ::testing::Test {
protected:
    Tls() : files_(make_certificate(directory_, "server")) {
        ServerOptions options = loopback({route("POST", "/in", [this](Request request, Respond respond) {
            is_tls_ = request.peer.is_tls;
            respond(Response::text(200, request.body));
        })});
        options.listeners.front().tls = files_;
        server_ = start(std::move(options));
        url_ = "https://127.0.0.1:" + std::to_string(port_of(*server_)) + "/in";
    }
    Outcome exchange_with(const std::string& ca_file, std::string body = "secret") {
        return exchange(post(url_, std::move(body)), {}, ca_file);
    }
    TemporaryDirectory directory_;
    TlsFiles files_;
    std::unique_ptr<HttpServer> server_;
    std::string url_;
    bool is_tls_ = false;
};

TEST_F(Tls, CarriesARequestToATrustedServer) {
    const std::string body(300'000, 't');
    const Outcome outcome = exchange_with(files_.certificate, body);
    ASSERT_EQ(outcome.delivery, Delivery::answered) << outcome.message;
    EXPECT_EQ(outcome.response.status, 200);
    EXPECT_TRUE(outcome.response.body == body);
    EXPECT_TRUE(is_tls_);
    EXPECT_TRUE(server_->endpoints().front().is_tls);
}

TEST_F(Tls, SendsNothingToAServerThatCannotBeVerified) {
    const Outcome outcome = exchange_with({});
    EXPECT_EQ(outcome.delivery, Delivery::not_sent);
    EXPECT_NE(outcome.message.find("certificate"), std::string::npos) << outcome.message;
}

TEST_F(Tls, ReloadsItsCertificateAndKeepsTheOldOneOnFailure) {
    const TlsFiles next = make_certificate(directory_, "next", 2);
    const auto overwrite = std::filesystem::copy_options::overwrite_existing;
    const std::string old_ca = directory_.path("old.crt");
    std::filesystem::copy_file(files_.certificate, old_ca);

    std::filesystem::copy_file(next.certificate, files_.certificate, overwrite);
    const auto mismatch = server_->reload_tls();
    ASSERT_FALSE(mismatch) << "the key does not belong to the certificate";
    EXPECT_EQ(mismatch.error().code, ErrorCode::config);
    EXPECT_EQ(exchange_with(old_ca).delivery, Delivery::answered);

    std::filesystem::copy_file(next.key, files_.key, overwrite);
    ASSERT_TRUE(server_->reload_tls());
    EXPECT_EQ(exchange_with(old_ca).delivery, Delivery::not_sent);
    EXPECT_EQ(exchange_with(next.certificate).delivery, Delivery::answered);
}

TEST_F(Tls, ClosesOnAPeerThatSpeaksPlainly) {
    auto connection = RawConnection::to_port(port_of(*server_));
    connection.send("GET /in HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(connection.read_all().find("HTTP/"), std::string::npos);
}

TEST_F(Tls, AnswersASlowSender) {
    ServerOptions options = loopback({route("POST", "/in", echo())});
    options.listeners.front().tls = files_;
    options.request_timeout_ms = 300;
    const auto server = start(std::move(options));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.start_tls();
    connection.send("POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
    EXPECT_EQ(status_of(connection.read_response()), 408);
}

TEST_F(Tls, KeepsConnectionsAndDrainsThem) {
    ClientOptions options;
    options.ca_file = files_.certificate;
    const auto client = HttpClient::start(options);
    for (int i = 0; i < 20; ++i) ASSERT_EQ(send_and_wait(*client, post(url_, "x")).delivery, Delivery::answered) << i;
    EXPECT_EQ(server_->connections_open(), 1U);
    server_->drain(20'000);
    EXPECT_EQ(server_->connections_open(), 0U);
}

TEST(TlsListener, SaysWhichFileIsWrong) {
    const TemporaryDirectory directory;
    const TlsFiles good = make_certificate(directory, "good");
    const std::pair<TlsFiles, std::string> table[] = {{{directory.path("no.crt"), good.key}, "no.crt"},
                                                      {{good.certificate, directory.path("no.key")}, "no.key"},
                                                      {{good.certificate, good.certificate}, "good.crt"}};
    for (const auto& [files, name] : table) {
        ServerOptions options = loopback({route("GET", "/", echo())});
        options.listeners.front().tls = files;
        const auto server = HttpServer::start(std::move(options));
        ASSERT_FALSE(server) << name;
        EXPECT_EQ(server.error().code, ErrorCode::config);
        EXPECT_NE(server.error().message.find(name), std::string::npos) << server.error().message;
    }
}

}  // namespace
}  // namespace tributary::net
