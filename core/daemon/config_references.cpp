// The checks that need more than one file: names used twice, names that nobody has, listeners that others can reach.
#include <map>

#include "core/base/suggest.hpp"
#include "core/daemon/config_checks.hpp"
#include "core/daemon/config_files.hpp"

namespace tributary::config {
namespace {

class Uniqueness {
public:
    Uniqueness(const Draft& draft, std::string what) : draft_(draft), what_(std::move(what)) {}
    void add(const std::string& name, const Origin& at) {
        if (name.empty()) return;
        const auto [known, is_new] = seen_.emplace(name, at);
        if (!is_new)
            draft_.complain(at, fmt::format("there is a {} '{}' already, in {}:{}", what_, name, known->second.file,
                                            known->second.place.line));
    }

private:
    const Draft& draft_;
    std::string what_;
    std::map<std::string, Origin> seen_;
};

void check_names(const Draft& draft) {
    const Config& config = draft.config;
    Uniqueness tokens(draft, "token"), feeds(draft, "feed"), connectors(draft, "connector"), programs(draft, "program");
    Uniqueness folders(draft, "feed with the folder");
    for (size_t i = 0; i < config.tokens.size(); ++i) tokens.add(config.tokens[i].name, draft.tokens[i]);
    for (size_t i = 0; i < config.feeds.size(); ++i) feeds.add(config.feeds[i].profile.name, draft.feeds[i]);
    for (size_t i = 0; i < config.feeds.size(); ++i) folders.add(config.feeds[i].folder, draft.feed_folders[i]);
    for (size_t i = 0; i < config.connectors.size(); ++i)
        connectors.add(config.connectors[i].connector.name, draft.connectors[i]);
    for (size_t i = 0; i < config.programs.size(); ++i) programs.add(config.programs[i].id, draft.programs[i]);
}

void check_use(const Draft& draft, const std::string& name, const Origin& at, const char* kind) {
    if (name.empty()) return;
    std::vector<std::string> known;
    for (const ConnectorFile& connector : draft.config.connectors) {
        known.push_back(connector.connector.name);
        if (known.back() != name) continue;
        if (connector.has_route)
            draft.complain(at, fmt::format("'{}' is no {} connector: it has a [payout] section", name, kind));
        return;
    }
    draft.complain(at, fmt::format("there is no connector '{}' in connectors.d{}", name, did_you_mean(name, known)));
}

void check_listener(const Draft& draft, const char* section, const std::string& address, const Origin& at) {
    if (address.empty() || is_loopback_address(address) || !draft.config.certificate.empty()) return;
    draft.complain(at,
                   fmt::format("[{}] listens on {}, which others can reach, so [http] needs certificate and key; or "
                               "listen on 127.0.0.1 behind a proxy",
                               section, address));
}

}  // namespace

void check_references(const Draft& draft) {
    const Config& config = draft.config;
    check_names(draft);
    for (size_t i = 0; i < config.feeds.size(); ++i)
        check_use(draft, config.feeds[i].profile.connector, draft.feed_connectors[i], "feed");
    check_use(draft, config.notice_connector, draft.notice, "notice");
    check_listener(draft, "http", config.listen_address, draft.listener);
    check_listener(draft, "metrics", config.metrics_address, draft.metrics);
    if (config.metrics_port != 0 && config.metrics_port == config.listen_port &&
        config.metrics_address == config.listen_address)
        draft.complain(draft.metrics, fmt::format("[metrics] and [http] both listen on {} port {}",
                                                  config.listen_address, config.listen_port));
}

}  // namespace tributary::config
