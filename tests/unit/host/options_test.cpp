#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/host/manifest.hpp"

namespace tributary::host {
namespace {

using testing::HasSubstr;
using testing::Not;

Manifest manifest() {
    Manifest made;
    made.id = "card-acme";
    made.options = {{"api_url", OptionType::url, "https://api.acme.example", "Where the API is"},
                    {"api_key", OptionType::secret, std::nullopt, "API key"},
                    {"retries", OptionType::integer, "3", "How often"},
                    {"test_mode", OptionType::boolean, "false", "Sandbox"},
                    {"campaign", OptionType::text, "", "May be left out"},
                    {"account", OptionType::text, std::nullopt, "Account number"}};
    return made;
}

const std::map<std::string, Secret> key = {{"api_key", Secret("s3cret-key")}};

TEST(Options, GivesEveryDeclaredOptionOnceInOrder) {
    const auto resolved = resolve_options(manifest(), {{"account", "42"}, {"retries", "7"}}, key);
    ASSERT_TRUE(resolved) << resolved.error().message;
    std::vector<std::string> seen;
    for (const ResolvedOption& option : *resolved)
        seen.push_back(option.name + "=" + std::string(option.value.reveal()));
    EXPECT_THAT(seen, testing::ElementsAre("api_url=https://api.acme.example", "api_key=s3cret-key", "retries=7",
                                           "test_mode=false", "campaign=", "account=42"));
}

TEST(Options, NamesEveryMistakeAtOnce) {
    const auto resolved = resolve_options(
        manifest(),
        {{"retrys", "7"}, {"retries", "many"}, {"test_mode", "yes"}, {"api_url", "http://api.acme.example"}}, {});
    ASSERT_FALSE(resolved);
    const std::string& message = resolved.error().message;
    EXPECT_EQ(resolved.error().code, ErrorCode::config);
    EXPECT_THAT(message, HasSubstr("there is no option 'retrys' (did you mean 'retries'?)"));
    EXPECT_THAT(message, HasSubstr("option 'retries' is 'many', not a whole number"));
    EXPECT_THAT(message, HasSubstr("option 'test_mode' is 'yes', not true or false"));
    EXPECT_THAT(message, HasSubstr("option 'api_url' uses http; only https is allowed outside loopback"));
    EXPECT_THAT(message, HasSubstr("option 'api_key' is required (secret): API key"));
    EXPECT_THAT(message, HasSubstr("option 'account' is required (text): Account number"));
}

TEST(Options, RefusesASecretInPlainTextWithoutRepeatingIt) {
    const auto resolved = resolve_options(manifest(), {{"account", "42"}, {"api_key", "hunter2"}}, {});
    ASSERT_FALSE(resolved);
    EXPECT_THAT(resolved.error().message, HasSubstr("api_key = \"cred:"));
    EXPECT_THAT(resolved.error().message, Not(HasSubstr("hunter2")));
}

TEST(Options, NeverRepeatsWhatCameFromACredential) {
    auto secrets = key;
    secrets["retries"] = Secret("hunter2");
    const auto resolved = resolve_options(manifest(), {{"account", "42"}}, secrets);
    ASSERT_FALSE(resolved);
    EXPECT_THAT(resolved.error().message, HasSubstr("option 'retries' (from a credential) is not a usable integer"));
    EXPECT_THAT(resolved.error().message, Not(HasSubstr("hunter2")));
}

TEST(Options, TakesHttpOnLoopback) {
    EXPECT_TRUE(resolve_options(manifest(), {{"account", "1"}, {"api_url", "http://127.0.0.1:8080/x"}}, key));
    EXPECT_TRUE(resolve_options(manifest(), {{"account", "1"}, {"api_url", "http://localhost"}}, key));
    EXPECT_FALSE(resolve_options(manifest(), {{"account", "1"}, {"api_url", "http://localhost.evil.test"}}, key));
    EXPECT_FALSE(resolve_options(manifest(), {{"account", "1"}, {"api_url", "ftp://localhost"}}, key));
}

}  // namespace
}  // namespace tributary::host
