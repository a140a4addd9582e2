#include "core/net/request_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <fmt/format.h>

#include "core/base/encoding.hpp"

namespace tributary::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using Code = boost::beast::error_code;

std::string text_of(string_view text) { return std::string(text.data(), text.size()); }

}  // namespace

class RequestParser::Impl final : public http::basic_parser<true> {
public:
    Impl() {
        header_limit(header_size_max);
        body_limit(boost::none);  // the route's limit is kept by the connection, which counts what comes out
    }
    ParseFault feed(std::string_view bytes, size_t* taken, std::string& body);
    ParseFault check_head();
    RequestHead head;

private:
    void on_request_impl(http::verb, string_view method, string_view target, int version, Code&) override {
        head.is_http11 = version == 11;
        head.method = text_of(method);
        head.target = text_of(target);
    }
    void on_response_impl(int, string_view, int, Code&) override {}
    void on_field_impl(http::field, string_view name, string_view value, Code& error) override {
        if (is_header_done()) return;  // a trailer
        if (head.headers.size() >= header_count_max)
            error = http::error::header_limit;
        else
            head.headers.push_back({lower_ascii(text_of(name)), text_of(value)});
    }
    void on_header_impl(Code&) override {}
    void on_body_init_impl(boost::optional<uint64_t> const&, Code&) override {}
    size_t on_body_impl(string_view bytes, Code&) override {
        body_->append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_chunk_header_impl(uint64_t, string_view, Code&) override {}
    size_t on_chunk_body_impl(uint64_t, string_view bytes, Code& error) override {
        return on_body_impl(bytes, error);
    }
    void on_finish_impl(Code&) override {}

    std::string* body_ = nullptr;
    size_t header_size_ = 0;
};

ParseFault RequestParser::Impl::feed(std::string_view bytes, size_t* taken, std::string& body) {
    *taken = 0;
    body_ = &body;
    const bool was_header_done = is_header_done();
    eager(was_header_done);
    Code error;
    if (bytes.empty() || is_done()) return {};
    *taken = put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    // Beast consumes field by field, so its own limit does not bound the sum.
    if (!was_header_done) header_size_ += *taken;
    if (header_size_ > header_size_max || error == http::error::header_limit)
        return {431, "header_too_large",
                fmt::format("the header is larger than {} bytes or {} fields", header_size_max, header_count_max)};
    if (error == http::error::bad_version) return {505, "bad_version", "only HTTP/1.0 and HTTP/1.1 are spoken here"};
    if (error && error != http::error::need_more)
        return {400, "bad_request", "the bytes are no well-formed HTTP request: " + error.message()};
    if (!was_header_done && is_header_done()) return check_head();
    return {};
}

// What Beast lets pass and we do not: two readers of such a request could disagree about where it ends or whom it
// is for.
ParseFault RequestParser::Impl::check_head() {
    size_t hosts = 0, encodings = 0;
    for (const Header& header : head.headers) {
        if (header.name == "host") ++hosts;
        if (header.name == "transfer-encoding" && (++encodings > 1 || lower_ascii(trim(header.value)) != "chunked"))
            return {501, "bad_transfer_encoding", "the only transfer encoding understood is 'chunked'"};
        if (header.name == "expect") {
            if (lower_ascii(trim(header.value)) != "100-continue")
                return {417, "expectation_failed", "the only expectation understood is '100-continue'"};
            head.expects_continue = true;
        }
    }
    if (hosts > 1 || (hosts == 0 && head.is_http11)) return {400, "bad_host", "send exactly one Host header"};
    if (encodings > 0 && !head.is_http11) return {400, "bad_transfer_encoding", "HTTP/1.0 has no transfer encodings"};
    head.keeps_alive = head.is_http11 && keep_alive();
    head.is_chunked = chunked();
    if (const auto length = content_length()) head.content_length = *length;
    return {};
}

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;
ParseFault RequestParser::feed(std::string_view bytes, size_t* taken, std::string& body) {
    return impl_->feed(bytes, taken, body);
}
bool RequestParser::is_header_done() const { return impl_->is_header_done(); }
bool RequestParser::is_done() const { return impl_->is_done(); }
bool RequestParser::needs_body() const { return impl_->is_header_done() && !impl_->is_done(); }
const RequestHead& RequestParser::head() const { return impl_->head; }

}  // namespace tributary::net
