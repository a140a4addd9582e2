// tributary.toml.
#include <cstdlib>

#include "core/daemon/config_files.hpp"

namespace tributary::config {
namespace {

constexpr int64_t day_ms = 86'400'000;

LogLevel level_of(const std::string& text) {
    if (text == "debug") return LogLevel::debug;
    if (text == "warning") return LogLevel::warning;
    return text == "error" ? LogLevel::error : LogLevel::info;
}

std::string credentials_directory_of(const Reader& reader) {
    const std::string given = reader.path("credentials_directory");
    if (!given.starts_with('$')) return given;
    const char* from_systemd = std::getenv(given.c_str() + 1);
    return from_systemd != nullptr ? from_systemd : "";
}

// The default names the machine's triplet, which the schema cannot know.
std::string connector_directory_of(const Reader& reader) {
    constexpr std::string_view placeholder = "<triplet>";
    std::string path = reader.path("connector_directory");
    if (const size_t at = path.find(placeholder); at != std::string::npos)
        path.replace(at, placeholder.size(), TRIBUTARY_TRIPLET);
    return path;
}

void read_daemon(const Reader& reader, Config& config) {
    config.data_directory = reader.path("data_directory");
    config.connector_directory = connector_directory_of(reader);
    config.credentials_directory = credentials_directory_of(reader);
    config.worker_path = reader.path("worker");
    config.log_level = level_of(reader.text("log_level"));
    config.log_format = reader.text("log_format") == "json" ? LogFormat::json : LogFormat::text;
    config.drain_timeout_ms = reader.integer("drain_timeout_s") * 1000;
}

void read_api(const SourceFile& file, const Reader& reader, Draft& draft) {
    Config& config = draft.config;
    config.socket_path = reader.path("socket");
    if (config.socket_path.size() > 107)
        reader.complain("socket", "'socket' is longer than the 107 bytes a socket's path may have");
    config.socket_users = reader.texts("users");
    config.socket_groups = reader.texts("groups");
    for (const Reader& token : reader.inner_list("token")) {
        config.tokens.push_back({token.credential("token"), token.text("name"), token.text("role")});
        draft.tokens.push_back({file.path, token.place("name")});
    }
}

void read_http(const SourceFile& file, const Reader& reader, Draft& draft) {
    Config& config = draft.config;
    config.listen_address = reader.text("listen");
    config.listen_port = static_cast<uint16_t>(reader.integer("port"));
    config.certificate = reader.path("certificate");
    config.key = reader.path("key");
    config.public_url = reader.text("public_url");
    while (config.public_url.ends_with('/')) config.public_url.pop_back();
    config.ca_file = reader.path("ca_file");
    draft.listener = {file.path, reader.place("listen")};
    if (config.certificate.empty() != config.key.empty()) {
        const char* given = config.key.empty() ? "certificate" : "key";
        reader.complain(given, fmt::format("'{}' stands alone: TLS needs both certificate and key", given));
    }
}

}  // namespace

void read_main(const SourceFile& file, Draft& draft) {
    const FileKind& kind = main_file();
    Config& config = draft.config;
    config.file = file.path;
    check_sections(file, kind);
    read_daemon(read_section(file, kind, "daemon"), config);
    read_api(file, read_section(file, kind, "api"), draft);
    read_http(file, read_section(file, kind, "http"), draft);

    const Reader metrics = read_section(file, kind, "metrics");
    config.metrics_address = metrics.text("listen");
    config.metrics_port = static_cast<uint16_t>(metrics.integer("port"));
    draft.metrics = {file.path, metrics.place("listen")};

    const Reader spool = read_section(file, kind, "spool");
    config.spool.size_max = static_cast<uint64_t>(spool.integer("size_max_mb")) << 20;
    config.spool.retention_ms = spool.integer("retention_days") * day_ms;

    const Reader notice = read_section(file, kind, "notice");
    config.notice_connector = notice.text("connector");
    draft.notice = {file.path, notice.place("connector")};
    config.notice_place = {file.path, draft.notice.place.line, draft.notice.place.column};
    config.bearer_key = read_section(file, kind, "payout").credential("bearer_key");
}

}  // namespace tributary::config
