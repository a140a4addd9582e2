#include "tests/simulators/smtp_session.hpp"

#include <utility>

#include "core/base/encoding.hpp"

namespace tributary::simulators {
namespace {

constexpr size_t line_size_max = 4096, data_size_max = 8 << 20, recipients_max = 100;

// "FROM:<a@b> SIZE=1" -> "a@b"
std::string path_of(std::string_view text) {
    const size_t open = text.find('<'), close = text.find('>');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
    return std::string(text.substr(open + 1, close - open - 1));
}

}  // namespace

std::string SmtpSession::feed(std::string_view bytes) {
    buffer_ += bytes;
    std::string replies;
    for (size_t end = buffer_.find('\n'); end != std::string::npos && !is_over_; end = buffer_.find('\n')) {
        std::string text = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        if (text.ends_with('\r')) text.pop_back();
        replies += line(text);
    }
    if (buffer_.size() > line_size_max || mail_.data.size() > data_size_max) {
        is_over_ = true;
        replies += "500 too long\r\n";
    }
    return replies;
}

std::string SmtpSession::line(std::string_view text) {
    switch (state_) {
        case State::command: return command(text);
        case State::log_in: return log_in(text);
        case State::data: return data_line(text);
    }
    return {};
}

std::string SmtpSession::command(std::string_view text) {
    const std::string verb = upper_ascii(text.substr(0, 4));
    if (verb == "EHLO") return "250-tributary-sim\r\n250-8BITMIME\r\n250-SIZE 8388608\r\n250 AUTH PLAIN LOGIN\r\n";
    if (verb == "HELO" || verb == "NOOP") return "250 OK\r\n";
    if (verb == "AUTH") {
        const std::string method = upper_ascii(text);
        const bool has_initial = split(text, ' ').size() > 2;
        log_in_lines_ = (method.starts_with("AUTH LOGIN") ? 2 : 1) - (has_initial ? 1 : 0);
        if (log_in_lines_ == 0) return "235 OK\r\n";
        state_ = State::log_in;
        return "334 \r\n";
    }
    if (verb == "MAIL") {
        mail_ = ReceivedMail{path_of(text), {}, {}};
        has_sender_ = true;
        return "250 OK\r\n";
    }
    if (verb == "RCPT") return recipient(text);
    if (verb == "DATA") {
        if (mail_.recipients.empty()) return "503 RCPT first\r\n";
        state_ = State::data;
        return "354 go on\r\n";
    }
    if (verb == "RSET") {
        mail_ = {};
        has_sender_ = false;
        return "250 OK\r\n";
    }
    if (verb == "QUIT") {
        is_over_ = true;
        return "221 bye\r\n";
    }
    return "500 unknown command\r\n";
}

std::string SmtpSession::log_in(std::string_view) {
    if (--log_in_lines_ > 0) return "334 \r\n";
    state_ = State::command;
    return "235 OK\r\n";
}

std::string SmtpSession::recipient(std::string_view text) {
    if (!has_sender_) return "503 MAIL first\r\n";
    if (mail_.recipients.size() >= recipients_max) return "452 too many recipients\r\n";
    if (policy_.on_recipient() != 250) return "550 5.1.1 no such user\r\n";
    mail_.recipients.push_back(path_of(text));
    return "250 OK\r\n";
}

std::string SmtpSession::data_line(std::string_view text) {
    if (text != ".") {
        if (text.starts_with('.')) text.remove_prefix(1);
        mail_.data += text;
        mail_.data += "\r\n";
        return {};
    }
    state_ = State::command;
    has_sender_ = false;
    const int code = policy_.on_mail(std::exchange(mail_, {}));
    if (code == 0) is_over_ = true;
    if (code == 0) return {};
    return code == 250 ? "250 2.0.0 queued\r\n" : "451 4.7.1 greylisted, try again later\r\n";
}

}  // namespace tributary::simulators
