// Mail against a small SMTP server that answers what a test wants.
#include <gtest/gtest.h>

#include "core/base/encoding.hpp"
#include "tests/unit/net/certificate.hpp"
#include "tests/unit/net/harness.hpp"

namespace tributary::net {
namespace {

struct SmtpScript {
    std::string greeting = "220 test ready";
    std::string on_mail = "250 ok";
    std::string on_recipient = "250 ok";
    std::string on_data = "354 go on";
    std::string on_dot = "250-queued\r\n250 as 42";  // "" = drop the connection without an answer
    bool drops_in_data = false;                      // after 354, before the data is read
    std::string on_auth = "235 welcome";
    std::optional<TlsFiles> tls = std::nullopt;  // offers STARTTLS
};

class SmtpServer {
public:
    explicit SmtpServer(SmtpScript script)
        : script_(std::move(script)), server_([this](RawConnection& connection) { serve(connection); }) {}
    std::string url() const { return "smtp://127.0.0.1:" + std::to_string(server_.port()); }
    const std::string& received() const { return received_; }
    const std::vector<std::string>& commands() const { return commands_; }
    const std::string& login() const { return login_; }

private:
    void serve(RawConnection& connection) {
        connection.send(script_.greeting + "\r\n");
        for (std::string line; !(line = connection.read_until("\r\n")).empty();) {
            commands_.emplace_back(trim(line));
            if (!answer(connection, commands_.back())) return;
        }
    }

    // False when the connection is to be dropped.
    bool answer(RawConnection& connection, const std::string& command) {
        const auto reply = [&](const std::string& text) { return connection.send(text + "\r\n"), true; };
        if (command.starts_with("EHLO"))
            return reply(std::string("250-test\r\n250-AUTH PLAIN\r\n250 ") + (script_.tls ? "STARTTLS" : "8BITMIME"));
        if (command.starts_with("MAIL")) return reply(script_.on_mail);
        if (command.starts_with("RCPT")) return reply(script_.on_recipient);
        if (command == "QUIT") return !reply("221 bye");
        if (command == "DATA") return take_data(connection);
        if (command == "STARTTLS") {
            reply("220 go on");
            return connection.start_tls(*script_.tls), true;
        }
        if (command == "AUTH PLAIN") {
            reply("334 ");
            login_ = trim(connection.read_until("\r\n"));
            return reply(script_.on_auth);
        }
        return reply("502 what");
    }

    bool take_data(RawConnection& connection) {
        connection.send(script_.on_data + "\r\n");
        if (!script_.on_data.starts_with("354")) return true;
        if (script_.drops_in_data) return connection.reset(), false;
        received_ = connection.read_until("\r\n.\r\n");
        if (script_.on_dot.empty()) return false;
        connection.send(script_.on_dot + "\r\n");
        return true;
    }

