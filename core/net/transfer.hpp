// One outgoing request or mail as a libcurl easy handle with all it points to. Made and used on one thread. prepare_*()
// refuses what may not be sent; finish() tells what became of it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "core/net/client.hpp"
#include "core/net/url.hpp"

namespace tributary::net {

class Transfer {
public:
    Transfer(const ClientOptions& options, int64_t started_ms);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    // An error is a not_sent. socket_path: talk HTTP over that Unix socket.
    Result<void> prepare_request(OutgoingRequest request, const std::string& socket_path = {});
    Result<void> prepare_mail(OutgoingMail mail);
    CURL* handle() const { return easy_; }
    Outcome finish(CURLcode code);
    Outcome abandon(const std::string& why);  // it was cut by us

private:
    // transfer.cpp
    Result<void> set_common(const CheckedUrl& url, int64_t timeout_ms, const char* protocols);
    Result<void> add_headers(const std::vector<Header>& headers);
    Outcome finish_request(CURLcode code);
    Outcome unanswered(bool may_have_effect, CURLcode code);
    static int on_before_send(void* self, char*, char*, int, int);
    static size_t on_body(char* data, size_t size, size_t count, void* self);
    static size_t on_header(char* data, size_t size, size_t count, void* self);
    void take_header(std::string_view line);
    // mail_transfer.cpp
    Outcome finish_mail(CURLcode code);
    static size_t on_mail_data(char* into, size_t size, size_t count, void* self);
    static size_t on_mail_reply(char* data, size_t size, size_t count, void* self);

    const ClientOptions& options_;
    const int64_t started_ms_;
    CURL* const easy_;
    curl_slist* headers_ = nullptr;
    curl_slist* recipients_ = nullptr;
    UrlHandle url_;
    char error_[CURL_ERROR_SIZE] = {};
    bool is_mail_ = false;
    OutgoingRequest request_;
    OutgoingMail mail_;
    size_t mail_offset_ = 0;  // handed to libcurl; at the end the final dot may have left
    std::string mail_reply_;
    bool is_reply_whole_ = true;  // the next line begins a new reply
    bool has_begun_ = false;      // the connection stood and sending could begin
    bool may_repeat_ = false;     // libcurl may send it again over a new connection (idempotent methods)
    bool is_capped_ = false;      // we cut the answer at response_size_max
    size_t header_size_ = 0;
    bool is_header_whole_ = false;
    Response response_;
};

Outcome not_sent(std::string why, int64_t elapsed_ms = 0);

}  // namespace tributary::net
