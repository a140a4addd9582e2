#include <cstring>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/net/harness.hpp"

namespace tributary::net {
namespace {

class UnixSocket : public ::testing::Test {
protected:
    Result<std::unique_ptr<HttpServer>> try_start() {
        ServerOptions options = loopback({route("GET", "/who", [this](Request request, Respond respond) {
            peer_ = request.peer;
            respond(Response::text(200, "you"));
        })});
        options.listeners.front().address = path_;
        options.listeners.front().socket_mode = 0600;
        return HttpServer::start(std::move(options));
    }
    TemporaryDirectory directory_;
    const std::string path_ = directory_.path("control.sock");
    Peer peer_;
};

TEST_F(UnixSocket, TellsWhoThePeerIs) {
    const auto server = try_start();
    ASSERT_TRUE(server) << server.error().message;
    const Outcome outcome = exchange(get("/who"), path_);
    ASSERT_EQ(outcome.delivery, Delivery::answered) << outcome.message;
    EXPECT_EQ(outcome.response.body, "you");
    EXPECT_TRUE(peer_.is_unix);
    EXPECT_EQ(peer_.uid, ::getuid());
    EXPECT_EQ(peer_.gid, ::getgid());
    EXPECT_EQ(peer_.pid, ::getpid());
    EXPECT_EQ(peer_.address, "unix");
}

TEST_F(UnixSocket, HasTheModeAskedForAndGoesWithTheServer) {
    {
        const auto server = try_start();
        ASSERT_TRUE(server) << server.error().message;
        struct stat info {};
        ASSERT_EQ(::stat(path_.c_str(), &info), 0);
        EXPECT_EQ(info.st_mode & 07777U, 0600U);
        EXPECT_EQ((*server)->endpoints().front().address, path_);
    }
    EXPECT_NE(::access(path_.c_str(), F_OK), 0);
}

TEST_F(UnixSocket, ReplacesWhatADeadServerLeft) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    {
        const FileDescriptor dead(::socket(AF_UNIX, SOCK_STREAM, 0));
        ASSERT_EQ(::bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    ASSERT_EQ(::access(path_.c_str(), F_OK), 0);
    const auto server = try_start();
    ASSERT_TRUE(server) << server.error().message;
    EXPECT_EQ(exchange(get("/who"), path_).response.status, 200);
}

TEST_F(UnixSocket, DoesNotTakeThePathOfALivingServer) {
    const auto first = try_start();
    ASSERT_TRUE(first);
    const auto second = try_start();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::conflict);
    EXPECT_EQ(exchange(get("/who"), path_).response.status, 200);
}

TEST_F(UnixSocket, DoesNotRemoveAFileThatIsNoSocket) {
    ASSERT_TRUE(write_file_durably(path_, "precious"));
    ASSERT_FALSE(try_start());
    EXPECT_EQ(bytes_in(path_), "precious");
}

TEST_F(UnixSocket, ThatIsMissingMeansNothingWasSent) {
    EXPECT_EQ(exchange(get("/who"), path_).delivery, Delivery::not_sent);
}

}  // namespace
}  // namespace tributary::net
