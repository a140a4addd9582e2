// One HTTP/1.x request, fed in pieces; Beast's parser behind a face of our own. Limits: header 16 KiB and 100 fields in
// all. Body bytes are handed out as they come, so the parser itself never holds a body.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/net/http.hpp"

namespace tributary::net {

constexpr size_t header_size_max = 16 * 1024;
constexpr size_t header_count_max = 100;

struct RequestHead {
    std::string method, target;
    std::vector<Header> headers;  // names in lower case; trailers are not taken
    bool is_http11 = false;
    bool keeps_alive = false;
    bool is_chunked = false;
    bool expects_continue = false;
    std::optional<uint64_t> content_length;
};

// Why the bytes are no request of ours. status 0 means none.
struct ParseFault {
    int status = 0;
    const char* code = "";
    std::string detail;
    explicit operator bool() const { return status != 0; }
};

class RequestParser {
public:
    RequestParser();
    ~RequestParser();
    // Takes bytes up to the end of the header, later of the message; *taken says how many. Body bytes go to body.
    ParseFault feed(std::string_view bytes, size_t* taken, std::string& body);
    bool is_header_done() const;
    bool is_done() const;
    bool needs_body() const;  // after the header: body bytes are to come
    const RequestHead& head() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::net
