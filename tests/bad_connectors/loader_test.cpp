// Every refusal of the loader, in order of precedence, each with the connector that earns it.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/host/loader.hpp"

namespace tributary::host {
namespace {

const std::string bad_folder = BAD_CONNECTOR_DIR;

class Folder {  // private to one test, gone after it
public:
    Folder() : path_("/tmp/tributary-bad-XXXXXX") { EXPECT_NE(mkdtemp(path_.data()), nullptr); }
    ~Folder() {
        for (const std::string& file : files_) unlink(file.c_str());
        rmdir(path_.c_str());
    }
    std::string copy(const std::string& from, mode_t mode) {
        files_.push_back(path_ + "/copy.so");
        std::ofstream(files_.back(), std::ios::binary) << std::ifstream(from, std::ios::binary).rdbuf();
        EXPECT_EQ(chmod(files_.back().c_str(), mode), 0);
        return files_.back();
    }
    std::string write(const std::string& bytes) {
        files_.push_back(path_ + "/written.so");
        std::ofstream(files_.back(), std::ios::binary) << bytes;
        return files_.back();
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
    std::vector<std::string> files_;
};

struct Refused {
    const char* file;
    LoadRefusal reason;
    const char* sentence_part;
};

class LoaderRefuses : public testing::TestWithParam<Refused> {};

TEST_P(LoaderRefuses, WithNameAndAdvice) {
    const auto loaded = load(bad_folder + "/" + GetParam().file);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().reason, GetParam().reason) << loaded.error().sentence;
    EXPECT_THAT(loaded.error().sentence, testing::HasSubstr(GetParam().sentence_part));
    EXPECT_THAT(loaded.error().sentence, testing::HasSubstr(GetParam().file));
}

INSTANTIATE_TEST_SUITE_P(
    BadConnectors, LoaderRefuses,
    testing::Values(Refused{"no_such_file.so", LoadRefusal::missing_file, "check the path"},
                    Refused{"missing_symbol.so", LoadRefusal::missing_symbol, "tributary_connector_v1"},
                    Refused{"null_descriptor.so", LoadRefusal::null_descriptor, "null pointer"},
                    Refused{"short_struct.so", LoadRefusal::short_struct, "struct_size"},
                    Refused{"wrong_major.so", LoadRefusal::wrong_major, "ABI 2.0, and this is 1.0"},
                    Refused{"newer_minor.so", LoadRefusal::newer_minor, "upgrade Tributary"},
                    Refused{"bad_kind.so", LoadRefusal::bad_kind, "99"},
                    Refused{"missing_table.so", LoadRefusal::missing_table, "payout"},
                    Refused{"short_table.so", LoadRefusal::short_table, "payout table"},
                    Refused{"null_callback.so", LoadRefusal::null_callback, "payout.interpret"},
                    Refused{"wrong_id.so", LoadRefusal::bad_manifest, "../Bad Id"}),
    [](const auto& test) { return std::string(test.param.file).substr(0, std::string(test.param.file).find('.')); });

TEST(Loader, TakesAGoodConnector) {
    const auto loaded = load(std::string(CONNECTOR_DIR) + "/giftcard_null.so");
    ASSERT_TRUE(loaded) << loaded.error().sentence;
    EXPECT_EQ(loaded->manifest.id, "giftcard-null");
    EXPECT_EQ(loaded->manifest.kind, Kind::payout);
    EXPECT_TRUE(loaded->manifest.has_key());
    EXPECT_TRUE(loaded->manifest.has_lookup());
    EXPECT_FALSE(loaded->manifest.has_webhook());
    ASSERT_EQ(loaded->manifest.options.size(), 2u);
    EXPECT_EQ(loaded->manifest.options[0].name, "url");
    EXPECT_FALSE(loaded->manifest.options[0].fallback.has_value());
}

TEST(Loader, RefusesAFileThatTheGroupOrOthersMayChange) {
    for (const mode_t mode : {mode_t{0664}, mode_t{0646}, mode_t{0777}}) {
        Folder folder;
        const auto loaded = load(folder.copy(std::string(CONNECTOR_DIR) + "/giftcard_null.so", mode));
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().reason, LoadRefusal::writable_by_others);
        EXPECT_THAT(loaded.error().sentence, testing::HasSubstr("chmod go-w"));
    }
}

TEST(Loader, RefusesAFolderThatOthersMayChange) {
    Folder folder;
    const std::string file = folder.copy(std::string(CONNECTOR_DIR) + "/giftcard_null.so", 0644);
    ASSERT_EQ(chmod(folder.path().c_str(), 0777), 0);
    const auto loaded = load(file);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().reason, LoadRefusal::writable_by_others);
}

TEST(Loader, RefusesAForeignOwner) {
    if (geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
    Folder folder;
    const std::string file = folder.copy(std::string(CONNECTOR_DIR) + "/giftcard_null.so", 0644);
    ASSERT_EQ(chown(file.c_str(), 12345, 12345), 0);
    const auto loaded = load(file);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().reason, LoadRefusal::wrong_owner);
}

TEST(Loader, RefusesAFolderInPlaceOfAFile) {
    Folder folder;
    const auto loaded = load(folder.path());
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().reason, LoadRefusal::not_regular_file);
}

TEST(Loader, RefusesWhatIsNoLibraryAtEveryLength) {
    std::ifstream file(std::string(CONNECTOR_DIR) + "/giftcard_null.so", std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    for (const size_t size : {size_t{0}, size_t{3}, size_t{63}, size_t{64}, size_t{1000}, whole.size() / 2}) {
        Folder folder;
        const auto loaded = load(folder.write(whole.substr(0, size)));
        ASSERT_FALSE(loaded) << size;
        EXPECT_EQ(loaded.error().reason, LoadRefusal::not_a_library) << loaded.error().sentence;
    }
    Folder folder;
    const auto loaded = load(folder.write("#!/bin/sh\necho no\n"));
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().reason, LoadRefusal::not_a_library);
}

TEST(Loader, FollowsALinkToTheFileAndChecksThatOne) {
    Folder folder;
    const std::string link = folder.path() + "/link.so";
    ASSERT_EQ(symlink((std::string(CONNECTOR_DIR) + "/feed_lines.so").c_str(), link.c_str()), 0);
    const auto loaded = load(link);
    unlink(link.c_str());
    ASSERT_TRUE(loaded) << loaded.error().sentence;
    EXPECT_EQ(loaded->manifest.id, "feed-lines");
}

}  // namespace
}  // namespace tributary::host
