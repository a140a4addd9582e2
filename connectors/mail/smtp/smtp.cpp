// Mail by SMTP: writes the message, the core sends it. The Message-ID grows from the message's id, so that receivers
// can drop a second copy after a connection was lost between the final dot and its answer.
#include <algorithm>
#include <string>
#include <string_view>

#include "connectors/mail/smtp/mime.hpp"
#include "plugins/sdk/connector.hpp"
#include "plugins/sdk/payout.hpp"

namespace tributary::smtp {
namespace {

using sdk::Answer;
using sdk::text;

constexpr uint64_t greylist_pause_ms = 5 * 60 * 1000;
constexpr size_t id_size_max = 128, body_size_max = 1 << 20;

class Smtp final : public sdk::NoticeConnector {
public:
    Smtp(const sdk::Options& options, sdk::Log log)
        : log_(log),
          server_url_(sdk::without_slash(options["server_url"])),
          username_(options["username"]),
          password_(options["password"]),
          from_address_(options["from_address"]),
          from_name_(options["from_name"]),
          reply_to_(options["reply_to"]),
          requires_tls_(options["requires_tls"] == "true") {
        require_server(server_url_);
        if (!is_address(from_address_))
            throw sdk::BadOption{"from_address: must be an address such as rewards@example.com"};
        if (!reply_to_.empty() && !is_address(reply_to_)) throw sdk::BadOption{"reply_to: must be an e-mail address"};
        if (username_.empty() != password_.empty()) throw sdk::BadOption{"username, password: set both or neither"};
        if (!requires_tls_ && options["requires_tls"] != "false")
            throw sdk::BadOption{"requires_tls: must be true or false"};
    }

    int32_t build(const tributary_message& message, const tributary_notice_sink& sink) override {
        const std::string_view reason = unusable(message);
        if (!reason.empty()) {
            log_(TRIBUTARY_LOG_ERROR, "the mail cannot be written: " + std::string(reason));
            return TRIBUTARY_BAD_ARGUMENT;
        }
        Letter letter{text(message.id), from_name_, from_address_, text(message.to_name), text(message.to_address),
                      reply_to_, text(message.subject), text(message.text), text(message.html), text(message.language),
                      message.now_ms};
        const std::string data = write_letter(letter);
        const tributary_span recipient = message.to_address;
        auto mail = sdk::make<tributary_mail>();
        mail.server_url = sdk::span(server_url_);
        mail.username = sdk::span(username_);
        mail.password = sdk::span(password_);
        mail.sender = sdk::span(from_address_);
        mail.recipients = &recipient;
        mail.recipient_count = 1;
        mail.data = sdk::span(data);
        mail.requires_tls = requires_tls_ ? 1 : 0;
        return sink.mail(sink.context, &mail);
    }

    int32_t interpret(const tributary_message& message, const tributary_http_response& response,
                      const tributary_payout_sink& sink) override {
        Answer made = judge(response.status, sdk::for_people(text(response.body), {password_}));
        made.references.push_back(message_id(text(message.id), domain_of(from_address_)));
        return made.send(sink);
    }

private:
    static void require_server(std::string_view url) {
        const bool is_mail = url.starts_with("smtp://") || url.starts_with("smtps://");
        const std::string_view host = is_mail ? url.substr(url.find("//") + 2) : std::string_view();
        const bool is_clean = std::all_of(host.begin(), host.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   std::string_view(".-:[]").find(c) != std::string_view::npos;
        });
        if (host.empty() || !is_clean) {
            throw sdk::BadOption{"server_url: must be smtp://host:587 or smtps://host:465, without user or path"};
        }
    }

    // Why the message cannot be written, or "". Never names the address: it is somebody's.
    static std::string_view unusable(const tributary_message& message) {
        if (message.id.size == 0 || message.id.size > id_size_max) return "its id is empty or too long";
        if (!is_address(text(message.to_address))) return "the recipient's address is not one that SMTP can carry";
        if (message.subject.size > 998 || message.to_name.size > 256) return "subject or name is too long";
        if (message.text.size == 0) return "it has no plain text";
        if (message.text.size > body_size_max || message.html.size > body_size_max) return "its body is over 1 MiB";
        return {};
    }

    static Answer judge(uint32_t status, const std::string& reply) {
        const std::string code = "smtp_" + std::to_string(status);
        const std::string said = reply.empty() ? "The mail server answered " + std::to_string(status) + "."
                                               : "The mail server answered: " + reply;
        if (status >= 200 && status < 300) return sdk::answer(TRIBUTARY_OUTCOME_DONE, code, said);
        if (status >= 400 && status < 500) {
            Answer made = sdk::answer(TRIBUTARY_OUTCOME_RETRY_SAME_KEY, code, said);
            made.retry_after_ms = greylist_pause_ms;
            return made;
        }
        if (status == 530 || status == 534 || status == 535 || status == 538) {  // log-in wanted, too weak or wrong
            return sdk::answer(TRIBUTARY_OUTCOME_OPERATOR, code, said);
        }
        if (status >= 500 && status < 600) return sdk::answer(TRIBUTARY_OUTCOME_REFUSED, code, said);
        return sdk::unknown(code, said);
    }

    sdk::Log log_;
    std::string server_url_, username_, password_, from_address_, from_name_, reply_to_;
    bool requires_tls_;
};

constexpr tributary_option options[] = {
    sdk::option(TRIBUTARY_OPTION_TEXT, "server_url", nullptr, "smtp://host:587 (STARTTLS) or smtps://host:465"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "from_address", nullptr, "sender, in the header and on the envelope"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "from_name", "", "the sender's name"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "reply_to", "", "address for answers"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "username", "", "log-in; empty: none"),
    sdk::option(TRIBUTARY_OPTION_SECRET, "password", "", "password of the log-in"),
    sdk::option(TRIBUTARY_OPTION_BOOLEAN, "requires_tls", "true", "false: plain text is accepted (loopback only)"),
};

tributary_connector descriptor() {
    auto made = sdk::describe<Smtp>(TRIBUTARY_KIND_NOTICE, "mail-smtp", "1.0.0", "Mail by SMTP");
    sdk::set_options(made, options);
    made.notice = sdk::notice_table<10>();
    return made;
}

}  // namespace
}  // namespace tributary::smtp

TRIBUTARY_EXPORT_CONNECTOR(tributary::smtp::descriptor)
