// What holds a slot is limited in time and in number.
#include <gtest/gtest.h>

#include "tests/unit/net/harness.hpp"

namespace tributary::net {
namespace {

ServerOptions impatient(std::vector<Route> routes) {
    ServerOptions options = loopback(std::move(routes));
    options.request_timeout_ms = 200;
    options.rate_min = 1'000'000;
    return options;
}

TEST(SlowSender, IsCutInTheHeader) {
    const auto server = start(impatient({route("GET", "/hello", echo())}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send("GET /hello HTTP/1.1\r\nHost:");
    EXPECT_EQ(status_of(connection.read_response()), 408);
    EXPECT_TRUE(connection.is_closed());
}

TEST(SlowSender, IsCutInTheBodyThoughItSendsAllTheTime) {
    std::atomic<bool> is_called = false;
    Route in = route("POST", "/in", [&](Request, Respond respond) {
        is_called = true;
        respond(Response::text(200, ""));
    });
    const auto server = start(impatient({in}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send("POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
    std::atomic<bool> is_over = false;
    std::thread sender([&] {
        for (int i = 0; i < 100'000 && !is_over; ++i) {
            connection.send("b");
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    });
    const std::string response = connection.read_response();
    is_over = true;
    sender.join();
    EXPECT_EQ(status_of(response), 408);
    EXPECT_FALSE(is_called);
}

TEST(IdleConnection, IsClosedSilently) {
    ServerOptions options = loopback({route("GET", "/hello", echo())});
    options.idle_timeout_ms = 50;
    const auto server = start(std::move(options));
    auto connection = RawConnection::to_port(port_of(*server));
    EXPECT_EQ(connection.read_all(), "");
}

TEST(ConnectionsMax, AnswersUnavailableAndCloses) {
    ServerOptions options = loopback({route("GET", "/hello", echo())});
    options.connections_max = 2;
    const auto server = start(std::move(options));
    const uint16_t port = port_of(*server);
    auto first = RawConnection::to_port(port), second = RawConnection::to_port(port);
    for (RawConnection* connection : {&first, &second}) {
        connection->send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        ASSERT_EQ(status_of(connection->read_response()), 200);
    }
    auto third = RawConnection::to_port(port);
    third.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string response = third.read_response();
    EXPECT_EQ(status_of(response), 503);
    EXPECT_EQ(header_of(response, "connection"), "close");
    third.close_sending();
    EXPECT_TRUE(third.is_closed());
    first.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status_of(first.read_response()), 200) << "those inside are not harmed";
}

}  // namespace
}  // namespace tributary::net
