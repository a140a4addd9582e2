// How tributaryctl talks to the daemon: the same HTTP API, over the Unix socket (the kernel says who calls) or over TCP
// with a token from a file. Single-threaded.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/net/http.hpp"

namespace tributary::ctl {

struct Target {
    std::string socket = "/run/tributary/control.sock";
    std::string url;         // https://host:8440; instead of the socket
    std::string token_file;  // with url
    std::string ca_file;     // with url
};

struct Call {
    std::string method = "GET";
    std::string path = {};                          // already escaped
    std::map<std::string, std::string> query = {};  // values are escaped here
    std::string body = {};
    std::string body_type = "application/json";
    std::vector<net::Header> headers = {};
    int64_t timeout_ms = 60'000;
};

class Client {
public:
    explicit Client(Target target) : target_(std::move(target)) {}
    // An answer of 2xx; anything else is an error that says what to do next.
    Result<net::Response> send(const Call& call) const;
    Result<json::object> send_json(const Call& call) const;
    // Follows the pages until rows_max items are there.
    Result<json::array> items(const Call& call, size_t rows_max) const;

private:
    Result<net::Header> authorization() const;
    Error unreachable(const std::string& message) const;
    Target target_;
};

std::string escape(std::string_view text);  // for a path segment or a query value
Call post(std::string path, const json::object& body);

}  // namespace tributary::ctl
