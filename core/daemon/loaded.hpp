// The configuration with everything it names: credentials read, connectors opened, users looked up. load() is all or
// nothing: on any mistake nothing is kept and every mistake is told, so that a reload can fail safely.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/api/access.hpp"
#include "core/base/random.hpp"
#include "core/daemon/config.hpp"

namespace tributary {

struct Loaded {
    Config config;
    api::Access access;
    Secret bearer_key;
    std::map<std::string, std::shared_ptr<host::Connector>> connectors;  // by name
    std::map<std::string, Digest> connector_prints;  // what each was opened with; equal: it can be kept
    std::vector<std::string> connectors_opened;      // those that were not kept
};

enum class Depth {
    text,         // the files only
    environment,  // credentials, users and connectors, too
};

// running: keeps its connectors where nothing changed. Null in errors' absence only.
std::optional<Loaded> load(const std::string& path, const Loaded* running, SourceErrors& errors);
// As load(), but keeps nothing: for `check`.
void check(const std::string& path, Depth depth, SourceErrors& errors);

std::string to_text(const SourceErrors& errors);  // one a line

// The key of [payout] bearer_key, or the one in the data directory, made when it is not there.
Result<Secret> bearer_key_of(const Config& config, Random& random);

}  // namespace tributary
