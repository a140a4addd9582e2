// read_credential(): what is a usable credential file and what is not.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/daemon/config.hpp"

namespace tributary {
namespace {

class Credentials : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/tributary-credentials-XXXXXX";
        config_.credentials_directory = ::mkdtemp(name);
    }
    void TearDown() override { std::filesystem::remove_all(config_.credentials_directory); }
    std::string path(const std::string& name) const { return config_.credentials_directory + "/" + name; }
    void write(const std::string& name, const std::string& text, mode_t mode = 0400) {
        std::ofstream(path(name)) << text;
        ASSERT_EQ(::chmod(path(name).c_str(), mode), 0);
    }
    Result<Secret> read(const std::string& name) { return read_credential(config_, {name, "tributary.toml", 3, 9}); }

    Config config_;
};

TEST_F(Credentials, DropsOneTrailingNewline) {
    write("a", "secret\n");
    write("b", "secret\r\n");
    write("c", "two\nlines\n\n");
    EXPECT_EQ(read("a")->reveal(), "secret");
    EXPECT_EQ(read("b")->reveal(), "secret");
    EXPECT_EQ(read("c")->reveal(), "two\nlines\n");
}

TEST_F(Credentials, RefusesWhatCannotBeTrusted) {
    write("writable", "secret", 0620);
    write("empty", "\n");
    write("large", std::string((64 << 10) + 1, 'x'));
    write("target", "secret");
    ASSERT_EQ(::symlink(path("target").c_str(), path("link").c_str()), 0);
    ASSERT_EQ(::mkdir(path("directory").c_str(), 0700), 0);
    const std::pair<const char*, const char*> cases[] = {
        {"writable", "others may write"},  {"empty", "is empty"}, {"large", "larger than"},
        {"absent", "credential 'absent'"}, {"link", "link"},      {"directory", "directory"}};
    for (const auto& [name, why] : cases) {
        const Result<Secret> secret = read(name);
        ASSERT_FALSE(secret) << name;
        EXPECT_THAT(secret.error().message, testing::HasSubstr(why)) << name;
        EXPECT_EQ(secret.error().code, ErrorCode::config) << name;
        EXPECT_THAT(secret.error().message, testing::Not(testing::HasSubstr("secret"))) << name;
    }
}

TEST_F(Credentials, NeedADirectory) {
    config_.credentials_directory = std::string(1, '/') + "nowhere";
    EXPECT_FALSE(read("a"));
    config_.credentials_directory.clear();
    EXPECT_THAT(read("a").error().message, testing::HasSubstr("LoadCredential="));
}

}  // namespace
}  // namespace tributary
