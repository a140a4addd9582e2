// The SMTP half of Transfer. A server takes a mail only with the final dot (RFC 5321, 4.2.5): before libcurl has
// all data to send, a broken connection had no effect.
#include <algorithm>

#include <fmt/format.h>

#include "core/base/clock.hpp"
#include "core/base/encoding.hpp"
#include "core/net/transfer.hpp"

namespace tributary::net {
namespace {

constexpr size_t recipients_max = 100;
constexpr size_t address_size_max = 320;
constexpr size_t reply_size_max = 8 * 1024;

bool is_address(std::string_view text) {
    const auto is_bad = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte <= 0x20 || byte == 0x7f || c == '<' || c == '>' || c == '"';
    };
    return text.size() <= address_size_max && text.find('@') != std::string_view::npos && text.front() != '@' &&
           text.back() != '@' && std::none_of(text.begin(), text.end(), is_bad);
}

Result<void> check(const OutgoingMail& mail, const CheckedUrl& url) {
    if (url.scheme != "smtp" && url.scheme != "smtps")
        return fail(ErrorCode::invalid, "the mail server's URL is no smtp(s) URL");
    if (url.scheme == "smtp" && !mail.requires_tls && !is_loopback_host(url.host))
        return fail(ErrorCode::forbidden,
                    fmt::format("mail without TLS is for loopback only; require TLS for {}", printable(url.host)));
    if (mail.recipients.empty() || mail.recipients.size() > recipients_max)
        return fail(ErrorCode::invalid, fmt::format("a mail needs 1 to {} recipients", recipients_max));
    if (!is_address(mail.sender)) return fail(ErrorCode::invalid, "the sender is no mail address");
    if (!std::all_of(mail.recipients.begin(), mail.recipients.end(),
                     [](const std::string& text) { return is_address(text); }))
        return fail(ErrorCode::invalid, "a recipient is no mail address");
    if (mail.data.empty()) return fail(ErrorCode::invalid, "the mail is empty");
    return {};
}

// What of the codes means "the server said no" rather than "the connection broke".
bool is_refusal(CURLcode code, bool has_begun) {
    switch (code) {
        case CURLE_LOGIN_DENIED:
        case CURLE_REMOTE_ACCESS_DENIED:
        case CURLE_WEIRD_SERVER_REPLY: return true;
        case CURLE_SEND_ERROR: return has_begun;  // MAIL, RCPT or DATA refused
        default: return false;
    }
}

}  // namespace

Result<void> Transfer::prepare_mail(OutgoingMail mail) {
    if (!easy_) return fail(ErrorCode::internal, "out of memory");
    is_mail_ = true;
    mail_ = std::move(mail);
    TRIBUTARY_TRY(CheckedUrl url, parse_url(mail_.server_url));
    TRIBUTARY_CHECK(check(mail_, url));
    TRIBUTARY_CHECK(set_common(url, mail_.timeout_ms, "smtp,smtps"));
    // Also bounds how long libcurl waits for the answer to QUIT, which blocks this thread.
    curl_easy_setopt(easy_, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                     static_cast<long>(std::clamp<int64_t>(mail_.timeout_ms / 1000, 1, 60)));
    const bool starts_tls = url.scheme == "smtp" && mail_.requires_tls;
    url_ = std::move(url.handle);
    curl_easy_setopt(easy_, CURLOPT_USE_SSL, static_cast<long>(starts_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    if (!mail_.username.empty()) {
        curl_easy_setopt(easy_, CURLOPT_USERNAME, mail_.username.c_str());
        curl_easy_setopt(easy_, CURLOPT_PASSWORD, mail_.password.c_str());
    }
    curl_easy_setopt(easy_, CURLOPT_MAIL_FROM, mail_.sender.c_str());
    for (const std::string& recipient : mail_.recipients)
        recipients_ = curl_slist_append(recipients_, recipient.c_str());
    curl_easy_setopt(easy_, CURLOPT_MAIL_RCPT, recipients_);
    curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy_, CURLOPT_READFUNCTION, on_mail_data);
    curl_easy_setopt(easy_, CURLOPT_READDATA, this);
    curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, on_mail_reply);
    curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, on_mail_reply);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
    return {};
}

size_t Transfer::on_mail_data(char* into, size_t size, size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const size_t taken = transfer.mail_.data.copy(into, size * count, transfer.mail_offset_);
    transfer.mail_offset_ += taken;
    return taken;
}

// Lines of replies, "250-first" … "250 last"; the text of the last reply is kept, but not of that to QUIT.
size_t Transfer::on_mail_reply(char* data, size_t size, size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string_view line(data, size * count);
    if (line.starts_with("221")) return line.size();
    if (transfer.is_reply_whole_) transfer.mail_reply_.clear();
    transfer.is_reply_whole_ = line.size() < 4 || line[3] != '-';
    if (transfer.mail_reply_.size() + line.size() <= reply_size_max) {
        if (!transfer.mail_reply_.empty()) transfer.mail_reply_ += '\n';
        transfer.mail_reply_ += trim(line);
    }
    return line.size();
}

Outcome Transfer::finish_mail(CURLcode code) {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    const bool is_answered = code == CURLE_OK || (status >= 400 && is_refusal(code, has_begun_));
    if (!is_answered) return unanswered(mail_offset_ == mail_.data.size(), code);
    Outcome outcome;
    outcome.delivery = Delivery::answered;
    outcome.response.status = static_cast<int>(status);
    outcome.response.body = std::move(mail_reply_);
    outcome.elapsed_ms = system_clock().monotonic_ms() - started_ms_;
    return outcome;
}

}  // namespace tributary::net
