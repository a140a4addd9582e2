#include "core/net/transfer.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/base/clock.hpp"
#include "core/base/encoding.hpp"

namespace tributary::net {
namespace {

constexpr size_t answer_header_size_max = 64 * 1024;

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > 0x20 && c < 0x7f && std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
    });
}

bool is_one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

// libcurl sets these from the URL and the body; a caller's value could only contradict it.
bool is_framing(std::string_view lower_name) {
    constexpr std::array names = {
        "content-length", "transfer-encoding", "connection", "host", "expect", "te", "trailer", "upgrade"};
    return std::find(names.begin(), names.end(), lower_name) != names.end();
}

bool is_idempotent(std::string_view method) {
    constexpr std::array methods = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
    return std::find(methods.begin(), methods.end(), method) != methods.end();
}

}  // namespace

Outcome not_sent(std::string why, int64_t elapsed_ms) {
    Outcome outcome;
    outcome.delivery = Delivery::not_sent;
    outcome.response.status = 0;
    outcome.message = std::move(why);
    outcome.elapsed_ms = elapsed_ms;
    return outcome;
}

Transfer::Transfer(const ClientOptions& options, int64_t started_ms)
    : options_(options), started_ms_(started_ms), easy_(curl_easy_init()) {}

Transfer::~Transfer() {
    curl_easy_cleanup(easy_);
    curl_slist_free_all(headers_);
    curl_slist_free_all(recipients_);
}

Result<void> Transfer::set_common(const CheckedUrl& url, int64_t timeout_ms, const char* protocols) {
    const int64_t left_ms = timeout_ms - (system_clock().monotonic_ms() - started_ms_);
    if (left_ms <= 0) return fail(ErrorCode::timeout, "it waited for its turn longer than it may take");
    curl_easy_setopt(easy_, CURLOPT_CURLU, url.handle.get());
    curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_PROXY, "");  // also ignores the proxies of the environment
    curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options_.ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, options_.ca_file.c_str());
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(left_ms));
    curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::min(left_ms, options_.connect_timeout_ms)));
    curl_easy_setopt(easy_, CURLOPT_MAXAGE_CONN, 20L);  // s; an older idle connection may be half dead
    curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_);
    curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, on_before_send);
    curl_easy_setopt(easy_, CURLOPT_PREREQDATA, this);
    return {};
}

Result<void> Transfer::add_headers(const std::vector<Header>& headers) {
    const auto add = [this](const std::string& line) { headers_ = curl_slist_append(headers_, line.c_str()); };
    bool has_type = false, has_agent = false;
    for (const Header& header : headers) {
        const std::string name = lower_ascii(header.name);
        if (!is_token(name) || !is_one_line(header.value))
            return fail(ErrorCode::invalid, fmt::format("header '{}' is malformed", printable(header.name)));
        if (is_framing(name)) continue;
        has_type = has_type || name == "content-type";
        has_agent = has_agent || name == "user-agent";
        add(trim(header.value).empty() ? header.name + ";" : header.name + ": " + header.value);
    }
    if (!has_type) add("Content-Type:");  // libcurl would claim a form
    if (!has_agent) curl_easy_setopt(easy_, CURLOPT_USERAGENT, options_.user_agent.c_str());
    add("Expect:");
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
    return {};
}

