// load_config(): golden listings of mistakes, and the examples that ship.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "core/daemon/config.hpp"

namespace tributary {
namespace {

std::string slurp(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
}

std::string listing_of(const std::filesystem::path& directory) {
    SourceErrors errors;
    load_config((directory / "tributary.toml").string(), errors);
    std::string out;
    for (SourceError& error : errors) {
        for (size_t at = 0; (at = error.message.find(directory.string(), at)) != std::string::npos;)
            error.message.erase(at, directory.string().size() + 1);
        error.file.erase(0, directory.string().size() + 1);
        out += to_text(error) + "\n";
    }
    return out;
}

class Golden : public testing::TestWithParam<const char*> {};

// To write the expected text anew: run with UPDATE_GOLDEN=1 and read the difference.
TEST_P(Golden, ListsEveryMistakeWithItsPlace) {
    const std::filesystem::path directory = std::filesystem::path(GOLDEN_DIRECTORY) / GetParam();
    const std::string listing = listing_of(directory);
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(directory / "expected.txt") << listing;
    EXPECT_EQ(listing, slurp(directory / "expected.txt"));
}
INSTANTIATE_TEST_SUITE_P(Config, Golden,
                         testing::Values("main", "feeds", "connectors", "syntax", "programs", "missing"));

class Tree : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/tributary-config-XXXXXX";
        directory_ = ::mkdtemp(name);
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }
    void write(const std::string& path, const std::string& text) {
        std::filesystem::create_directories((directory_ / path).parent_path());
        std::ofstream(directory_ / path) << text;
    }
    Config load() { return load_config((directory_ / "tributary.toml").string(), errors_); }
    std::string complaints() const {
        std::string out;
        for (const SourceError& error : errors_) out += to_text(error) + "\n";
        return out;
    }

    std::filesystem::path directory_;
    SourceErrors errors_;
};

TEST_F(Tree, DefaultsComeFromTheSchema) {
    write("tributary.toml", "");
    const Config config = load();
    EXPECT_EQ(complaints(), "");
    EXPECT_EQ(config.data_directory, "/var/lib/tributary");
    EXPECT_EQ(config.listen_port, 8440);
    EXPECT_EQ(config.metrics_port, 9440);
    EXPECT_EQ(config.drain_timeout_ms, 60'000);
    EXPECT_EQ(config.spool.size_max, 64ull << 30);
    EXPECT_EQ(config.spool.retention_ms, 400LL * 86'400'000);
    EXPECT_EQ(config.socket_path, "/run/tributary/control.sock");
    EXPECT_TRUE(config.bearer_key.name.empty());
}

TEST_F(Tree, RelativePathsCountFromTheFile) {
    write("tributary.toml", "[daemon]\ndata_directory = \"data\"\nconnector_directory = \"../lib\"\n");
    write("feeds.d/a.toml", "[feed]\nname = \"a\"\nconnector = \"x\"\nfolder = \"in\"\n");
    write("connectors.d/x.toml", "[connector]\nname = \"x\"\nlibrary = \"x.so\"\n");
    const Config config = load();
    EXPECT_EQ(complaints(), "");
    EXPECT_EQ(config.data_directory, (directory_ / "data").string());
    EXPECT_EQ(config.feeds.at(0).folder, (directory_ / "feeds.d/in").string());
    EXPECT_EQ(config.connectors.at(0).connector.path, (directory_.parent_path() / "lib/x.so").string());
}

TEST_F(Tree, ProfilesAreFlattened) {
    write("tributary.toml", "");
    write("connectors.d/x.toml", "[connector]\nname = \"x\"\nlibrary = \"x.so\"\n");
    write("feeds.d/a.toml",
          "[feed]\nname = \"a\"\nconnector = \"x\"\n[profile]\nlenient = true\ncount = 7\nlist = [\"a\", 2]\n"
          "[profile.codes]\n355 = [\"EA\"]\n");
    const Config config = load();
    EXPECT_EQ(complaints(), "");
    const host::Profile expected{{"codes.355", "EA"}, {"count", "7"}, {"lenient", "true"}, {"list", "a,2"}};
    EXPECT_EQ(config.feeds.at(0).profile.profile, expected);
}

TEST_F(Tree, RatesBecomeMinorUnits) {
    write("tributary.toml", "");
    write("connectors.d/x.toml",
          "[connector]\nname = \"x\"\nlibrary = \"x.so\"\n[payout]\ntitle = \"Card\"\nunit = \"EUR\"\ncurrency = "
          "\"USD\"\n"
          "rate = { money = \"1.08\", per = 1 }\nmin = \"12.50\"\nmax = 100\n");
    const Config config = load();
    EXPECT_EQ(complaints(), "");
    const payout::PayoutRoute& route = config.connectors.at(0).route;
    EXPECT_EQ(route.rate_money, 108);
    EXPECT_EQ(route.rate_per, 100);
    EXPECT_EQ(route.amount_min, 1250);
    EXPECT_EQ(route.amount_max, 10'000);
    EXPECT_EQ(route.connector, "x");
}

TEST_F(Tree, ListensToOthersWithACertificate) {
    write("tributary.toml",
          "[http]\nlisten = \"0.0.0.0\"\ncertificate = \"c.pem\"\nkey = \"k.pem\"\n[metrics]\nlisten = \"::\"\n");
    load();
    EXPECT_EQ(complaints(), "");
}

TEST_F(Tree, NeverRepeatsWhatMayBeASecret) {
    write("tributary.toml", "[[api.token]]\nname = \"a\"\nrole = \"admin\"\ntoken = \"hunter2hunter2hunter2\"\n");
    write("connectors.d/x.toml",
          "[connector]\nname = \"x\"\nlibrary = \"x.so\"\n[secrets]\nkey = \"hunter2hunter2hunter2\"\nother = "
          "\"cred:hunter2/hunter2\"\n");
    load();
    EXPECT_EQ(errors_.size(), 3u);
    EXPECT_THAT(complaints(), testing::Not(testing::HasSubstr("hunter2")));
}

TEST(Examples, AreValid) {
    SourceErrors errors;
    const Config config = load_config(CONFIG_DIRECTORY "/tributary.toml", errors);
    for (const SourceError& error : errors) ADD_FAILURE() << to_text(error);
    ASSERT_EQ(config.feeds.size(), 1u);
    EXPECT_EQ(config.feeds[0].profile.connector, "x12");
    EXPECT_FALSE(config.feeds[0].profile.is_live);
    EXPECT_EQ(config.notice_connector, "");
    const auto gift = std::find_if(config.connectors.begin(), config.connectors.end(),
                                   [](const ConnectorFile& c) { return c.connector.name == "tremendous"; });
    ASSERT_NE(gift, config.connectors.end());
    EXPECT_EQ(gift->route.rate_money, 100);  // cents
    EXPECT_EQ(gift->route.rate_per, 100);    // points
    EXPECT_EQ(gift->secrets.at("api_key").name, "tremendous_api_key");
}

}  // namespace
}  // namespace tributary
