#include <gtest/gtest.h>

#include "plugins/sdk/json.hpp"
#include "plugins/sdk/money_text.hpp"
#include "plugins/sdk/payout.hpp"
#include "plugins/sdk/signature.hpp"

namespace tributary::sdk {
namespace {

TEST(MoneyText, WritesMinorUnitsExactly) {
    const struct {
        int64_t minor;
        uint32_t exponent;
        const char* text;
    } rows[] = {{0, 2, "0.00"},    {5, 2, "0.05"},       {1050, 2, "10.50"}, {500, 0, "500"},
                {1234, 3, "1.234"}, {1, 3, "0.001"},      {-1050, 2, "-10.50"}, {-5, 2, "-0.05"},
                {INT64_MAX, 2, "92233720368547758.07"}, {INT64_MIN, 0, "-9223372036854775808"}};
    for (const auto& row : rows) EXPECT_EQ(decimal_text(row.minor, row.exponent), row.text);
}

TEST(MoneyText, ReadsDecimalTextExactlyOrNotAtAll) {
    const struct {
        const char* text;
        uint32_t exponent;
        std::optional<int64_t> minor;
    } rows[] = {{"10.5", 2, 1050},
                {"10.500", 2, 1050},
                {"10", 2, 1000},
                {"1.05e1", 2, 1050},
                {"105E-1", 2, 1050},
                {"0.1", 2, 10},
                {"0", 2, 0},
                {"0e99", 2, 0},
                {"500", 0, 500},
                {"500.0", 0, 500},
                {"1.234", 3, 1234},
                {"-10.5", 2, -1050},
                {"92233720368547758.07", 2, INT64_MAX},
                {"92233720368547758.08", 2, std::nullopt},
                {"99999999999999999999999", 0, std::nullopt},
                {"10.505", 2, std::nullopt},
                {"500.5", 0, std::nullopt},
                {"1e30", 2, std::nullopt},
                {"1e99999", 2, std::nullopt},
                {"", 2, std::nullopt},
                {"-", 2, std::nullopt},
                {".5", 2, std::nullopt},
                {"5.", 2, std::nullopt},
                {"10,5", 2, std::nullopt},
                {"0x10", 2, std::nullopt},
                {"10.5 ", 2, std::nullopt}};
    for (const auto& row : rows) EXPECT_EQ(minor_units(row.text, row.exponent), row.minor) << row.text;
}

TEST(Json, KeepsNumbersAsTheTextThatWasSent) {
    const auto json = parse_json(R"( {"a":10.10,"b":[1,-2.50e3,12345678901234567890123],"c":{"d":"x\u00e9\n"}} )");
    ASSERT_TRUE(json);
    EXPECT_EQ((*json)["a"].number(), "10.10");
    EXPECT_EQ((*json)["b"].at(1).number(), "-2.50e3");
    EXPECT_EQ((*json)["b"].at(2).number(), "12345678901234567890123");
    EXPECT_EQ((*json)["c"]["d"].text(), "x\xC3\xA9\n");
    EXPECT_EQ((*json)["c"]["nothing"]["deeper"].text(), "");
    EXPECT_EQ((*json)["a"].text(), "");
}

TEST(Json, RefusesWhatIsNotOneCleanDocument) {
    const std::string deep(40, '[');
    for (const std::string& text :
         {std::string(), std::string("{"), std::string("{\"a\":1}x"), std::string("{\"a\":01}"),
          std::string("{\"a\":1,\"a\":2}"), std::string("\"\xFF\""), std::string("nul"), deep + std::string(40, ']'),
          std::string("{\"a\":NaN}")}) {
        EXPECT_FALSE(parse_json(text)) << text;
    }
}

TEST(Json, WriterQuotesWhatMustBeQuoted) {
    JsonObject inner, object;
    inner.raw("n", "1.50");
    object.text("a\"", "x\\y\n\x01").text_if("none", "").object("o", inner);
    EXPECT_EQ(object.str(), "{\"a\\\"\":\"x\\\\y\\u000a\\u0001\",\"o\":{\"n\":1.50}}");
    EXPECT_EQ((*parse_json(object.str()))["a\""].text(), "x\\y\n\x01");
}

TEST(Signature, Base64IsStrict) {
    EXPECT_EQ(base64_bytes("TWE="), "Ma");
    EXPECT_EQ(base64_bytes("TWFu"), "Man");
    EXPECT_EQ(base64_bytes(""), "");
    for (const char* text : {"TWE", "TWF=", "T===", "TW E", "TWE=TWE=", "????"})
        EXPECT_FALSE(base64_bytes(text)) << text;
}

tributary_webhook webhook_of(const std::vector<tributary_pair>& headers, std::string_view body, int64_t now_ms) {
    return {sizeof(tributary_webhook), static_cast<uint32_t>(headers.size()), headers.data(), {}, span(body), now_ms};
}

// The example that the Standard Webhooks implementations share.
TEST(Signature, VerifiesTheSharedStandardWebhooksVector) {
    const std::string key = *standard_webhooks_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const std::string body = R"({"test": 2432232314})";
    const std::string good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const auto judge = [&](std::string signature, int64_t now_ms) {
        const std::vector<tributary_pair> headers = {pair("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                                                     pair("webhook-timestamp", "1614265330"),
                                                     pair("webhook-signature", signature)};
        return verify(standard_webhooks, key, webhook_of(headers, body, now_ms));
    };
    const int64_t signed_ms = 1614265330000;
    EXPECT_EQ(judge(good, signed_ms), SignatureVerdict::genuine);
    EXPECT_EQ(judge(good, signed_ms + 300'000), SignatureVerdict::genuine);
    EXPECT_EQ(judge(good, signed_ms + 300'001), SignatureVerdict::stale);
    EXPECT_EQ(judge(good, signed_ms - 300'001), SignatureVerdict::stale);
    EXPECT_EQ(judge("v1,AAAA v1a,zzz " + good, signed_ms), SignatureVerdict::genuine);
    EXPECT_EQ(judge("v2," + good.substr(3), signed_ms), SignatureVerdict::forged);
    EXPECT_EQ(judge(good.substr(3), signed_ms), SignatureVerdict::forged);
    EXPECT_EQ(judge("", signed_ms), SignatureVerdict::forged);
}

TEST(Signature, NoKeyVerifiesNothing) {
    const std::vector<tributary_pair> headers = {pair("s", "sha256=" + hex_text(hmac_sha256("", "x")))};
    const SignatureScheme scheme = {"s", "", "", "{body}", "sha256=", SignatureEncoding::hex, 0};
    EXPECT_EQ(verify(scheme, "", webhook_of(headers, "x", 0)), SignatureVerdict::forged);
}

TEST(ForPeople, HidesSecretsAndControlBytes) {
    EXPECT_EQ(for_people("key sk-12345 and sk-12345\r\nX: y", {"sk-12345"}), "key *** and ***  X: y");
    EXPECT_EQ(for_people(std::string(199, 'a') + "\xC3\xA9", {}), std::string(199, 'a'));
}

TEST(ForPeople, IsAlwaysUtf8) {
    const std::pair<const char*, const char*> rows[] = {
        {"\xE9t\xE9", "?t?"},           {"\xC3\xA9", "\xC3\xA9"},     {"\xE2\x82\xAC", "\xE2\x82\xAC"},
        {"\xF0\x9F\x8E\x81", "\xF0\x9F\x8E\x81"}, {"\xC0\x80", "??"}, {"\xED\xA0\x80", "???"},
        {"\xE0\x80\x80", "???"},       {"\xF5\x80\x80\x80", "????"}, {"\xE2\x82", "??"}};
    for (const auto& [text, fit] : rows) EXPECT_EQ(for_people(text, {}), fit);
}

}  // namespace
}  // namespace tributary::sdk
