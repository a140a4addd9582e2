// HTTP as values, for both directions. Nothing here knows Beast or libcurl.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"

namespace tributary::net {

struct Header {
    std::string name;  // incoming: lower case
    std::string value;
};

// Who is at the other end. On the Unix socket the kernel vouches for uid, gid and pid.
struct Peer {
    bool is_unix = false;
    bool is_loopback = false;
    bool is_tls = false;
    uint32_t uid = UINT32_MAX, gid = UINT32_MAX;
    int32_t pid = 0;
    std::string address;  // "127.0.0.1:51234" or "unix"
};

// A body that was streamed to disk while it arrived: written and fsynced, hashed on the way. Whoever gets it owns
// the file.
struct BodyFile {
    std::string path;
    uint64_t size = 0;
    Digest sha256{};
};

struct Request {
    std::string method;
    std::string target;                         // as received
    std::string path;                           // percent-decoded, without query
    std::map<std::string, std::string> query;   // decoded
    std::map<std::string, std::string> captures;  // of the route pattern
    std::vector<Header> headers;
    std::string body;                           // empty when body_file is set
    std::optional<BodyFile> body_file;
    Peer peer;
    std::string trace_id;                       // 32 hex digits, from traceparent or made here
    std::string principal;                      // set by the guard: who was authenticated
    std::string role;                           // set by the guard
    std::string_view header(std::string_view lower_name) const;  // "" when absent
};

struct Response {
    int status = 200;  // 0: close the connection without an answer
    std::vector<Header> headers;
    std::string body;
    static Response json(int status, const tributary::json::value& value);
    static Response text(int status, std::string body, std::string_view type = "text/plain; charset=utf-8");
    // RFC 9457: title says what, detail says where, why and what to do.
    static Response problem(int status, std::string_view code, std::string_view title, std::string_view detail);
    static Response problem(const Error& error);  // status by ErrorCode
};

using Respond = std::function<void(Response)>;                       // exactly once, from any thread
using Guard = std::function<std::optional<Response>(Request& head)>; // runs before the body is read; an answer ends it
using Handler = std::function<void(Request, Respond)>;               // must not block the caller for long

struct Route {
    std::string method;
    std::string pattern;             // "/v1/feeds/{feed}/interchanges"
    Guard guard;                     // required: every endpoint has an authenticated caller, or says openly it has none
    Handler handler;
    uint64_t body_size_max = 1 << 20;
    bool body_to_file = false;
};

}  // namespace tributary::net
