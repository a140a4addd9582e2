// The client against our own server and against servers that misbehave. What matters most: not_sent is never a lie.
#include <gtest/gtest.h>

#include "tests/unit/net/harness.hpp"

namespace tributary::net {
namespace {

// Reads one request whole (header, then content-length bytes).
void read_request(RawConnection& connection) { connection.read_response(); }

TEST(Client, CarriesRequestAndAnswer) {
    Request seen;
    const auto server = start(loopback({route("PATCH", "/v1/x", [&](Request request, Respond respond) {
        seen = std::move(request);
        Response response = Response::text(207, "answer");
        response.headers.push_back({"X-Mixed-Case", "Value "});
        respond(std::move(response));
    })}));
    const auto client = HttpClient::start({});
    OutgoingRequest request = post("http://127.0.0.1:" + std::to_string(port_of(*server)) + "/v1/x?q=1", "payload");
    request.method = "PATCH";
    request.headers = {{"X-Own", "1"}, {"Content-Length", "999"}, {"Host", "other"}, {"X-Empty", ""}};
    const Outcome outcome = send_and_wait(*client, request);
    ASSERT_EQ(outcome.delivery, Delivery::answered) << outcome.message;
    EXPECT_EQ(outcome.response.status, 207);
    EXPECT_EQ(outcome.response.body, "answer");
    EXPECT_FALSE(outcome.is_truncated);
    const auto has = [](const std::vector<Header>& headers, const Header& wanted) {
        return std::any_of(headers.begin(), headers.end(),
                           [&](const Header& h) { return h.name == wanted.name && h.value == wanted.value; });
    };
    EXPECT_TRUE(has(outcome.response.headers, {"x-mixed-case", "Value"}));
    EXPECT_TRUE(has(seen.headers, {"x-own", "1"}));
    EXPECT_TRUE(has(seen.headers, {"x-empty", ""}));
    EXPECT_TRUE(has(seen.headers, {"content-length", "7"}));
    EXPECT_TRUE(has(seen.headers, {"user-agent", "Tributary/0.1"}));
    EXPECT_EQ(seen.header("host"), "127.0.0.1:" + std::to_string(port_of(*server)));
    EXPECT_EQ(seen.header("content-type"), "") << "nothing is claimed that the caller did not say";
    EXPECT_EQ(seen.body, "payload");
}

TEST(Client, KnowsEveryMethod) {
    std::vector<Route> routes;
    for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH"})
        routes.push_back(route(method, "/m", echo()));
    const auto server = start(loopback(routes));
    const auto client = HttpClient::start({});
    for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"}) {
        OutgoingRequest request = get("http://localhost:" + std::to_string(port_of(*server)) + "/m");
        request.method = method;
        const Outcome outcome = send_and_wait(*client, request);
        ASSERT_EQ(outcome.delivery, Delivery::answered) << method << outcome.message;
        EXPECT_EQ(outcome.response.body, std::string(method) == "HEAD" ? "" : std::string(method) + " /m ");
    }
}

TEST(Client, FollowsNoRedirect) {
    ScriptedServer server([](RawConnection& connection) {
        read_request(connection);
        connection.send("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    });
    const auto client = HttpClient::start({});
    EXPECT_EQ(send_and_wait(*client, get(server.url())).response.status, 302);
    EXPECT_EQ(server.connections(), 1);
}

TEST(Client, IgnoresTheProxyOfTheEnvironment) {
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    const auto server = start(loopback({route("GET", "/m", echo())}));
    const auto client = HttpClient::start({});
    EXPECT_EQ(send_and_wait(*client, get("http://127.0.0.1:" + std::to_string(port_of(*server)) + "/m")).delivery,
              Delivery::answered);
    ::unsetenv("http_proxy");
}

TEST(Client, SendsNothingThatItMayNot) {
    const auto client = HttpClient::start({});
    OutgoingRequest smuggler = get("http://127.0.0.1:1/");
    smuggler.headers = {{"x", "a\r\nb: c"}};
    OutgoingRequest bad_method = get("http://127.0.0.1:1/");
    bad_method.method = "GET / HTTP/1.1\r\nX:";
    for (const OutgoingRequest& request :
         {smuggler, bad_method, get("http://example.com/"), get("ftp://127.0.0.1/"), get("file:///etc/passwd"),
          get("/relative"), get(""), get("smtp://127.0.0.1/"), get("http://user:word@127.0.0.1/"),
          get("http://127.0.0.1.example.com/")}) {
        const Outcome outcome = send_and_wait(*client, request);
        EXPECT_EQ(outcome.delivery, Delivery::not_sent) << request.url;
        EXPECT_NE(outcome.message, "");
        EXPECT_EQ(outcome.message.find("word"), std::string::npos) << "no secret in a message";
    }
}

TEST(NotSent, WhenTheConnectionIsRefused) {
    const auto client = HttpClient::start({});
    EXPECT_EQ(send_and_wait(*client, post("http://127.0.0.1:" + std::to_string(unused_port()) + "/", "x")).delivery,
              Delivery::not_sent);
}

TEST(NotSent, WhenTheNameDoesNotResolve) {
    const auto client = HttpClient::start({});
    EXPECT_EQ(send_and_wait(*client, post("https://no-such-host.invalid/", "x")).delivery, Delivery::not_sent);
}

TEST(NotSent, WhenTheHandshakeFails) {
    ScriptedServer server([](RawConnection& connection) { connection.send("I speak no TLS\r\n"); });
    const auto client = HttpClient::start({});
    EXPECT_EQ(send_and_wait(*client, post("https://127.0.0.1:" + std::to_string(server.port()) + "/", "x")).delivery,
              Delivery::not_sent);
}

struct Misbehaviour {
    const char* name;
    const char* answer;  // after the request was read; then the connection is closed
};

class MaybeSent : public ::testing::TestWithParam<Misbehaviour> {};

TEST_P(MaybeSent, WhenNoCompleteAnswerCame) {
    ScriptedServer server([](RawConnection& connection) {
        read_request(connection);
        connection.send(GetParam().answer);
    });
    const auto client = HttpClient::start({});
    for (const char* method : {"POST", "GET"}) {
        OutgoingRequest request = post(server.url(), "body");
        request.method = method;
        const Outcome outcome = send_and_wait(*client, request);
        EXPECT_EQ(outcome.delivery, Delivery::maybe_sent) << method;
        EXPECT_NE(outcome.message, "");
        EXPECT_EQ(outcome.response.body, "");
        EXPECT_EQ(outcome.response.status, 0) << "never to be mistaken for a success";
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, MaybeSent,
    ::testing::Values(Misbehaviour{"closes", ""}, Misbehaviour{"garbage", "\x01\x02 what\r\n\r\n"},
                      Misbehaviour{"half_header", "HTTP/1.1 200 OK\r\nContent-Le"},
                      Misbehaviour{"no_blank_line", "HTTP/1.1 200 OK\r\nX: y\r\n"},
                      Misbehaviour{"only_status", "HTTP/1.1 200 OK\r\n"},
                      Misbehaviour{"continue_and_half", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2"},
                      Misbehaviour{"only_continue", "HTTP/1.1 100 Continue\r\n\r\n"},
                      Misbehaviour{"short_body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!"},
                      Misbehaviour{"short_chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"},
                      Misbehaviour{"no_last_chunk",
                                   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(MaybeSentToo, WhenTheAnswerDoesNotComeInTime) {
    std::promise<void> release;
    ScriptedServer server([&](RawConnection& connection) {
        read_request(connection);
        release.get_future().wait();
    });
    const auto client = HttpClient::start({});
    OutgoingRequest request = post(server.url(), "x");
    request.timeout_ms = 200;
    EXPECT_EQ(send_and_wait(*client, request).delivery, Delivery::maybe_sent);
    release.set_value();
}

TEST(MaybeSentToo, WhenTheHeaderOfTheAnswerNeverEnds) {
    ScriptedServer server([&](RawConnection& connection) {
        read_request(connection);
        connection.send("HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 200; ++i) connection.send("X: " + std::string(1000, 'x') + "\r\n");
    });
    const auto client = HttpClient::start({});
    EXPECT_EQ(send_and_wait(*client, post(server.url(), "x")).delivery, Delivery::maybe_sent);
}

// The trap: libcurl repeats a request by itself when a kept connection turns out dead. The peer may have acted already.
TEST(KeptConnection, ThatBreaksNeverRepeatsAPost) {
    std::atomic<int> posts = 0;
    ScriptedServer server([&](RawConnection& connection) {
        for (int i = 0; i < 2; ++i) {
            const std::string head = connection.read_until("\r\n\r\n");
            if (head.empty()) return;
            if (head.starts_with("POST")) {
                ++posts;
                return;  // acted, and drops the connection without a word
            }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
    });
    const auto client = HttpClient::start({});
    ASSERT_EQ(send_and_wait(*client, get(server.url())).delivery, Delivery::answered);
    EXPECT_EQ(send_and_wait(*client, post(server.url(), "")).delivery, Delivery::maybe_sent);
    EXPECT_EQ(posts, 1);
}

TEST(Answer, IsCutAtItsLimit) {
    const auto server = start(loopback({route(
        "GET", "/big", [](Request, Respond respond) { respond(Response::text(200, std::string(100'000, 'a'))); })}));
    const auto client = HttpClient::start({});
    OutgoingRequest request = get("http://127.0.0.1:" + std::to_string(port_of(*server)) + "/big");
    for (const uint64_t limit : {99'999ULL, 100'000ULL}) {
        request.response_size_max = limit;
        const Outcome outcome = send_and_wait(*client, request);
        ASSERT_EQ(outcome.delivery, Delivery::answered) << outcome.message;
        EXPECT_EQ(outcome.is_truncated, limit < 100'000);
        EXPECT_EQ(outcome.response.body.size(), limit);
        EXPECT_EQ(outcome.response.status, 200);
    }
}

TEST(Queue, RefusesPastItsLimitAndServesTheRest) {
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    const auto server = start(loopback({route("GET", "/m", [&](Request, Respond respond) {
        released.wait();
        respond(Response::text(200, ""));
    })}));
    ClientOptions options;
    options.in_flight_max = 1;
    options.queue_max = 3;
    const auto client = HttpClient::start(options);
    const std::string url = "http://127.0.0.1:" + std::to_string(port_of(*server)) + "/m";
    std::atomic<int> answered = 0, refused = 0;
    std::promise<void> all;
    for (int i = 0; i < 20; ++i)
        client->send(get(url), [&](Outcome outcome) {
            if (outcome.delivery == Delivery::answered)
                ++answered;
            else if (++refused == 16)
                release.set_value();
            if (answered + refused == 20) all.set_value();
        });
    // One in flight and three waiting at most, so 16 at least are refused while the server holds its answer.
    all.get_future().wait();
    EXPECT_GE(refused, 16);
    EXPECT_GE(answered, 3);
    EXPECT_LE(answered, 4);
}

TEST(Queue, TellsThoseWhoseTimeRanOutWhileTheyWaited) {
    std::promise<void> release;
    ScriptedServer server([&](RawConnection& connection) {
        read_request(connection);
        release.get_future().wait();
    });
    ClientOptions options;
    options.in_flight_max = 1;
    const auto client = HttpClient::start(options);
    std::promise<void> first_done;
    client->send(post(server.url(), "x"), [&](Outcome) { first_done.set_value(); });
    OutgoingRequest hasty = post(server.url(), "x");
    hasty.timeout_ms = 50;
    EXPECT_EQ(send_and_wait(*client, hasty).delivery, Delivery::not_sent);
    release.set_value();
    first_done.get_future().wait();
}

TEST(Client, CarriesManyRequestsAtOnce) {
    ServerOptions server_options = loopback({route("POST", "/m", echo())});
    server_options.io_threads = 2;
    const auto server = start(std::move(server_options));
    const auto client = HttpClient::start({});
    const std::string url = "http://127.0.0.1:" + std::to_string(port_of(*server)) + "/m";
    constexpr int count = 1000;
    std::atomic<int> right = 0, done = 0;
    std::promise<void> all;
    for (int i = 0; i < count; ++i)
        client->send(post(url, std::to_string(i)), [&, i](Outcome outcome) {
            if (outcome.response.body == "POST /m " + std::to_string(i)) ++right;
            if (++done == count) all.set_value();
        });
    all.get_future().wait();
    EXPECT_EQ(right, count);
}

TEST(Shutdown, TellsEveryoneWhatBecameOfTheirs) {
    std::promise<void> entered;
    ScriptedServer server([&](RawConnection& connection) {
        read_request(connection);
        entered.set_value();
        connection.read_all();
    });
    ClientOptions options;
    options.in_flight_max = 1;
    auto client = HttpClient::start(options);
    Outcome in_flight, waiting;
    client->send(post(server.url(), "x"), [&](Outcome outcome) { in_flight = std::move(outcome); });
    entered.get_future().wait();
    client->send(post(server.url(), "x"), [&](Outcome outcome) { waiting = std::move(outcome); });
    client.reset();
    EXPECT_EQ(in_flight.delivery, Delivery::maybe_sent);
    EXPECT_EQ(waiting.delivery, Delivery::not_sent);
    EXPECT_NE(waiting.message, "");
}

TEST(HostOf, ReadsUrlsAsTheClientWill) {
    const std::pair<const char*, const char*> table[] = {
        {"https://api.lithic.com:443/v1/cards", "api.lithic.com"},
        {"HTTPS://API.Example.COM", "api.example.com"},
        {"http://[::1]:80/", "::1"},
        {"smtp://mail.example.org:587", "mail.example.org"},
        {"https://a.example/@b.example", "a.example"},
        {"https://a.example#@b.example/", "a.example"},
        {"https://a@b.example/", nullptr},
        {"a.example/x", nullptr},
        {"//a.example/x", nullptr},
        {"ftp://a.example/x", nullptr},
        {"https:///x", nullptr},
        {"", nullptr},
    };
    for (const auto& [url, host] : table) {
        const auto result = host_of(url);
        ASSERT_EQ(result.has_value(), host != nullptr) << url;
        if (host) {
            EXPECT_EQ(*result, host) << url;
        }
    }
}

TEST(LoopbackHost, IsThisMachineOnly) {
    for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST"})
        EXPECT_TRUE(is_loopback_host(host)) << host;
    for (const char* host :
         {"", "128.0.0.1", "127.0.0.1.example", "localhost.example", "::2", "0.0.0.0", "10.0.0.1", "127"})
        EXPECT_FALSE(is_loopback_host(host)) << host;
}

}  // namespace
}  // namespace tributary::net
