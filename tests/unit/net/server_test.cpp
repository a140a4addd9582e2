// The server over plain TCP on loopback: routing, keep-alive, answers from anywhere, draining.
#include <gtest/gtest.h>

#include "tests/unit/net/harness.hpp"

namespace tributary::net {
namespace {

constexpr const char* simple_get = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Server, AnswersWithTheHeadersOfItsOwn) {
    const auto server = start(loopback({route("GET", "/hello", echo())}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send(
        "GET /hello HTTP/1.1\r\nHost: x\r\ntraceparent: "
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n");
    const std::string response = connection.read_response();
    EXPECT_EQ(status_of(response), 200);
    EXPECT_EQ(body_of(response), "GET /hello ");
    EXPECT_EQ(header_of(response, "server"), "tributary");
    EXPECT_NE(header_of(response, "date"), "");
    const std::string trace = header_of(response, "traceparent");
    EXPECT_TRUE(trace.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-")) << trace;
    EXPECT_TRUE(trace.ends_with("-01")) << trace;
    EXPECT_EQ(trace.find("00f067aa0ba902b7"), std::string::npos) << "the span id must be our own";
}

TEST(Server, GivesTheHandlerWhatTheRequestSaid) {
    Request seen;
    const auto server = start(loopback({route("POST", "/v1/feeds/{feed}", [&](Request request, Respond respond) {
        seen = std::move(request);
        respond(Response::text(200, ""));
    })}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send(
        "POST /v1/feeds/a%20b?page=2 HTTP/1.1\r\nHost: x\r\nX-Thing: One\r\nContent-Length: 3\r\n\r\nabc");
    ASSERT_EQ(status_of(connection.read_response()), 200);
    EXPECT_EQ(seen.method, "POST");
    EXPECT_EQ(seen.target, "/v1/feeds/a%20b?page=2");
    EXPECT_EQ(seen.path, "/v1/feeds/a b");
    EXPECT_EQ(seen.query.at("page"), "2");
    EXPECT_EQ(seen.captures.at("feed"), "a b");
    EXPECT_EQ(seen.header("x-thing"), "One");
    EXPECT_EQ(seen.body, "abc");
    EXPECT_EQ(seen.trace_id.size(), 32U);
    EXPECT_TRUE(seen.peer.is_loopback);
    EXPECT_FALSE(seen.peer.is_unix);
    EXPECT_TRUE(seen.peer.address.starts_with("127.0.0.1:")) << seen.peer.address;
}

TEST(Server, AnswersUnknownPathsAndMethodsAsProblems) {
    const auto server = start(loopback({route("GET", "/hello", echo()), route("PUT", "/hello", echo())}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string missing = connection.read_response();
    EXPECT_EQ(status_of(missing), 404);
    EXPECT_EQ(header_of(missing, "content-type"), "application/problem+json");
    connection.send("DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string wrong = connection.read_response();
    EXPECT_EQ(status_of(wrong), 405);
    EXPECT_EQ(header_of(wrong, "allow"), "GET, HEAD, PUT");
}

TEST(Server, AnswersHeadLikeGetWithoutBody) {
    const auto server = start(loopback({route("GET", "/hello", echo())}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send("HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string all = connection.read_all();
    EXPECT_EQ(status_of(all), 200);
    EXPECT_EQ(header_of(all, "content-length"), "12");
    EXPECT_EQ(body_of(all), "");
}

TEST(Server, KeepsAConnectionForManyRequests) {
    const auto server = start(loopback({route("GET", "/hello", echo()), route("POST", "/hello", echo())}));
    auto connection = RawConnection::to_port(port_of(*server));
    for (int i = 0; i < 300; ++i) {
        connection.send(i % 2 ? simple_get : "POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
        ASSERT_EQ(body_of(connection.read_response()), i % 2 ? "GET /hello " : "POST /hello hi") << i;
    }
    EXPECT_EQ(server->connections_open(), 1U);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
    const auto server = start(loopback({route("GET", "/{n}", echo())}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send(
        "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\nHost: "
        "x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(body_of(connection.read_response()), "GET /1 ");
    EXPECT_EQ(body_of(connection.read_response()), "GET /2 ");
    const std::string last = connection.read_response();
    EXPECT_EQ(body_of(last), "GET /3 ");
    EXPECT_EQ(header_of(last, "connection"), "close");
    EXPECT_TRUE(connection.is_closed());
}

TEST(Server, RefusesMalformedRequests) {
    const std::pair<std::string, int> table[] = {
        {"nonsense\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\n\r\n", 400},  // no Host
        {"GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nExpect: the-impossible\r\n\r\n", 417},
        {"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
        {"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
        {"POST /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", 431},
    };
    const auto server = start(loopback({route("GET", "/hello", echo()), route("POST", "/hello", echo())}));
    for (const auto& [bytes, status] : table) {
        auto connection = RawConnection::to_port(port_of(*server));
        connection.send(bytes);
        const std::string response = connection.read_response();
        EXPECT_EQ(status_of(response), status) << bytes.substr(0, 120);
        EXPECT_EQ(header_of(response, "connection"), "close");
    }
    std::string many = "GET /hello HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 200; ++i) many += "A: b\r\n";
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send(many + "\r\n");
    EXPECT_EQ(status_of(connection.read_response()), 431);
}

TEST(Server, SumsTheHeaderOverAllReads) {
    const auto server = start(loopback({route("GET", "/hello", echo())}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send("GET /hello HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 20; ++i) connection.send("X: " + std::string(1'000, 'x') + "\r\n");
    EXPECT_EQ(status_of(connection.read_response()), 431);
}

TEST(Server, TakesAnAnswerFromAnyThreadLater) {
    std::promise<Respond> handed_over;
    const auto server = start(loopback(
        {route("GET", "/hello", [&](Request, Respond respond) { handed_over.set_value(std::move(respond)); })}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send(simple_get);
    handed_over.get_future().get()(Response::text(202, "later"));
    EXPECT_EQ(status_of(connection.read_response()), 202);
}

TEST(Server, AnswersForAHandlerThatFails) {
    const QuietLog quiet;
    const auto server = start(loopback({
        route("GET", "/drops", [](Request, Respond) {}),
        route("GET", "/throws", [](Request, Respond) { throw std::runtime_error("no"); }),
        route("GET", "/guard", echo(), [](Request&) -> std::optional<Response> { throw std::runtime_error("no"); }),
        route("GET", "/splits",
              [](Request, Respond respond) {
                  respond({200, {{"a", "b\r\nc: d"}}, ""});
              }),
        route("GET", "/twice",
              [](Request, Respond respond) {
                  respond(Response::text(200, "first"));
                  respond(Response::text(200, "second"));
              }),
    }));
    auto connection = RawConnection::to_port(port_of(*server));
    for (const char* path : {"drops", "throws", "guard", "splits"}) {
        connection.send(std::string("GET /") + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(status_of(connection.read_response()), 500) << path;
    }
    for (int i = 0; i < 2; ++i) {
        connection.send("GET /twice HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(body_of(connection.read_response()), "first");
    }
}

TEST(Server, ClosesWithoutAnAnswerOnStatusZero) {
    const auto server = start(loopback({route("GET", "/hang-up", [](Request, Respond respond) { respond({0, {}, ""}); })}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send("GET /hang-up HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(connection.is_closed());
}

TEST(Server, RefusesToServePlainlyBeyondLoopback) {
    for (const char* address : {"0.0.0.0", "192.0.2.1", "::", "localhost", "nonsense", "relative/path"}) {
        ServerOptions options = loopback({route("GET", "/hello", echo())});
        options.listeners.front().address = address;
        const auto server = HttpServer::start(std::move(options));
        ASSERT_FALSE(server) << address;
        EXPECT_EQ(server.error().code, ErrorCode::config) << address;
    }
}

TEST(Server, SaysWhenThePortIsTaken) {
    const auto first = start(loopback({route("GET", "/hello", echo())}));
    ServerOptions options = loopback({route("GET", "/hello", echo())});
    options.listeners.front().port = port_of(*first);
    const auto second = HttpServer::start(std::move(options));
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find(std::to_string(port_of(*first))), std::string::npos);
}

TEST(Drain, FinishesARunningRequestAndClosesIdleConnections) {
    std::promise<void> entered, release;
    const auto server = start(loopback({route("GET", "/slow",
                                              [&](Request, Respond respond) {
                                                  entered.set_value();
                                                  release.get_future().wait();
                                                  respond(Response::text(200, "done"));
                                              }),
                                        route("GET", "/hello", echo())}));
    const uint16_t port = port_of(*server);
    auto idle = RawConnection::to_port(port), fresh = RawConnection::to_port(port),
         busy = RawConnection::to_port(port);
    idle.send(simple_get);
    ASSERT_EQ(status_of(idle.read_response()), 200);
    busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    entered.get_future().wait();
    std::thread drain([&] { server->drain(20'000); });
    EXPECT_TRUE(idle.is_closed());
    EXPECT_TRUE(fresh.is_closed());
    release.set_value();
    const std::string response = busy.read_response();
    EXPECT_EQ(body_of(response), "done");
    EXPECT_EQ(header_of(response, "connection"), "close");
    drain.join();
    EXPECT_EQ(server->connections_open(), 0U);
}

TEST(Drain, GivesUpAfterItsTime) {
    const QuietLog quiet;
    Respond kept;
    std::promise<void> entered;
    const auto server = start(loopback({route("GET", "/never", [&](Request, Respond respond) {
        kept = std::move(respond);
        entered.set_value();
    })}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
    entered.get_future().wait();
    server->drain(50);
    EXPECT_TRUE(connection.is_closed());
}

TEST(Server, IsOutlivedByARespondWithoutHarm) {
    const QuietLog quiet;
    Respond kept;
    std::promise<void> entered;
    auto server = start(loopback({route("GET", "/never", [&](Request, Respond respond) {
        kept = std::move(respond);
        entered.set_value();
    })}));
    auto connection = RawConnection::to_port(port_of(*server));
    connection.send("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
    entered.get_future().wait();
    server.reset();
    kept(Response::text(200, "too late"));
    EXPECT_TRUE(connection.is_closed());
}

}  // namespace
}  // namespace tributary::net
