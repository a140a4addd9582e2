// One SMTP conversation as a state machine without sockets (RFC 5321): bytes in, replies out. It has no STARTTLS, takes
// any log-in, and keeps what it is given. One thread.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::simulators {

struct ReceivedMail {
    std::string sender;
    std::vector<std::string> recipients;
    std::string data;  // dots unstuffed, CRLF
};

// What the sink decides for a session.
struct SmtpPolicy {
    std::function<int()> on_recipient;                      // 250 or 550
    std::function<int(ReceivedMail)> on_mail;               // 250, 451; 0: close without an answer
};

class SmtpSession {
public:
    explicit SmtpSession(SmtpPolicy policy) : policy_(std::move(policy)) {}
    static std::string greeting() { return "220 tributary-sim ESMTP\r\n"; }
    std::string feed(std::string_view bytes);  // the replies
    bool is_over() const { return is_over_; }  // close the connection once the replies are out

private:
    enum class State { command, log_in, data };
    std::string line(std::string_view text);
    std::string command(std::string_view text);
    std::string log_in(std::string_view text);
    std::string recipient(std::string_view text);
    std::string data_line(std::string_view text);

    SmtpPolicy policy_;
    State state_ = State::command;
    int log_in_lines_ = 0;
    bool has_sender_ = false, is_over_ = false;
    std::string buffer_;
    ReceivedMail mail_;
};

}  // namespace tributary::simulators