Result<void> Transfer::prepare_request(OutgoingRequest request, const std::string& socket_path) {
    if (!easy_) return fail(ErrorCode::internal, "out of memory");
    request_ = std::move(request);
    TRIBUTARY_TRY(CheckedUrl url, parse_url(request_.url));
    if (url.scheme != "http" && url.scheme != "https") return fail(ErrorCode::invalid, "the URL is no http(s) URL");
    if (url.scheme == "http" && socket_path.empty() && !is_loopback_host(url.host))
        return fail(ErrorCode::forbidden,
                    fmt::format("http:// is for loopback only; use https:// for {}", printable(url.host)));
    if (!is_token(request_.method)) return fail(ErrorCode::invalid, "the method is malformed");
    TRIBUTARY_CHECK(set_common(url, request_.timeout_ms, "http,https"));
    url_ = std::move(url.handle);
    TRIBUTARY_CHECK(add_headers(request_.headers));
    if (!socket_path.empty()) curl_easy_setopt(easy_, CURLOPT_UNIX_SOCKET_PATH, socket_path.c_str());
    may_repeat_ = is_idempotent(request_.method);
    if (request_.method == "HEAD") {
        curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    } else {
        if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT" ||
            request_.method == "PATCH") {
            curl_easy_setopt(easy_, CURLOPT_POST, 1L);
            curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.data());
            curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        }
        curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }
    curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy_, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
    return {};
}

// Called when the connection stands (TLS included) and before the first byte of the request. A second call is libcurl
// repeating the request because a reused connection broke: the peer may have acted on the first, so only an idempotent
// method gets that.
int Transfer::on_before_send(void* self, char*, char*, int, int) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (transfer.has_begun_ && !transfer.may_repeat_) return CURL_PREREQFUNC_ABORT;
    transfer.has_begun_ = true;
    return CURL_PREREQFUNC_OK;
}

size_t Transfer::on_body(char* data, size_t size, size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const size_t length = size * count;
    const uint64_t room = transfer.request_.response_size_max - transfer.response_.body.size();
    transfer.response_.body.append(data, std::min<size_t>(length, room));
    if (length <= room) return length;
    transfer.is_capped_ = true;
    return 0;  // ends the transfer
}

size_t Transfer::on_header(char* data, size_t size, size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string_view line(data, size * count);
    transfer.header_size_ += line.size();
    if (transfer.header_size_ > answer_header_size_max) return 0;
    transfer.take_header(line);
    return line.size();
}

void Transfer::take_header(std::string_view line) {
    if (line.starts_with("HTTP/")) {
        is_header_whole_ = false;
        return response_.headers.clear();  // of an interim 1xx answer
    }
    if (is_header_whole_) return;  // a trailer
    is_header_whole_ = trim(line).empty();
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    response_.headers.push_back(
        {lower_ascii(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
}

Outcome Transfer::unanswered(bool may_have_effect, CURLcode code) {
    Outcome outcome;
    outcome.delivery = may_have_effect ? Delivery::maybe_sent : Delivery::not_sent;
    outcome.response.status = 0;
    outcome.message = error_[0] != 0 ? printable(error_, 200) : std::string(curl_easy_strerror(code));
    outcome.elapsed_ms = system_clock().monotonic_ms() - started_ms_;
    return outcome;
}

Outcome Transfer::finish(CURLcode code) { return is_mail_ ? finish_mail(code) : finish_request(code); }

Outcome Transfer::finish_request(CURLcode code) {
    if (code != CURLE_OK && !is_capped_) return unanswered(has_begun_, code);
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    // libcurl takes half a header, or an interim answer and no more, for success.
    if (!is_header_whole_ || status < 200) return unanswered(has_begun_, CURLE_PARTIAL_FILE);
    Outcome outcome;
    outcome.delivery = Delivery::answered;
    outcome.response = std::move(response_);
    outcome.response.status = static_cast<int>(status);
    outcome.is_truncated = is_capped_;
    outcome.elapsed_ms = system_clock().monotonic_ms() - started_ms_;
    if (is_capped_) outcome.message = fmt::format("the answer was cut at {} bytes", request_.response_size_max);
    return outcome;
}

Outcome Transfer::abandon(const std::string& why) {
    const bool may_have_effect = is_mail_ ? mail_offset_ == mail_.data.size() : has_begun_;
    Outcome outcome = unanswered(may_have_effect, CURLE_ABORTED_BY_CALLBACK);
    outcome.message = why;
    return outcome;
}

}  // namespace tributary::net
