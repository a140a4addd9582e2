#include "core/daemon/wiring.hpp"

namespace tributary {
namespace {

template <class Out>
void put_connectors(const Loaded& loaded, host::Kind kind, Out& out) {
    for (const auto& [name, connector] : loaded.connectors)
        if (connector->manifest().kind == kind) out.emplace(name, connector);
}

std::map<std::string, flow::FeedProfile> feeds_of(const Config& config) {
    std::map<std::string, flow::FeedProfile> out;
    for (const FeedConfig& feed : config.feeds) out.emplace(feed.profile.name, feed.profile);
    return out;
}

std::map<std::string, payout::PayoutRoute> routes_of(const Config& config) {
    std::map<std::string, payout::PayoutRoute> out;
    for (const ConnectorFile& file : config.connectors)
        if (file.has_route) out.emplace(file.connector.name, file.route);
    return out;
}

bool is_loopback(const std::string& address) {
    return address == "::1" || address.starts_with("127.");
}

std::optional<net::TlsFiles> tls_of(const Config& config) {
    if (config.certificate.empty()) return std::nullopt;
    return net::TlsFiles{config.certificate, config.key};
}

}  // namespace

Paths paths_of(const Config& config) {
    const std::string& data = config.data_directory;
    return {data + "/tributary.db", data + "/spool", data + "/lock", data + "/endpoints.json"};
}

flow::Settings flow_settings(const Loaded& loaded, const std::vector<rules::AppliedProgram>& programs) {
    flow::Settings settings;
    settings.feeds = feeds_of(loaded.config);
    put_connectors(loaded, host::Kind::feed, settings.connectors);
    settings.programs = programs;
    settings.notice_connector = loaded.config.notice_connector;
    return settings;
}

payout::PayoutOptions payout_options(const Loaded& loaded) {
    payout::PayoutOptions options;
    options.routes = routes_of(loaded.config);
    put_connectors(loaded, host::Kind::payout, options.connectors);
    options.public_url = loaded.config.public_url;
    options.bearer_key = loaded.bearer_key;
    options.notice_connector = loaded.config.notice_connector;
    return options;
}

notice::NoticeOptions notice_options(const Loaded& loaded) {
    notice::NoticeOptions options;
    put_connectors(loaded, host::Kind::notice, options.connectors);
    return options;
}

api::Settings api_settings(const Loaded& loaded, const std::vector<rules::AppliedProgram>& programs) {
    return {loaded.access, feeds_of(loaded.config), routes_of(loaded.config), loaded.connectors, programs};
}

std::vector<intake::FolderOptions> folder_options(const Config& config) {
    std::vector<intake::FolderOptions> out;
    for (const FeedConfig& feed : config.feeds)
        if (!feed.folder.empty())
            out.push_back({feed.profile.name, feed.folder, feed.profile.answer_folder, feed.folder_settle_ms,
                           feed.profile.size_max});
    return out;
}

// Everybody may connect to the socket where users or groups are named: the kernel tells who it is, and access decides.
net::ServerOptions server_options(const Config& config, const api::Api& api, const std::string& upload_directory) {
    net::ServerOptions options;
    options.body_directory = upload_directory;
    const bool is_shared = !config.socket_users.empty() || !config.socket_groups.empty();
    net::Listener socket;
    socket.address = config.socket_path;
    socket.socket_mode = is_shared ? 0666 : 0660;
    socket.routes = api.routes();
    net::Listener http;
    http.address = config.listen_address;
    http.port = config.listen_port;
    http.tls = tls_of(config);
    http.routes = api.routes();
    net::Listener metrics;
    metrics.address = config.metrics_address;
    metrics.port = config.metrics_port;
    if (!is_loopback(config.metrics_address)) metrics.tls = tls_of(config);
    metrics.routes = api.metrics_routes();
    options.listeners = {std::move(socket), std::move(http), std::move(metrics)};
    return options;
}

std::vector<std::string> needs_restart(const Config& running, const Config& next) {
    std::vector<std::string> out;
    const auto compare = [&](const char* name, const auto& a, const auto& b) {
        if (a != b) out.emplace_back(name);
    };
    compare("daemon.data_directory", running.data_directory, next.data_directory);
    compare("api.socket", running.socket_path, next.socket_path);
    compare("http.listen", running.listen_address, next.listen_address);
    compare("http.port", running.listen_port, next.listen_port);
    compare("http.certificate", running.certificate, next.certificate);
    compare("http.key", running.key, next.key);
    compare("http.ca_file", running.ca_file, next.ca_file);
    compare("metrics.listen", running.metrics_address, next.metrics_address);
    compare("metrics.port", running.metrics_port, next.metrics_port);
    compare("spool.size_max_mb", running.spool.size_max, next.spool.size_max);
    compare("spool.retention_days", running.spool.retention_ms, next.spool.retention_ms);
    compare("api.users, api.groups", running.socket_users.empty() && running.socket_groups.empty(),
            next.socket_users.empty() && next.socket_groups.empty());
    return out;
}

}  // namespace tributary
