#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/base/assert.hpp"
#include "core/base/log.hpp"
#include "core/notice/sender.hpp"

namespace tributary::notice {
namespace {

class FakeClient final : public net::HttpClient {
public:
    std::function<net::Outcome(const net::OutgoingMail&)> script;
    std::vector<net::OutgoingMail> mails;
    std::vector<net::OutgoingRequest> calls;
    bool is_dead = false;

    void send(net::OutgoingRequest request, std::function<void(net::Outcome)> done) override {
        calls.push_back(std::move(request));
        done(reply(250));
    }
    void send_mail(net::OutgoingMail mail, std::function<void(net::Outcome)> done) override {
        mails.push_back(mail);
        const net::Outcome outcome = script ? script(mail) : reply(250);
        if (!is_dead) done(outcome);
    }
    static net::Outcome reply(int status) {
        net::Outcome outcome;
        outcome.delivery = net::Delivery::answered;
        outcome.response.status = status;
        return outcome;
    }
    static net::Outcome failed(net::Delivery delivery) {
        net::Outcome outcome;
        outcome.delivery = delivery;
        outcome.message = "the connection broke";
        return outcome;
    }
};

class FakeMail final : public host::Connector, public host::NoticeConnector {
public:
    FakeMail() {
        manifest_.id = "mail-fake";
        manifest_.kind = host::Kind::notice;
    }
    const std::string& name() const override { return name_; }
    const host::Manifest& manifest() const override { return manifest_; }
    host::ConnectorState state() const override { return {}; }
    host::FeedConnector* as_feed() override { return nullptr; }
    host::PayoutConnector* as_payout() override { return nullptr; }
    host::NoticeConnector* as_notice() override { return this; }
    host::SourceConnector* as_source() override { return nullptr; }
    void build(host::Message message, host::Completion<host::NoticeRequest> done) override {
        if (!build_error.message.empty()) return done(build_error);
        messages.push_back(message);
        host::NoticeRequest request;
        request.is_mail = !is_http;
        request.mail.recipients = {message.to_address};
        request.mail.password = Secret("s3cret");
        request.request.url = "https://mail.example/send";
        done(request);
    }
    void interpret(host::Message, host::HttpResponse response, host::Completion<host::PayoutResult> done) override {
        host::PayoutResult result;
        result.message = fmt::format("reply {}", response.status);
        result.outcome = response.status == 250   ? host::Outcome::done
                         : response.status == 451 ? host::Outcome::retry_same_key
                         : response.status == 550 ? host::Outcome::refused
                         : response.status == 535 ? host::Outcome::log_in
                                                  : host::Outcome::unknown;
        done(result);
    }
    Error build_error;
    bool is_http = false;
    std::vector<host::Message> messages;

private:
    std::string name_ = "mail";
    host::Manifest manifest_;
};

class SenderTest : public ::testing::Test {
protected:
    SenderTest() {
        set_log(LogLevel::error, LogFormat::text);
        std::string pattern = (std::filesystem::temp_directory_path() / "tributary-notice-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
        auto opened = store::Store::open({directory_ + "/store.db"}, clock);
        TRIBUTARY_ASSERT(opened.has_value());
        store = *std::move(opened);
        options.connectors["mail"] = connector;
        add_person(1, R"({"name":"Jo","email":"jo@example.com","language":"de-AT"})");
        add_person(2, R"({"name":"No Mail"})");
        restart();
    }
    ~SenderTest() override {
        sender.reset();
        store.reset();
        std::filesystem::remove_all(directory_);
    }
    void add_person(int64_t id, const char* data) {
        ASSERT_TRUE(store->write([&](store::Tx& tx) {
            tx.run("INSERT INTO party(id, code, kind, created_at) VALUES (?, ?, 'person', 0)", id,
                   fmt::format("R{}", id));
            tx.run("INSERT INTO party_version(party, valid_from, data) VALUES (?, 20000101, ?)", id, data);
        }));
    }
    void restart() {
        sender = std::make_unique<Sender>(*store, client, clock, options);
        ASSERT_TRUE(sender->recover());
    }
    void put(const std::string& subject, int64_t party = 1, const std::string& with = "mail") {
        ASSERT_TRUE(store->write([&](store::Tx& tx) {
            enqueue(tx, "payout_settled", subject, PartyId{party}, with, {{"amount", "10.00 USD"}, {"reward", "Gift"}},
                    clock.now_ms(), "t");
        }));
    }
    void run() {
        for (int i = 0; i < 3; ++i) {
            sender->tick();
            const bool is_still = client.is_dead || sender->wait_until_idle(20'000);
            ASSERT_TRUE(is_still);
        }
    }
    void run_out() {
        run();
        for (int i = 0; i < 400; ++i) {
            clock.advance_ms(3'600'000);
            run();
        }
    }
    std::string state(const std::string& subject = "payout_settled/1") {
        std::string found;
        EXPECT_TRUE(store->read([&](store::Tx& tx) {
            found = tx.one_text("SELECT state FROM notice WHERE subject = ?", subject).value_or("none");
        }));
        return found;
    }
    std::string message(const std::string& subject = "payout_settled/1") {
        std::string found;
        EXPECT_TRUE(store->read([&](store::Tx& tx) {
            found = tx.one_text("SELECT message FROM notice WHERE subject = ?", subject).value_or("");
        }));
        return found;
    }

    ManualClock clock{1'790'000'000'000};
    FakeClient client;
    std::shared_ptr<FakeMail> connector = std::make_shared<FakeMail>();
    NoticeOptions options;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<Sender> sender;

private:
    std::string directory_;
};

TEST_F(SenderTest, SendsInThePersonsLanguage) {
    put("payout_settled/1");
    run();
    EXPECT_EQ(state(), "sent");
    ASSERT_EQ(client.mails.size(), 1u);
    EXPECT_EQ(client.mails[0].recipients, std::vector<std::string>{"jo@example.com"});
    EXPECT_EQ(client.mails[0].password, "s3cret");
    ASSERT_EQ(connector->messages.size(), 1u);
    EXPECT_EQ(connector->messages[0].id, "payout_settled.1");
    EXPECT_EQ(connector->messages[0].language, "de");
    EXPECT_EQ(connector->messages[0].subject, "Ihre Prämie: Gift 10.00 USD");
    EXPECT_NE(connector->messages[0].text.find("Guten Tag Jo,"), std::string::npos);
}

TEST_F(SenderTest, SendsOverHttpWhereTheConnectorSaysSo) {
    connector->is_http = true;
    put("payout_settled/1");
    run();
    EXPECT_EQ(state(), "sent");
    ASSERT_EQ(client.calls.size(), 1u);
    EXPECT_EQ(client.calls[0].url, "https://mail.example/send");
}

TEST_F(SenderTest, SendsOneNoticeForOneCause) {
    for (int i = 0; i < 5; ++i) put("payout_settled/1");
    run_out();
    put("payout_settled/1");
    run_out();
    EXPECT_EQ(client.mails.size(), 1u);
}

TEST_F(SenderTest, EndsWhereEveryAnswerLeads) {
    struct Case {
        const char* what;
        std::vector<net::Outcome> answers;  // the last for ever
        const char* state;
        size_t mails;
    };
    const Case cases[] = {
        {"accepted", {FakeClient::reply(250)}, "sent", 1},
        {"greylisted", {FakeClient::reply(451), FakeClient::reply(451), FakeClient::reply(250)}, "sent", 3},
        {"greylisted for ever", {FakeClient::reply(451)}, "failed", 8},
        {"no such box", {FakeClient::reply(550)}, "failed", 1},
        {"password changed, mended", {FakeClient::reply(535), FakeClient::reply(250)}, "sent", 2},
        {"server down", {FakeClient::failed(net::Delivery::not_sent), FakeClient::reply(250)}, "sent", 2},
        {"lost after the data", {FakeClient::failed(net::Delivery::maybe_sent)}, "unknown", 1},
        {"gibberish", {FakeClient::reply(777)}, "unknown", 1},
    };
    int number = 0;
    for (const Case& one : cases) {
        SCOPED_TRACE(one.what);
        client.mails.clear();
        size_t at = 0;
        client.script = [&](const net::OutgoingMail&) { return one.answers[std::min(at++, one.answers.size() - 1)]; };
        const std::string subject = fmt::format("payout_settled/{}", ++number);
        put(subject);
        run_out();
        EXPECT_EQ(state(subject), one.state);
        EXPECT_EQ(client.mails.size(), one.mails);
    }
}

TEST_F(SenderTest, BacksOffBetweenTries) {
    client.script = [](const net::OutgoingMail&) { return FakeClient::reply(451); };
    put("payout_settled/1");
    run();
    clock.advance_ms(options.retry_first_ms - 1);
    run();
    EXPECT_EQ(client.mails.size(), 1u);
    clock.advance_ms(1);
    run();
    EXPECT_EQ(client.mails.size(), 2u);
    clock.advance_ms(options.retry_first_ms);
    run();
    EXPECT_EQ(client.mails.size(), 2u);
    clock.advance_ms(options.retry_first_ms);
    run();
    EXPECT_EQ(client.mails.size(), 3u);
}

TEST_F(SenderTest, FailsWithAReasonWhatCannotReachAnybody) {
    put("payout_settled/1", 2);
    put("payout_settled/2", 99);
    put("payout_settled/3", 1, "pigeon");
    run_out();
    EXPECT_EQ(state("payout_settled/1"), "failed");
    EXPECT_NE(message("payout_settled/1").find("no address"), std::string::npos);
    EXPECT_EQ(state("payout_settled/2"), "failed");
    EXPECT_EQ(state("payout_settled/3"), "failed");
    EXPECT_NE(message("payout_settled/3").find("no notice connector \"pigeon\""), std::string::npos);
    EXPECT_TRUE(client.mails.empty());
}

TEST_F(SenderTest, TriesAgainWhenTheConnectorCrashesAndGivesUpWhenItRefuses) {
    connector->build_error = fail(ErrorCode::unavailable, "the worker crashed");
    put("payout_settled/1");
    run();
    EXPECT_EQ(state(), "waiting");
    connector->build_error = {};
    clock.advance_ms(options.retry_first_ms);
    run();
    EXPECT_EQ(state(), "sent");
    connector->build_error = fail(ErrorCode::invalid, "no such address");
    put("payout_settled/2");
    run();
    EXPECT_EQ(state("payout_settled/2"), "failed");
}

TEST_F(SenderTest, DoesNotSendAgainWhatMayHaveLeftBeforeACrash) {
    for (const bool resends : {false, true}) {
        SCOPED_TRACE(resends);
        options.resend_unknown = resends;
        client.is_dead = false;
        restart();
        const std::string subject = fmt::format("payout_settled/{}", resends ? 2 : 1);
        client.mails.clear();
        client.is_dead = true;
        put(subject);
        for (int i = 0; i < 2'000 && client.mails.empty(); ++i) {
            sender->tick();
            sender->wait_until_idle(20);
        }
        ASSERT_EQ(client.mails.size(), 1u);
        EXPECT_EQ(state(subject), "sending");
        client.is_dead = false;
        restart();
        run_out();
        EXPECT_EQ(state(subject), resends ? "sent" : "unknown");
        EXPECT_EQ(client.mails.size(), resends ? 2u : 1u);
    }
}

TEST_F(SenderTest, RunsByItsOwnThread) {
    sender->start();
    put("payout_settled/1");
    sender->wake();
    for (int i = 0; i < 2'000 && state() != "sent"; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(state(), "sent");
    sender->stop(5'000);
    EXPECT_EQ(sender->in_flight(), 0u);
}

}  // namespace
}  // namespace tributary::notice
