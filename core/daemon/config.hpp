// The configuration tree: tributary.toml and feeds.d/ connectors.d/ programs.d/ beside it. load_config() reads all,
// reports every mistake with file, line, column and "did you mean", and never stops at the first. Pure but for reading
// files.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/log.hpp"
#include "core/base/source_error.hpp"
#include "core/flow/flow.hpp"
#include "core/intake/intake.hpp"
#include "core/net/server.hpp"
#include "core/payout/payout.hpp"
#include "core/rules/program.hpp"
#include "plugins/host/connector.hpp"

namespace tributary {

// A value kept in a credential file: "cred:acme_token" names the file acme_token in the credentials directory.
struct Credential {
    std::string name;
    std::string file;  // where it was named, for messages
    size_t line = 0, column = 0;
};

// Where something stands in a file, for messages.
struct ConfigPlace {
    std::string file;
    size_t line = 0, column = 0;
};

struct FeedConfig {
    flow::FeedProfile profile;
    ConfigPlace connector_place;
    std::vector<Credential> tokens;  // bearer tokens for HTTPS; several allow rotation
    std::string folder;              // drop folder; "" = none
    int64_t folder_settle_ms = 1000;
};

struct ConnectorFile {
    ConfigPlace place;
    host::ConnectorConfig connector;  // secrets not yet read
    std::map<std::string, Credential> secrets;
    bool has_route = false;
    payout::PayoutRoute route;
};

struct ApiToken {  // bearer tokens for the HTTP API
    Credential token;
    std::string name, role;  // role: admin | operator | finance | auditor | rep_desk
};

struct Config {
    std::string file;  // tributary.toml
    std::string data_directory, connector_directory, credentials_directory, worker_path;
    LogLevel log_level = LogLevel::info;
    LogFormat log_format = LogFormat::text;
    std::string socket_path;
    std::vector<std::string> socket_users,
        socket_groups;  // who may administrate, beside root and the daemon's own user
    std::string listen_address = "127.0.0.1";
    uint16_t listen_port = 8440;
    std::string certificate, key;  // "" = plain, loopback only
    std::string metrics_address = "127.0.0.1";
    uint16_t metrics_port = 9440;
    std::string public_url;
    std::string ca_file;
    intake::SpoolLimits spool;
    int64_t drain_timeout_ms = 60'000;
    std::vector<ApiToken> tokens;
    std::string notice_connector;
    ConfigPlace notice_place;
    Credential bearer_key;  // "" = made once in the data directory
    std::vector<FeedConfig> feeds;
    std::vector<ConnectorFile> connectors;
    std::vector<rules::Program> programs;
};

Config load_config(const std::string& path, SourceErrors& errors);
// Reads a credential file (at most 64 KiB, no group/world write, one trailing newline dropped). The error does not say
// where the credential was named: its place does.
Result<Secret> read_credential(const Config& config, const Credential& credential);

}  // namespace tributary
