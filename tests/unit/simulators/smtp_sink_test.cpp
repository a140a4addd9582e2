#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>

#include "core/net/client.hpp"
#include "tests/simulators/smtp_sink.hpp"

namespace tributary::simulators {
namespace {

struct Kept {
    std::vector<ReceivedMail> mails;
    int recipient_code = 250, mail_code = 250;
    SmtpPolicy policy() {
        return {[this] { return recipient_code; },
                [this](ReceivedMail mail) {
                    mails.push_back(std::move(mail));
                    return mail_code;
                }};
    }
};

TEST(SmtpSession, TakesAMailInAnyChunking) {
    const std::string conversation =
        "EHLO x\r\nMAIL FROM:<a@b.c> SIZE=9\r\nRCPT TO:<d@e.f>\r\nDATA\r\nSubject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n";
    for (const size_t chunk : {1u, 3u, 1000u}) {
        Kept kept;
        SmtpSession session(kept.policy());
        std::string replies;
        for (size_t at = 0; at < conversation.size(); at += chunk)
            replies += session.feed(conversation.substr(at, chunk));
        ASSERT_EQ(kept.mails.size(), 1u);
        EXPECT_EQ(kept.mails[0].sender, "a@b.c");
        EXPECT_EQ(kept.mails[0].recipients, std::vector<std::string>{"d@e.f"});
        EXPECT_EQ(kept.mails[0].data, "Subject: x\r\n\r\n.dot\r\n");
        EXPECT_TRUE(session.is_over());
        EXPECT_NE(replies.find("354 "), std::string::npos);
        EXPECT_TRUE(replies.ends_with("221 bye\r\n"));
    }
}

TEST(SmtpSession, RefusesWhatIsOutOfOrderOrTooLong) {
    Kept kept;
    SmtpSession session(kept.policy());
    EXPECT_EQ(session.feed("RCPT TO:<a@b>\r\n"), "503 MAIL first\r\n");
    EXPECT_EQ(session.feed("DATA\r\n"), "503 RCPT first\r\n");
    EXPECT_EQ(session.feed("MELT\r\n"), "500 unknown command\r\n");
    kept.recipient_code = 550;
    session.feed("MAIL FROM:<a@b>\r\n");
    EXPECT_EQ(session.feed("RCPT TO:<a@b>\r\n"), "550 5.1.1 no such user\r\n");
    session.feed(std::string(5000, 'x'));
    EXPECT_TRUE(session.is_over());
}

struct Sink : ::testing::Test {
    void SetUp() override {
        folder = ::testing::TempDir() + "sink_mails_" + std::to_string(::getpid());
        auto started = SmtpSink::start(0, folder, faults);
        ASSERT_TRUE(started) << started.error().message;
        sink = std::move(*started);
        client = net::HttpClient::start({});
    }
    void TearDown() override {
        client.reset();
        sink.reset();
        std::filesystem::remove_all(folder);
    }
    net::Outcome send() {
        net::OutgoingMail mail;
        mail.server_url = "smtp://127.0.0.1:" + std::to_string(sink->port());
        mail.username = "user", mail.password = "secret";
        mail.sender = "a@example.com";
        mail.recipients = {"jo@example.net"};
        mail.data = "Subject: hi\r\n\r\n.leading dot\r\n";
        mail.requires_tls = false;
        std::mutex mutex;
        std::condition_variable ready;
        std::optional<net::Outcome> outcome;
        client->send_mail(std::move(mail), [&](net::Outcome given) {
            const std::lock_guard lock(mutex);
            outcome = std::move(given);
            ready.notify_all();
        });
        std::unique_lock lock(mutex);
        ready.wait(lock, [&] { return outcome.has_value(); });
        return *outcome;
    }
    FaultPlan faults;
    std::string folder;
    std::unique_ptr<SmtpSink> sink;
    std::unique_ptr<net::HttpClient> client;
};

TEST_F(Sink, TakesMailFromTheClient) {
    const net::Outcome outcome = send();
    EXPECT_EQ(outcome.delivery, net::Delivery::answered) << outcome.message;
    EXPECT_EQ(outcome.response.status, 250);
    ASSERT_EQ(sink->mails().size(), 1u);
    EXPECT_EQ(sink->mails()[0].data, "Subject: hi\r\n\r\n.leading dot\r\n");
    EXPECT_EQ(*read_file(folder + "/000001.eml", 1000), sink->mails()[0].data);
}

TEST_F(Sink, AnswersAsTheFaultsSay) {
    ASSERT_TRUE(faults.add(R"([{"match":"/smtp","kind":"smtp_temporary"}])"));
    EXPECT_EQ(send().response.status, 451);
    ASSERT_TRUE(faults.add(R"([{"match":"/smtp","kind":"smtp_refused"}])"));
    EXPECT_EQ(send().response.status, 550);
    EXPECT_EQ(sink->mails().size(), 0u);
    ASSERT_TRUE(faults.add(R"([{"match":"/smtp","kind":"smtp_drop_after_dot"}])"));
    EXPECT_EQ(send().delivery, net::Delivery::maybe_sent);
    EXPECT_EQ(sink->mails().size(), 1u);
}

}  // namespace
}  // namespace tributary::simulators
