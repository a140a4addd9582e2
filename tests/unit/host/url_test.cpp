#include "plugins/host/url.hpp"

#include <gtest/gtest.h>

namespace tributary::host {
namespace {

TEST(Url, ReadsSchemeHostAndPort) {
    const struct {
        const char* text;
        Url url;
    } table[] = {
        {"https://api.acme.example", {"https", "api.acme.example", 443}},
        {"HTTPS://API.Acme.Example/v1?x=1", {"https", "api.acme.example", 443}},
        {"https://api.acme.example:8443/", {"https", "api.acme.example", 8443}},
        {"http://127.0.0.1:80/x", {"http", "127.0.0.1", 80}},
        {"http://[::1]:8080/x", {"http", "[::1]", 8080}},
        {"https://a.b?c", {"https", "a.b", 443}},
        {"smtp://mail.example", {"smtp", "mail.example", 587}},
        {"smtps://mail.example:2465", {"smtps", "mail.example", 2465}},
    };
    for (const auto& row : table) {
        const auto url = parse_url(row.text);
        ASSERT_TRUE(url) << row.text;
        EXPECT_EQ(*url, row.url) << row.text;
    }
}

TEST(Url, RefusesWhatAnotherParserMightReadAnotherWay) {
    const char* const table[] = {"",
                                 "api.acme.example",
                                 "https:",
                                 "https://",
                                 "https:///x",
                                 "ftp://a.b",
                                 "file:///etc/passwd",
                                 "https:/a.b",
                                 "https://user@a.b",
                                 "https://user:pass@a.b",
                                 "https://good.example@evil.test",
                                 "https://good.example\\@evil.test",
                                 "https://a.b\\c",
                                 "https://a.b#f",
                                 "https://a b",
                                 "https://a.b/\r\nx: y",
                                 "https://a.b/\n",
                                 "https://a.b\t",
                                 "https://a..b",
                                 "https://.a.b",
                                 "https://-a.b",
                                 "https://a_b.c",
                                 "https://a.b:",
                                 "https://a.b:0",
                                 "https://a.b:65536",
                                 "https://a.b:44x",
                                 "https://a.b:-1",
                                 "https://[::2]",
                                 "https://[::1",
                                 "https://[::1]x",
                                 "https://a.b%2f",
                                 "https://caf\xc3\xa9.example",
                                 "gopher://a.b"};
    for (const char* text : table) EXPECT_FALSE(parse_url(text)) << text;
}

TEST(HostPattern, AStarStandsForOneLabelOrMore) {
    EXPECT_TRUE(host_matches("api.acme.example", "api.acme.example"));
    EXPECT_TRUE(host_matches("a.acme.example", "*.acme.example"));
    EXPECT_TRUE(host_matches("a.b.acme.example", "*.acme.example"));
    EXPECT_FALSE(host_matches("acme.example", "*.acme.example"));
    EXPECT_FALSE(host_matches("evilacme.example", "*.acme.example"));
    EXPECT_FALSE(host_matches("api.acme.example.evil.test", "api.acme.example"));
    EXPECT_FALSE(host_matches("api.acme.example.evil.test", "*.acme.example"));
}

}  // namespace
}  // namespace tributary::host
