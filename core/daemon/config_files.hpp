// The readers of each kind of configuration file, from parsed values to a draft of the Config, and the checks across
// files. Used by load_config() only.
#pragma once
#include <string>
#include <vector>

#include "core/daemon/config.hpp"
#include "core/daemon/config_section.hpp"

namespace tributary::config {

// Where a named thing was defined, for messages about duplicates and broken references.
struct Origin {
    std::string file;
    Place place;
};

struct Draft {
    Config config;
    SourceErrors* errors = nullptr;
    Origin listener, metrics, notice;
    // Parallel to Config's tokens, feeds, connectors and programs.
    std::vector<Origin> tokens, feeds, feed_connectors, feed_folders, connectors, programs;
    void complain(const Origin& at, std::string message) const {
        errors->push_back({at.file, at.place.line, at.place.column, std::move(message)});
    }
};

void read_main(const SourceFile& file, Draft& draft);
void read_feed(const SourceFile& file, Draft& draft);
void read_connector(const SourceFile& file, Draft& draft);
void check_references(const Draft& draft);  // duplicates, who names whom, listeners

}  // namespace tributary::config
