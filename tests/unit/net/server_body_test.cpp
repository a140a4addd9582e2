// Bodies: limits, files, chunks, 100-continue, and the guard that comes before them.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/base/encoding.hpp"
#include "tests/unit/net/harness.hpp"

namespace tributary::net {
namespace {

std::string post_of(size_t size, const char* path = "/in") {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) +
           "\r\n\r\n" + std::string(size, 'b');
}

std::string chunked_of(size_t size) {
    std::string out = "POST /in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (size_t i = 0; i < size; ++i) out += "1;ext=1\r\nb\r\n";
    return out + "0\r\nTrailer: t\r\n\r\n";
}

// A server that keeps what its body_to_file route was given.
class BodyFiles : public ::testing::Test {
protected:
    void start_server(Guard guard = open_to_all) {
        Route in = route(
            "POST", "/in",
            [this](Request request, Respond respond) {
                seen_ = request.body_file.value_or(BodyFile{});
                bytes_ = bytes_in(seen_.path);
                respond(Response::text(200, ""));
            },
            std::move(guard));
        in.body_to_file = true;
        in.body_size_max = 8 << 20;
        ServerOptions options = loopback({in});
        options.body_directory = directory_.path();
        server_ = start(std::move(options));
    }
    RawConnection connect() { return RawConnection::to_port(port_of(*server_)); }
    // Waits until the server has let go of every connection.
    void finish() { server_->drain(20'000); }

    TemporaryDirectory directory_;
    std::unique_ptr<HttpServer> server_;
    BodyFile seen_;
    std::string bytes_;
};

TEST_F(BodyFiles, HoldTheBodyWithItsHash) {
    start_server();
    std::string body;
    for (int i = 0; i < 3'000'000; ++i) body += static_cast<char>(i * 7 + i / 256);
    auto connection = connect();
    connection.send("POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                    body);
    ASSERT_EQ(status_of(connection.read_response()), 200);
    EXPECT_EQ(seen_.size, body.size());
    EXPECT_EQ(hex_of(seen_.sha256), hex_of(sha256(body)));
    EXPECT_TRUE(bytes_ == body);
    struct stat info {};
    ASSERT_EQ(::stat(seen_.path.c_str(), &info), 0) << "the file stays: it is the handler's";
    EXPECT_EQ(info.st_mode & 07777U & ~0640U, 0U);
}

TEST_F(BodyFiles, TakeChunkedAndEmptyBodies) {
    start_server();
    auto connection = connect();
    connection.send(chunked_of(1000));
    ASSERT_EQ(status_of(connection.read_response()), 200);
    EXPECT_EQ(bytes_, std::string(1000, 'b'));
    EXPECT_EQ(seen_.sha256, sha256(bytes_));
    connection.send("POST /in HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_EQ(status_of(connection.read_response()), 200);
    EXPECT_EQ(seen_.size, 0U);
    EXPECT_EQ(seen_.sha256, sha256(""));
    EXPECT_EQ(directory_.files().size(), 2U);
}

TEST_F(BodyFiles, GoWhenTheSenderBreaksOff) {
    start_server();
    auto connection = connect();
    connection.send("POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + std::string(500'000, 'x'));
    connection.reset();
    finish();
    EXPECT_TRUE(directory_.files().empty());
    EXPECT_EQ(seen_.path, "") << "the handler must not see half a body";
}

TEST_F(BodyFiles, GoWhenAChunkedBodyGrowsTooLarge) {
    start_server();
    auto connection = connect();
    connection.send("POST /in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 9; ++i) connection.send("100000\r\n" + std::string(1 << 20, 'x') + "\r\n");
    EXPECT_EQ(status_of(connection.read_response()), 413);
    connection.reset();
    finish();
    EXPECT_TRUE(directory_.files().empty());
}

TEST_F(BodyFiles, AreNotMadeWhenTheGuardRefuses) {
    start_server([](Request& head) -> std::optional<Response> {
        if (head.header("authorization") == "yes") return std::nullopt;
        return Response::problem(401, "unauthorized", "Who are you?", "send a token");
    });
    auto connection = connect();
    // Only the header is sent: the answer must not wait for the body.
    connection.send("POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    const std::string response = connection.read_response();
    EXPECT_EQ(status_of(response), 401);
    EXPECT_EQ(header_of(response, "connection"), "close");
    EXPECT_TRUE(directory_.files().empty());
    EXPECT_EQ(seen_.path, "");
}

TEST_F(BodyFiles, AnswerUnavailableWhenStorageRefuses) {
    const QuietLog quiet;
    start_server();
    const std::string moved = directory_.path() + "-moved";
    ASSERT_EQ(::rename(directory_.path().c_str(), moved.c_str()), 0);
    auto connection = connect();
    connection.send(post_of(10));
    const std::string response = connection.read_response();
    EXPECT_EQ(status_of(response), 503);
    EXPECT_EQ(response.find("/tmp"), std::string::npos) << "no path of ours goes to the peer";
    ASSERT_EQ(::rename(moved.c_str(), directory_.path().c_str()), 0);
}

TEST(BodyLimit, TakesTheLimitAndRefusesOnePast) {
    Route in = route("POST", "/in", echo());
    in.body_size_max = 1000;
    const auto server = start(loopback({in}));
    const std::pair<std::string, int> table[] = {
        {post_of(1000), 200}, {post_of(1001), 413}, {chunked_of(1000), 200}, {chunked_of(1001), 413}};
    for (const auto& [bytes, status] : table) {
        auto connection = RawConnection::to_port(port_of(*server));
        connection.send(bytes);
        const std::string response = connection.read_response();
        EXPECT_EQ(status_of(response), status) << bytes.substr(0, 80);
        if (status == 200) {
            EXPECT_EQ(body_of(response), "POST /in " + std::string(1000, 'b'));
        }
    }
}

TEST(Expect, GetsItsContinueAfterTheGuardOnly) {
    const auto server = start(loopback({
        route("POST", "/in", echo()),
        route("POST", "/shut", echo(),
              [](Request&) -> std::optional<Response> {
                  return Response::problem(403, "forbidden", "No", "not for you");
              }),
    }));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send("POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(connection.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    connection.send("abc");
    EXPECT_EQ(body_of(connection.read_response()), "POST /in abc");
    connection.send("POST /shut HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(status_of(connection.read_response()), 403);
    EXPECT_TRUE(connection.is_closed());
}

TEST(Guard, HandsTheHandlerWhoItIs) {
    Request seen;
    const auto server = start(loopback({route(
        "GET", "/me",
        [&](Request request, Respond respond) {
            seen = std::move(request);
            respond(Response::text(200, ""));
        },
        [](Request& head) -> std::optional<Response> {
            head.principal = "ada";
            head.role = "finance";
            return std::nullopt;
        })}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send("GET /me HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_EQ(status_of(connection.read_response()), 200);
    EXPECT_EQ(seen.principal, "ada");
    EXPECT_EQ(seen.role, "finance");
}

}  // namespace
}  // namespace tributary::net
