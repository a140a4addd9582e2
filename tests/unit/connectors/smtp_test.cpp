#include <gtest/gtest.h>

#include <sstream>

#include "connectors/mail/smtp/mime.hpp"
#include "tests/unit/connectors/rig.hpp"

extern "C" const tributary_connector* smtp_connector(void);

namespace tributary::testing {
namespace {

const std::string password = "mail-secret-01234";

std::map<std::string, std::string> options_of_smtp() {
    return {{"server_url", "smtp://mail.example.com:587"}, {"from_address", "rewards@example.com"},
            {"from_name", "Rewards"}, {"username", "tributary"}, {"password", password}};
}

struct Message {
    std::string id = "n-42", to_name = "Jo Doe", to_address = "jo@example.net", subject = "Your reward",
                text = "Hello\nJo", html, language = "en";
    int64_t now_ms = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
    tributary_message view() const {
        auto out = sdk::make<tributary_message>();
        out.id = sdk::span(id), out.to_name = sdk::span(to_name), out.to_address = sdk::span(to_address);
        out.subject = sdk::span(subject), out.text = sdk::span(text), out.html = sdk::span(html);
        out.language = sdk::span(language), out.now_ms = now_ms;
        return out;
    }
};

struct Smtp : ::testing::Test {
    Rig rig{smtp_connector(), options_of_smtp()};
    Message message;
};

TEST_F(Smtp, WritesAPlainMessage) {
    const Mail mail = rig.notice_build(message.view());
    EXPECT_EQ(mail.status, TRIBUTARY_OK);
    EXPECT_EQ(mail.server_url, "smtp://mail.example.com:587");
    EXPECT_EQ(mail.username, "tributary");
    EXPECT_EQ(mail.password, password);
    EXPECT_EQ(mail.sender, "rewards@example.com");
    EXPECT_EQ(mail.recipient, "jo@example.net");
    EXPECT_TRUE(mail.requires_tls);
    EXPECT_EQ(mail.data,
              "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
              "From: Rewards <rewards@example.com>\r\n"
              "To: Jo Doe <jo@example.net>\r\n"
              "Subject: Your reward\r\n"
              "Message-ID: <n-42@example.com>\r\n"
              "Auto-Submitted: auto-generated\r\n"
              "Content-Language: en\r\n"
              "MIME-Version: 1.0\r\n"
              "Content-Type: text/plain; charset=utf-8\r\n"
              "Content-Transfer-Encoding: quoted-printable\r\n"
              "\r\n"
              "Hello\r\nJo\r\n");
}

TEST_F(Smtp, HtmlMakesItAlternative) {
    message.html = "<p>Gr\xC3\xBC\xC3\x9F Gott, Jo Doe, und vielen Dank</p>";
    const std::string data = rig.notice_build(message.view()).data;
    EXPECT_NE(data.find("Content-Type: multipart/alternative;\r\n boundary=\"=_tributary_alternative\"\r\n\r\n"
                        "--=_tributary_alternative\r\nContent-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: quoted-printable\r\n\r\nHello\r\nJo\r\n\r\n"
                        "--=_tributary_alternative\r\nContent-Type: text/html; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                        "<p>Gr=C3=BC=C3=9F Gott, Jo Doe, und vielen Dank</p>\r\n\r\n"
                        "--=_tributary_alternative--\r\n"),
              std::string::npos)
        << data;
}

TEST_F(Smtp, NoLineIsLongerThan78AndAllEndInCrlf) {
    message.subject = std::string(300, 'x') + " " + std::string(60, 'y');
    message.to_name = "Zo\xC3\xAB " + std::string(150, 'n');
    message.text = std::string(5000, 'a') + "\r\rb\n\n" + std::string(200, '=') + "\n.\n";
    message.html = "<p>" + std::string(3000, ' ') + "\xE6\x97\xA5\xE6\x9C\xAC</p>";
    const std::string data = rig.notice_build(message.view()).data;
    std::istringstream lines(data);
    for (std::string line; std::getline(lines, line, '\n');) {
        ASSERT_TRUE(line.ends_with('\r')) << line;
        EXPECT_LE(line.size() - 1, 78u) << line;
        EXPECT_EQ(line.find('\r'), line.size() - 1);
    }
}

TEST_F(Smtp, NothingInjectsAHeader) {
    message.subject = "Hi\r\nBcc: evil@example.org";
    message.to_name = "Jo\nCc: evil@example.org\r\n\r\nbody";
    message.language = "en\r\nX-Evil: 1";
    message.id = "a\r\nX: y>";
    const std::string data = rig.notice_build(message.view()).data;
    const std::string head = data.substr(0, data.find("\r\n\r\n"));
    EXPECT_EQ(head.find("\nBcc:"), std::string::npos);
    EXPECT_EQ(head.find("\nCc:"), std::string::npos);
    EXPECT_EQ(head.find("X-Evil"), std::string::npos);
    EXPECT_NE(head.find("Message-ID: <a_0d_0aX_3a_20y_3e@example.com>"), std::string::npos) << head;
    EXPECT_NE(head.find("MIME-Version"), std::string::npos);
}

TEST_F(Smtp, RefusesAddressesItCannotCarry) {
    for (const char* address : {"", "jo", "@example.com", "jo@", "jo@example..com", "jo@-a.com", "jo doe@example.com",
                                "jo@example.com\r\nRCPT TO:<x@y>", "j\xC3\xB6@example.com", "jo@ex\xC3\xA4mple.com",
                                ".jo@example.com", "a..b@example.com", "jo@[127.0.0.1]", "<jo@example.com>"}) {
        message.to_address = address;
        EXPECT_EQ(rig.notice_build(message.view()).status, TRIBUTARY_BAD_ARGUMENT) << address;
    }
    EXPECT_EQ(rig.log.find("example"), std::string::npos) << "addresses must not be logged";
    for (const char* address : {"jo+tag@example.com", "o'neil@mail.example.co.uk", "a@localhost", "x_y.z@1.example"}) {
        message.to_address = address;
        EXPECT_EQ(rig.notice_build(message.view()).status, TRIBUTARY_OK) << address;
    }
}

TEST_F(Smtp, SortsReplies) {
    const struct {
        uint32_t status;
        uint32_t outcome;
    } rows[] = {{250, TRIBUTARY_OUTCOME_DONE},           {251, TRIBUTARY_OUTCOME_DONE},
                {421, TRIBUTARY_OUTCOME_RETRY_SAME_KEY}, {450, TRIBUTARY_OUTCOME_RETRY_SAME_KEY},
                {451, TRIBUTARY_OUTCOME_RETRY_SAME_KEY}, {454, TRIBUTARY_OUTCOME_RETRY_SAME_KEY},
                {550, TRIBUTARY_OUTCOME_REFUSED},        {552, TRIBUTARY_OUTCOME_REFUSED},
                {554, TRIBUTARY_OUTCOME_REFUSED},        {530, TRIBUTARY_OUTCOME_OPERATOR},
                {535, TRIBUTARY_OUTCOME_OPERATOR},       {354, TRIBUTARY_OUTCOME_UNKNOWN},
                {0, TRIBUTARY_OUTCOME_UNKNOWN}};
    for (const auto& row : rows) {
        const Told told = rig.notice_interpret(message.view(), row.status, "5.7.8 said " + password + "\r\nmore");
        EXPECT_EQ(told.outcome, row.outcome) << row.status;
        EXPECT_EQ(told.retry_after_ms, row.outcome == TRIBUTARY_OUTCOME_RETRY_SAME_KEY ? 300'000u : 0u);
        EXPECT_EQ(told.message.find(password), std::string::npos);
        EXPECT_EQ(told.references, std::vector<std::string>{"<n-42@example.com>"});
    }
}

TEST(SmtpOptions, BadValuesAreNamed) {
    const std::pair<const char*, const char*> rows[] = {
        {"server_url", "http://mail.example.com"}, {"server_url", "smtp://"}, {"server_url", "smtp://user:pw@host"},
        {"server_url", "smtp://host/path"}, {"from_address", "me"}, {"reply_to", "a b"}, {"username", ""},
        {"requires_tls", "maybe"}};
    for (const auto& [name, value] : rows) {
        auto options = options_of_smtp();
        options[name] = value;
        Rig rig(smtp_connector(), options);
        EXPECT_EQ(rig.created, TRIBUTARY_BAD_OPTION) << name << " " << value;
        EXPECT_NE(rig.log.find(name), std::string::npos) << rig.log;
        EXPECT_EQ(rig.log.find("pw"), std::string::npos);
    }
}

}  // namespace

namespace mime {

using namespace tributary::smtp;

TEST(Mime, FoldsAndEncodesSubjects) {
    EXPECT_EQ(unstructured("Subject", "Plain words"), "Subject: Plain words\r\n");
    EXPECT_EQ(unstructured("Subject", "=?x?="), "Subject: =?UTF-8?B?PT94Pz0=?=\r\n");
    EXPECT_EQ(unstructured("Subject", "Gr\xC3\xBC\xC3\x9F" "e"), "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n");
    EXPECT_EQ(
        unstructured("Subject", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccc"),
        "Subject: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n cccccccccccccccccccc\r\n");
    // 33 + 42 bytes a word at most, cut between characters of three bytes each.
    std::string fuji;
    for (int i = 0; i < 20; ++i) fuji += "\xE5\xAF\x8C";
    const std::string folded = unstructured("Subject", fuji);
    EXPECT_EQ(folded.find("\r\n =?UTF-8?B?"), folded.find("\r\n"));
    EXPECT_EQ(std::count(folded.begin(), folded.end(), '\n'), 2);
}

TEST(Mime, QuotesAndEncodesNames) {
    EXPECT_EQ(mailbox("To", "", "a@b.c"), "To: a@b.c\r\n");
    EXPECT_EQ(mailbox("To", "Doe, \"Jo\" \\", "a@b.c"), "To: \"Doe, \\\"Jo\\\" \\\\\" <a@b.c>\r\n");
    EXPECT_EQ(mailbox("To", "J\xC3\xB6", "a@b.c"), "To: =?UTF-8?B?SsO2?= <a@b.c>\r\n");
}

TEST(Mime, QuotedPrintableKeepsBlanksAndBreaksSoftly) {
    EXPECT_EQ(quoted_printable("a=b"), "a=3Db\r\n");
    EXPECT_EQ(quoted_printable("a \nb\t"), "a=20\r\nb=09\r\n");
    EXPECT_EQ(quoted_printable("\n\n"), "\r\n\r\n");
    EXPECT_EQ(quoted_printable(std::string(76, 'a')), std::string(75, 'a') + "=\r\na\r\n");
    EXPECT_EQ(quoted_printable(std::string(74, 'a') + "\xC3\xA9"), std::string(74, 'a') + "=\r\n=C3=A9\r\n");
}

TEST(Mime, DatesAreRfc5322) {
    EXPECT_EQ(date_text(0), "Thu, 01 Jan 1970 00:00:00 +0000");
    EXPECT_EQ(date_text(951'827'696'000), "Tue, 29 Feb 2000 12:34:56 +0000");
    EXPECT_EQ(date_text(1'798'761'599'999), "Thu, 31 Dec 2026 23:59:59 +0000");
}

}  // namespace mime
}  // namespace tributary::testing
