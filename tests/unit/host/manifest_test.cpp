#include "plugins/host/manifest_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::host {
namespace {

Manifest good() {
    Manifest manifest;
    manifest.id = "card-acme", manifest.version = "1.2.0", manifest.title = "Acme cards", manifest.kind = Kind::payout;
    manifest.options = {{"api_url", OptionType::url, "https://api.acme.example", "Where the API is"},
                        {"api_key", OptionType::secret, std::nullopt, "API key"}};
    manifest.hosts = {"api.acme.example", "*.files.acme.example"};
    manifest.countries = {"DE", "US"};
    manifest.units = {"EUR", "USD"};
    return manifest;
}

struct Spoiled {
    const char* message_part;
    void (*spoil)(Manifest&);
};

TEST(ManifestCheck, TakesAGoodOne) {
    const auto checked = check_manifest(good());
    EXPECT_TRUE(checked) << checked.error().message;
}

TEST(ManifestCheck, NamesWhatIsWrong) {
    const Spoiled table[] = {
        {"id ''", [](Manifest& m) { m.id = ""; }},
        {"id 'Card'", [](Manifest& m) { m.id = "Card"; }},
        {"id '../x'", [](Manifest& m) { m.id = "../x"; }},
        {"id ", [](Manifest& m) { m.id = std::string(65, 'a'); }},
        {"version '1'", [](Manifest& m) { m.version = "1"; }},
        {"version 'v1.0'", [](Manifest& m) { m.version = "v1.0"; }},
        {"title", [](Manifest& m) { m.title = "two\nlines"; }},
        {"title", [](Manifest& m) { m.title = "\xff"; }},
        {"option name 'apiKey'", [](Manifest& m) { m.options[1].name = "apiKey"; }},
        {"type 9", [](Manifest& m) { m.options[1].type = static_cast<OptionType>(9); }},
        {"stands there twice", [](Manifest& m) { m.options[1].name = "api_url"; }},
        {"one line of help", [](Manifest& m) { m.options[1].help = ""; }},
        {"has a fallback", [](Manifest& m) { m.options[1].fallback = "hunter2"; }},
        {"not an absolute URL", [](Manifest& m) { m.options[0].fallback = "api.acme.example"; }},
        {"host '*.com'", [](Manifest& m) { m.hosts[1] = "*.com"; }},
        {"host '*'", [](Manifest& m) { m.hosts[1] = "*"; }},
        {"host 'API.acme.example'", [](Manifest& m) { m.hosts[0] = "API.acme.example"; }},
        {"host 'https://api'", [](Manifest& m) { m.hosts[0] = "https://api"; }},
        {"country 'de'", [](Manifest& m) { m.countries[0] = "de"; }},
        {"unit 'EU'", [](Manifest& m) { m.units[0] = "EU"; }},
        {"unit 'USD' stands", [](Manifest& m) { m.units[0] = "USD"; }},
    };
    for (const Spoiled& spoiled : table) {
        Manifest manifest = good();
        spoiled.spoil(manifest);
        const auto checked = check_manifest(manifest);
        ASSERT_FALSE(checked) << spoiled.message_part;
        EXPECT_THAT(checked.error().message, testing::HasSubstr(spoiled.message_part));
    }
}

TEST(ManifestRead, RefusesPointersThatAreNullAndTextThatIsTooLong) {
    auto descriptor = tributary_connector{};
    descriptor.struct_size = sizeof descriptor;
    descriptor.kind = TRIBUTARY_KIND_FEED;
    descriptor.version = "1.0.0", descriptor.title = "title";
    EXPECT_THAT(read_manifest(descriptor).error().message, testing::HasSubstr("id is a null pointer"));
    const std::string too_long(100'000, 'a');
    descriptor.id = too_long.c_str();
    EXPECT_THAT(read_manifest(descriptor).error().message, testing::HasSubstr("id 'aaaa"));
    descriptor.id = "feed-x";
    descriptor.option_count = 3;
    EXPECT_THAT(read_manifest(descriptor).error().message, testing::HasSubstr("option_count is 3"));
    descriptor.option_count = 0;
    descriptor.host_count = 1'000'000;
    EXPECT_THAT(read_manifest(descriptor).error().message, testing::HasSubstr("1000000 hosts"));
    descriptor.host_count = 0;
    EXPECT_TRUE(read_manifest(descriptor));
}

}  // namespace
}  // namespace tributary::host