    SmtpScript script_;
    std::string received_, login_;
    std::vector<std::string> commands_;
    ScriptedServer server_;
};

OutgoingMail mail_to(const std::string& url) {
    OutgoingMail mail;
    mail.server_url = url;
    mail.sender = "rewards@example.org";
    mail.recipients = {"rep@example.com", "manager@example.com"};
    mail.data = "Subject: hello\r\n\r\nline\r\n.leading dot\r\n";
    mail.requires_tls = false;
    return mail;
}

Outcome send_mail_and_wait(HttpClient& client, OutgoingMail mail) {
    std::promise<Outcome> promise;
    client.send_mail(std::move(mail), [&promise](Outcome outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
}

TEST(Mail, IsTakenByTheServer) {
    auto server = std::make_unique<SmtpServer>(SmtpScript{});
    auto client = HttpClient::start({});
    const Outcome outcome = send_mail_and_wait(*client, mail_to(server->url()));
    ASSERT_EQ(outcome.delivery, Delivery::answered) << outcome.message;
    EXPECT_EQ(outcome.response.status, 250);
    EXPECT_EQ(outcome.response.body, "250-queued\n250 as 42");
    client.reset();
    EXPECT_EQ(server->received(), "Subject: hello\r\n\r\nline\r\n..leading dot\r\n.\r\n");
    const auto& commands = server->commands();
    EXPECT_NE(std::find(commands.begin(), commands.end(), "RCPT TO:<manager@example.com>"), commands.end());
}

struct Refusal {
    const char* name;
    SmtpScript script;
    Delivery delivery;
    int status;
};

class MailRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(MailRefusal, IsToldApart) {
    const SmtpServer server(GetParam().script);
    const auto client = HttpClient::start({});
    const Outcome outcome = send_mail_and_wait(*client, mail_to(server.url()));
    EXPECT_EQ(outcome.delivery, GetParam().delivery) << outcome.message;
    if (GetParam().delivery != Delivery::answered) return;
    EXPECT_EQ(outcome.response.status, GetParam().status);
    EXPECT_TRUE(outcome.response.body.starts_with(std::to_string(GetParam().status))) << outcome.response.body;
}

INSTANTIATE_TEST_SUITE_P(
    Table, MailRefusal,
    ::testing::Values(Refusal{"greeting", {.greeting = "421 closed"}, Delivery::answered, 421},
                      Refusal{"sender", {.on_mail = "550 not you"}, Delivery::answered, 550},
                      Refusal{"recipient", {.on_recipient = "451 later"}, Delivery::answered, 451},
                      Refusal{"data", {.on_data = "554 no"}, Delivery::answered, 554},
                      Refusal{"later_after_dot", {.on_dot = "451 later"}, Delivery::answered, 451},
                      Refusal{"never_after_dot", {.on_dot = "550 no such user"}, Delivery::answered, 550},
                      Refusal{"drop_after_dot", {.on_dot = ""}, Delivery::maybe_sent, 0}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(MailDelivery, IsNotSentWhenTheConnectionBreaksInTheData) {
    const SmtpServer server({.drops_in_data = true});
    const auto client = HttpClient::start({});
    OutgoingMail mail = mail_to(server.url());
    for (int i = 0; i < 400'000; ++i) mail.data += "0123456789012345678901234567890\r\n";
    EXPECT_EQ(send_mail_and_wait(*client, mail).delivery, Delivery::not_sent);
}

TEST(MailDelivery, IsNotSentWithoutTheTlsItRequires) {
    const SmtpServer server({});
    const auto client = HttpClient::start({});
    OutgoingMail mail = mail_to(server.url());
    mail.requires_tls = true;  // the server offers no STARTTLS
    EXPECT_EQ(send_mail_and_wait(*client, mail).delivery, Delivery::not_sent);
    EXPECT_EQ(server.received(), "");
}

TEST(MailDelivery, LogsInBehindStartTls) {
    const TemporaryDirectory directory;
    const TlsFiles files = make_certificate(directory, "mail");
    const SmtpServer server({.tls = files});
    ClientOptions options;
    options.ca_file = files.certificate;
    const auto client = HttpClient::start(options);
    OutgoingMail mail = mail_to(server.url());
    mail.requires_tls = true;
    mail.username = "user";
    mail.password = "word";
    const Outcome outcome = send_mail_and_wait(*client, mail);
    ASSERT_EQ(outcome.delivery, Delivery::answered) << outcome.message;
    EXPECT_EQ(outcome.response.status, 250);
    const auto& commands = server.commands();
    const auto tls = std::find(commands.begin(), commands.end(), "STARTTLS");
    const auto login = std::find(commands.begin(), commands.end(), "AUTH PLAIN");
    ASSERT_NE(login, commands.end());
    EXPECT_LT(tls, login);
    EXPECT_EQ(server.login(), base64_encode(std::string_view("\0user\0word", 10)));
}

TEST(MailDelivery, IsNotSentToAServerThatCannotBeVerified) {
    const TemporaryDirectory directory;
    const SmtpServer server({.tls = make_certificate(directory, "mail")});
    const auto client = HttpClient::start({});
    OutgoingMail mail = mail_to(server.url());
    mail.requires_tls = true;
    EXPECT_EQ(send_mail_and_wait(*client, mail).delivery, Delivery::not_sent);
    EXPECT_EQ(server.received(), "");
}

TEST(MailDelivery, SaysWhenTheLoginIsRefused) {
    const SmtpServer server({.on_auth = "535 wrong"});
    const auto client = HttpClient::start({});
    OutgoingMail mail = mail_to(server.url());
    mail.username = "user";
    mail.password = "word";
    const Outcome outcome = send_mail_and_wait(*client, mail);
    ASSERT_EQ(outcome.delivery, Delivery::answered) << outcome.message;
    EXPECT_EQ(outcome.response.status, 535);
    EXPECT_EQ(server.received(), "");
}

TEST(MailDelivery, IsNotSentWhenItMayNotBe) {
    const auto client = HttpClient::start({});
    std::vector<OutgoingMail> table(7, mail_to("smtp://127.0.0.1:1"));
    table[0].server_url = "smtp://mail.example.org:25";  // no TLS to afar
    table[1].server_url = "http://127.0.0.1:1";
    table[2].recipients = {};
    table[3].recipients = {"a@b.example>\r\nRCPT TO:<c@d.example"};
    table[4].sender = "no address";
    table[5].data = "";
    // table[6]: nobody listens on port 1
    for (size_t i = 0; i < table.size(); ++i) {
        const Outcome outcome = send_mail_and_wait(*client, table[i]);
        EXPECT_EQ(outcome.delivery, Delivery::not_sent) << i;
        EXPECT_NE(outcome.message, "") << i;
    }
}

}  // namespace
}  // namespace tributary::net
