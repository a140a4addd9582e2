#include <filesystem>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "core/base/clock.hpp"
#include "core/base/digest.hpp"
#include "core/base/encoding.hpp"
#include "core/base/file.hpp"
#include "core/base/json.hpp"
#include "core/base/log.hpp"
#include "core/base/suggest.hpp"
#include "core/base/uuid.hpp"

namespace tributary {
namespace {

TEST(Digest, MatchesPublishedVectors) {
    EXPECT_EQ(hex_of(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex_of(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Base64, RoundTripsAndRefusesDamage) {
    for (const std::string text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
        EXPECT_EQ(base64_decode(base64_encode(text)), text);
    for (const char* bad : {"Zg=", "Zg", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Z g="}) EXPECT_FALSE(base64_decode(bad)) << bad;
}

TEST(Utf8, RefusesOverlongSurrogatesAndTruncation) {
    EXPECT_TRUE(is_utf8("Gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x8E\x81"));
    for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xE2\x82", "\xF5\x80\x80\x80", "\xFF", "\x80"})
        EXPECT_FALSE(is_utf8(bad)) << printable(bad);
}

TEST(Printable, ShowsBytesThatDoNotPrint) { EXPECT_EQ(printable("a\x1d\xff", 64), "a\\x1d\\xff"); }

TEST(Dates, KnowTheCalendar) {
    EXPECT_TRUE(is_date(20240229));
    EXPECT_FALSE(is_date(20230229));
    EXPECT_FALSE(is_date(20261301));
    EXPECT_EQ(civil_from_days(days_from_civil(20261121)), 20261121);
    EXPECT_EQ(date_of_ms(0), 19700101);
    EXPECT_EQ(date_of_ms(-1), 19691231);
    EXPECT_EQ(iso_instant(1'700'000'000'123), "2023-11-14T22:13:20.123Z");
    EXPECT_EQ(parse_iso_date("2026-11-01"), 20261101);
    EXPECT_EQ(parse_iso_date("2026-02-30"), std::nullopt);
}

TEST(Uuid, FiveIsStableAndWellFormed) {
    EXPECT_EQ(uuid_v5("payout/1/load"), uuid_v5("payout/1/load"));
    EXPECT_NE(uuid_v5("payout/1/load"), uuid_v5("payout/1/card"));
    EXPECT_EQ(uuid_v5("x")[14], '5');
    ManualClock clock(1'700'000'000'000);
    SeededRandom random(7);
    EXPECT_EQ(uuid_v7(clock, random).substr(0, 13), "018bcfe5-6800");
}

TEST(Suggest, FindsTheNearWordOnly) {
    const std::vector<std::string> known = {"retries", "timeout_ms", "endpoint"};
    EXPECT_EQ(did_you_mean("retrys", known), " (did you mean 'retries'?)");
    EXPECT_EQ(did_you_mean("colour", known), "");
}

TEST(Json, NamesWhereItBreaks) {
    const auto bad = parse_json("{\n \"a\": 1,,\n}");
    ASSERT_FALSE(bad);
    EXPECT_NE(bad.error().message.find("line 2"), std::string::npos) << bad.error().message;
    EXPECT_FALSE(parse_json("{} x"));
    EXPECT_FALSE(parse_json(std::string(64, '[')));
    EXPECT_EQ(parse_json("[1,2]", 4).error().code, ErrorCode::too_large);
    EXPECT_TRUE(parse_json("[1,2]", 5));
}

TEST(File, ReplacesDurablyAndLeavesNothingBeside) {
    char pattern[] = "/tmp/tributary-base-XXXXXX";
    const std::string directory = ::mkdtemp(pattern);
    const std::string path = directory + "/state";
    ASSERT_TRUE(write_file_durably(path, "one"));
    ASSERT_TRUE(write_file_durably(path, "two"));
    EXPECT_EQ(*read_file(path, 3), "two");
    EXPECT_EQ(read_file(path, 2).error().code, ErrorCode::too_large);
    EXPECT_FALSE(std::filesystem::exists(path + ".new"));
    EXPECT_EQ(read_file(directory + "/none", 10).error().code, ErrorCode::not_found);
    std::filesystem::remove_all(directory);
}

TEST(Log, WritesOneEscapedLineAnEvent) {
    std::vector<std::string> lines;
    set_log_writer([&](const std::string& line) { lines.push_back(line); });
    set_log(LogLevel::info, LogFormat::json);
    log_info("file accepted", {{"file", "a\nb"}, {"lines", 3}});
    set_log(LogLevel::info, LogFormat::text);
    log_info("file accepted", {{"file", "a b"}, {"lines", 3}});
    log_debug("not shown");
    set_log_writer(nullptr);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(parse_json(lines[0])->at("file").as_string(), "a\\x0ab");
    EXPECT_EQ(lines[1], "<6>file accepted file=\"a b\" lines=3");
}

}  // namespace
}  // namespace tributary
