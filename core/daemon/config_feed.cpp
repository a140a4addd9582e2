// feeds.d/*.toml.
#include "core/daemon/config_files.hpp"

namespace tributary::config {

void read_feed(const SourceFile& file, Draft& draft) {
    check_sections(file, feed_file());
    const Reader feed = read_section(file, feed_file(), "feed");
    FeedConfig out;
    const Place connector_place = feed.place("connector");
    out.connector_place = {file.path, connector_place.line, connector_place.column};
    out.profile.name = feed.text("name");
    out.profile.connector = feed.text("connector");
    out.profile.is_live = feed.boolean("live");
    out.profile.distributor = feed.text("distributor");
    out.profile.size_max = static_cast<uint64_t>(feed.integer("size_max_mb")) << 20;
    out.profile.wants_ta1_always = feed.text("ta1") == "always";
    out.profile.answer_folder = feed.path("answer_folder");
    out.tokens = feed.credentials("tokens");
    out.folder = feed.path("folder");
    out.folder_settle_ms = feed.integer("folder_settle_ms");
    if (!out.profile.answer_folder.empty() && out.folder.empty())
        feed.complain("answer_folder", "'answer_folder' is for folder interchanges, and there is no 'folder'");

    const auto profile = file.root.table.find("profile");
    if (profile != file.root.table.end() && read_section(file, feed_file(), "profile").is_present())
        for (auto& [name, value] : flatten(file, profile->second))
            out.profile.profile.push_back({name, std::move(value)});
    draft.config.feeds.push_back(std::move(out));
    draft.feeds.push_back({file.path, feed.place("name")});
    draft.feed_connectors.push_back({file.path, connector_place});
    draft.feed_folders.push_back({file.path, feed.place("folder")});
}

}  // namespace tributary::config
