#include "plugins/host/checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::host {
namespace {

AllowedHosts allowed() {
    Manifest manifest;
    manifest.hosts = {"api.acme.example", "*.cdn.example"};
    const ResolvedOptions options = {{"url", OptionType::url, Secret("http://127.0.0.1:8080/pay")},
                                     {"server_url", OptionType::text, Secret("smtp://mail.example:2525")},
                                     {"note", OptionType::text, Secret("https://not-allowed.example")}};
    return allowed_hosts(manifest, options);
}

HttpRequest request(std::string url) {
    return {"POST", std::move(url), {{"content-type", "text/plain"}}, "body"};
}

TEST(RequestCheck, LetsThroughManifestHostsAndUrlOptions) {
    for (const char* url : {"https://api.acme.example/v1", "https://x.cdn.example", "http://127.0.0.1:8080/other"}) {
        const auto checked = check_request(request(url), allowed());
        EXPECT_TRUE(checked) << url << ": " << checked.error().message;
    }
}

TEST(RequestCheck, StopsEverythingElse) {
    const char* const table[] = {"https://evil.test/",
                                 "http://api.acme.example/",
                                 "https://api.acme.example:8443/",
                                 "https://not-allowed.example/",
                                 "http://127.0.0.1:8081/",
                                 "http://localhost:8080/",
                                 "https://127.0.0.1:8080/",
                                 "https://api.acme.example@evil.test/",
                                 "smtp://mail.example:2525",
                                 "file:///etc/passwd"};
    for (const char* url : table) EXPECT_FALSE(check_request(request(url), allowed())) << url;
}

TEST(RequestCheck, StopsHeadersThatCouldSplitTheRequest) {
    const Pair table[] = {{"x", "a\r\nb: c"},
                          {"x", "a\nb"},
                          {"x", std::string("a\0b", 3)},
                          {"x y", "a"},
                          {"", "a"},
                          {"x:", "a"},
                          {"Host", "evil.test"},
                          {"content-length", "0"},
                          {"Transfer-Encoding", "chunked"}};
    for (const Pair& header : table) {
        HttpRequest spoiled = request("https://api.acme.example/v1");
        spoiled.headers.push_back(header);
        EXPECT_FALSE(check_request(spoiled, allowed())) << header.name << ": " << header.value;
    }
}

TEST(RequestCheck, StopsOtherMethods) {
    for (const char* method : {"CONNECT", "TRACE", "get", "", "POST /x HTTP/1.1\r\n"}) {
        HttpRequest spoiled = request("https://api.acme.example/v1");
        spoiled.method = method;
        EXPECT_FALSE(check_request(spoiled, allowed())) << method;
    }
}

Mail mail() {
    Mail made;
    made.server_url = "smtp://mail.example:2525", made.sender = "a@b.example", made.recipients = {"c@d.example"};
    made.data = "Subject: x\r\n\r\nhello\r\n";
    made.username = "me", made.password = Secret("pass"), made.requires_tls = true;
    return made;
}

struct SpoiledMail {
    const char* message_part;
    void (*spoil)(Mail&);
};

TEST(MailCheck, NamesWhatIsWrong) {
    EXPECT_TRUE(check_mail(mail(), allowed()));
    const SpoiledMail table[] = {
        {"mail server", [](Mail& m) { m.server_url = "https://mail.example"; }},
        {"stopped", [](Mail& m) { m.server_url = "smtp://evil.test:2525"; }},
        {"requires_tls", [](Mail& m) { m.requires_tls = false; }},
        {"sender", [](Mail& m) { m.sender = "a@b.example>\r\nRCPT TO:<x@y.example"; }},
        {"no recipient", [](Mail& m) { m.recipients.clear(); }},
        {"not an address", [](Mail& m) { m.recipients.push_back("nobody"); }},
        {"bare CR or LF", [](Mail& m) { m.data = "a\r\n.\nb"; }},
        {"line past 998", [](Mail& m) { m.data = std::string(999, 'x') + "\r\n"; }},
    };
    for (const SpoiledMail& spoiled : table) {
        Mail made = mail();
        spoiled.spoil(made);
        const auto checked = check_mail(made, allowed());
        ASSERT_FALSE(checked) << spoiled.message_part;
        EXPECT_THAT(checked.error().message, testing::HasSubstr(spoiled.message_part));
    }
}

PayoutJob job() {
    PayoutJob made;
    made.amount = {1050, "USD", 2};
    return made;
}

TEST(ResultCheck, AnotherAmountCurrencyOrExponentIsUnknown) {
    for (const Money& money :
         {Money{1051, "USD", 2}, Money{1050, "EUR", 2}, Money{1050, "USD", 0}, Money{1050, "", 2}}) {
        for (const Outcome outcome : {Outcome::done, Outcome::pending, Outcome::refused}) {
            PayoutResult result;
            result.outcome = outcome, result.has_amount = true, result.amount = money, result.next_step = "load";
            check_result(job(), false, result);
            EXPECT_EQ(result.outcome, Outcome::unknown);
            EXPECT_EQ(result.code, "amount_mismatch");
            EXPECT_EQ(result.next_step, "");
        }
    }
}

TEST(ResultCheck, KeepsAResultThatMatchesItsJob) {
    PayoutResult result;
    result.outcome = Outcome::done, result.has_amount = true, result.amount = {1050, "USD", 2},
    result.next_step = "load";
    check_result(job(), false, result);
    EXPECT_EQ(result.outcome, Outcome::done);
    EXPECT_EQ(result.next_step, "load");
}

TEST(ResultCheck, NotFoundCountsOnlyAfterALookUp) {
    PayoutResult result;
    result.outcome = Outcome::not_found;
    check_result(job(), true, result);
    EXPECT_EQ(result.outcome, Outcome::not_found);
    check_result(job(), false, result);
    EXPECT_EQ(result.outcome, Outcome::unknown);
}

TEST(ResultCheck, BoundsThePause) {
    PayoutResult result;
    result.retry_after_ms = UINT64_MAX;
    check_result(job(), false, result);
    EXPECT_EQ(result.retry_after_ms, 7ull * 24 * 3600 * 1000);
}

TEST(Secrets, AreTakenOutOfTextForPeople) {
    const ResolvedOptions options = {{"key", OptionType::secret, Secret("tok_12345")},
                                     {"empty", OptionType::secret, Secret("")},
                                     {"plain", OptionType::text, Secret("visible")}};
    EXPECT_EQ(without_secrets("bad key tok_12345, tok_12345! visible", options), "bad key [secret], [secret]! visible");
}

}  // namespace
}  // namespace tributary::host
