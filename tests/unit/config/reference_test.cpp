// The pages written from the schema tables.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "core/daemon/config_reference.hpp"

namespace tributary::config {
namespace {

template <class Visit>
void each_key(const Section& section, const Visit& visit) {
    for (const Key& key : section.keys) {
        visit(section, key);
        if (key.inner != nullptr) each_key(*key.inner, visit);
    }
}

template <class Visit>
void each_key(const Visit& visit) {
    for (const FileKind* kind : {&main_file(), &feed_file(), &connector_file()})
        for (const Section* section : kind->sections) each_key(*section, visit);
}

TEST(Schema, EveryKeyHasHelpAndEveryDefaultFits) {
    each_key([](const Section& section, const Key& key) {
        EXPECT_STRNE(key.help, "") << section.name << "." << key.name;
        EXPECT_EQ(key.type == Type::choice, !key.choices.empty()) << section.name << "." << key.name;
        const std::string fallback = key.fallback;
        EXPECT_TRUE(!key.is_required || fallback.empty()) << section.name << "." << key.name;
        if (key.type == Type::choice && !fallback.empty()) {
            EXPECT_THAT(key.choices, testing::Contains(testing::StrEq(fallback))) << section.name << "." << key.name;
        }
        if (key.type == Type::integer && !fallback.empty()) {
            EXPECT_GE(std::stoll(fallback), key.low) << section.name << "." << key.name;
            EXPECT_LE(std::stoll(fallback), key.high) << section.name << "." << key.name;
        }
        EXPECT_EQ(key.inner != nullptr, key.type == Type::table || key.type == Type::table_list) << key.name;
    });
}

TEST(Reference, NamesEveryKey) {
    const std::string markdown = reference_markdown(), man = reference_man();
    each_key([&](const Section& section, const Key& key) {
        EXPECT_THAT(markdown, testing::HasSubstr("| `" + std::string(key.name) + "` |")) << section.name;
        EXPECT_THAT(man, testing::HasSubstr(".B " + std::string(key.name) + "\n")) << section.name;
    });
    EXPECT_THAT(markdown, testing::HasSubstr("### [api.token]"));
}

TEST(Reference, PagesInTheTreeAreCurrent) {  // UPDATE_GOLDEN=1 writes them anew
    const std::pair<std::string, std::string> pages[] = {
        {CONFIG_DIRECTORY "/../docs/configuration.md", reference_markdown()},
        {CONFIG_DIRECTORY "/../packaging/man/tributary.toml.5", reference_man()},
        {CONFIG_DIRECTORY "/schema/tributary.json", to_pretty_text(json_schema(main_file())) + "\n"},
        {CONFIG_DIRECTORY "/schema/feed.json", to_pretty_text(json_schema(feed_file())) + "\n"},
        {CONFIG_DIRECTORY "/schema/connector.json", to_pretty_text(json_schema(connector_file())) + "\n"},
    };
    for (const auto& [path, text] : pages) {
        if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
        std::ostringstream stored;
        stored << std::ifstream(path).rdbuf();
        EXPECT_EQ(stored.str(), text) << path;
    }
}

TEST(Reference, JsonSchemaForbidsUnknownKeys) {
    const json::object schema = json_schema(main_file());
    EXPECT_FALSE(schema.at("additionalProperties").as_bool());
    const json::object& http = schema.at("properties").at("http").as_object();
    EXPECT_EQ(http.at("properties").at("port").at("maximum").as_int64(), 65535);
    const json::object feed = json_schema(feed_file());
    EXPECT_EQ(feed.at("required"), json::array({"feed"}));
    EXPECT_FALSE(feed.at("properties").at("profile").as_object().contains("additionalProperties"));
}

}  // namespace
}  // namespace tributary::config
