// HttpClient: outgoing HTTP and SMTP over libcurl multi, on a thread of its own for each, with at most in_flight_max
// transfers and queue_max waiting there.
// TLS is verified always (CA bundle or a file of ours); redirects are never followed; http:// and smtp:// without TLS
// only to loopback. The outcome keeps apart "nothing left this machine" and "the peer may have acted".
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/net/http.hpp"

namespace tributary::net {

struct OutgoingRequest {
    std::string method;
    std::string url;
    std::vector<Header> headers;
    std::string body;
    int64_t timeout_ms = 30'000;
    uint64_t response_size_max = 1 << 20;
};

struct OutgoingMail {
    std::string server_url;  // smtp://host:587 (STARTTLS), smtps://host:465
    std::string username, password;
    std::string sender;
    std::vector<std::string> recipients;
    std::string data;        // RFC 5322, CRLF
    bool requires_tls = true;
    int64_t timeout_ms = 60'000;
};

enum class Delivery {
    answered,    // response is set
    not_sent,    // refused, unresolved, TLS failed, shut down before sending: surely no effect
    maybe_sent,  // bytes left and no complete answer came: unknown
};

struct Outcome {
    Delivery delivery = Delivery::not_sent;
    Response response;      // SMTP: status is the reply code, body its text; status 0 when not answered
    bool is_truncated = false;
    std::string message;    // for people; never contains headers or bodies
    int64_t elapsed_ms = 0;
};

struct ClientOptions {
    std::string ca_file;            // "" = the system's
    unsigned in_flight_max = 64;
    unsigned queue_max = 10'000;    // past it send() answers not_sent at once
    int64_t connect_timeout_ms = 10'000;
    std::string user_agent = "Tributary/0.1";
};

class HttpClient {
public:
    static std::unique_ptr<HttpClient> start(ClientOptions options);
    virtual ~HttpClient() = default;  // aborts what is in flight: maybe_sent
    // [any thread] The callback runs once, on a thread of the client's, and must not block.
    virtual void send(OutgoingRequest request, std::function<void(Outcome)> done) = 0;
    virtual void send_mail(OutgoingMail mail, std::function<void(Outcome)> done) = 0;
};

// "https://api.lithic.com:443/v1/cards" -> "api.lithic.com"; an error when it is no absolute http(s)/smtp(s) URL.
Result<std::string> host_of(const std::string& url);
bool is_loopback_host(std::string_view host);
// A synchronous exchange, for tributaryctl: over a Unix socket when socket_path is set (url then names only the path).
Outcome exchange(OutgoingRequest request, const std::string& socket_path = {}, const std::string& ca_file = {});

}  // namespace tributary::net
