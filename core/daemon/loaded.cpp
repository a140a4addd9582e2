#include "core/daemon/loaded.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/base/file.hpp"
#include "core/base/suggest.hpp"

namespace tributary {
namespace {

constexpr size_t token_size_min = 16;

class Loader {
public:
    Loader(const Loaded* running, SourceErrors& errors) : running_(running), errors_(errors) {}

    void load(const std::string& path) {
        loaded_.config = load_config(path, errors_);
        if (!errors_.empty()) return;
        read_tokens();
        find_people();
        find_files();
        for (const ConnectorFile& file : loaded_.config.connectors) open(file);
        if (errors_.empty()) check_kinds();
    }
    Loaded take() { return std::move(loaded_); }

private:
    void complain(const ConfigPlace& at, std::string message) {
        errors_.push_back({at.file, at.line, at.column, std::move(message)});
    }
    static ConfigPlace place_of(const Credential& credential) {
        return {credential.file, credential.line, credential.column};
    }

    std::optional<Secret> read(const Credential& credential) {
        Result<Secret> secret = read_credential(loaded_.config, credential);
        if (secret) return std::move(*secret);
        complain(place_of(credential), secret.error().message);
        return std::nullopt;
    }

    std::optional<Secret> read_token(const Credential& credential) {
        auto token = read(credential);
        if (token && token->reveal().size() < token_size_min) {
            complain(place_of(credential),
                     fmt::format("credential '{}' is shorter than {} characters; make one with: openssl rand -hex 32",
                                 credential.name, token_size_min));
            return std::nullopt;
        }
        if (token && !tokens_.emplace(sha256(token->reveal()), credential.name).second)
            complain(place_of(credential),
                     fmt::format("credential '{}' holds the same token as '{}'; each caller needs its own",
                                 credential.name, tokens_[sha256(token->reveal())]));
        return token;
    }

    void read_tokens() {
        for (const ApiToken& token : loaded_.config.tokens)
            if (const auto secret = read_token(token.token)) loaded_.access.add_token(*secret, token.name, token.role);
        for (const FeedConfig& feed : loaded_.config.feeds)
            for (const Credential& token : feed.tokens)
                if (const auto secret = read_token(token)) loaded_.access.add_feed_token(*secret, feed.profile.name);
    }

    void find_people() {
        const ConfigPlace at{loaded_.config.file, 0, 0};
        for (const std::string& name : loaded_.config.socket_users) {
            const passwd* user = ::getpwnam(name.c_str());
            if (user == nullptr)
                complain(at, fmt::format("[api] users: there is no user '{}' on this machine", printable(name)));
            else
                loaded_.access.add_user(user->pw_uid);
        }
        for (const std::string& name : loaded_.config.socket_groups) {
            const group* known = ::getgrnam(name.c_str());
            if (known == nullptr)
                complain(at, fmt::format("[api] groups: there is no group '{}' on this machine", printable(name)));
            else
                loaded_.access.add_group(known->gr_gid);
        }
    }

    void find_files() {
        const Config& config = loaded_.config;
        for (const std::string& path : {config.certificate, config.key, config.ca_file})
            if (!path.empty() && ::access(path.c_str(), R_OK) != 0)
                complain({config.file, 0, 0}, fmt::format("[http] {}: {}", path, system_message(errno)));
    }

    void open(const ConnectorFile& file) {
        host::ConnectorConfig config = file.connector;
        for (const auto& [name, credential] : file.secrets)
            if (auto secret = read(credential)) config.secrets.emplace(name, std::move(*secret));
        if (config.secrets.size() != file.secrets.size()) return;
        const std::string name = config.name;
        const Digest print = print_of(config);
        loaded_.connector_prints[name] = print;
        if (running_ != nullptr && running_->connector_prints.contains(name) &&
            running_->connector_prints.at(name) == print) {
            loaded_.connectors[name] = running_->connectors.at(name);
            return;
        }
        auto opened = host::open_connector(std::move(config));
        if (opened) {
            loaded_.connectors[name] = std::move(*opened);
            loaded_.connectors_opened.push_back(name);
            return;
        }
        for (const std::string_view line : split(opened.error().message, '\n')) complain(file.place, std::string(line));
    }

    // Covers the library's bytes by inode, size and time: an upgraded file is opened anew.
    static Digest print_of(const host::ConnectorConfig& config) {
        Hasher hasher;
        hasher.update_framed(config.path);
        hasher.update_u64(static_cast<uint64_t>(config.isolation));
        hasher.update_framed(config.worker_path);
        for (const auto& [name, value] : config.options) hasher.update_framed(name), hasher.update_framed(value);
        hasher.update_framed("");
        for (const auto& [name, value] : config.secrets)
            hasher.update_framed(name), hasher.update_framed(value.reveal());
        const host::ConnectorLimits& limits = config.limits;
        for (const uint64_t limit :
             {uint64_t{limits.call_timeout_ms}, uint64_t{limits.cpu_s_max}, limits.memory_size_max,
              limits.output_size_max, uint64_t{limits.queue_count_max}, uint64_t{limits.worker_count_max}})
            hasher.update_u64(limit);
        struct stat status {};
        if (::stat(config.path.c_str(), &status) == 0) {
            hasher.update_u64(status.st_ino);
            hasher.update_i64(status.st_size);
            hasher.update_i64(status.st_mtim.tv_sec);
            hasher.update_i64(status.st_mtim.tv_nsec);
        }
        return hasher.finish();
    }

    void check_kind(const std::string& name, host::Kind wanted, const ConfigPlace& at) {
        const host::Kind kind = loaded_.connectors.at(name)->manifest().kind;
        if (kind != wanted)
            complain(at, fmt::format("'{}' is a {} connector, and a {} connector is needed here", name,
                                     host::name_of(kind), host::name_of(wanted)));
    }

    void check_kinds() {
        for (const FeedConfig& feed : loaded_.config.feeds)
            check_kind(feed.profile.connector, host::Kind::feed, feed.connector_place);
        for (const ConnectorFile& file : loaded_.config.connectors)
            if (file.has_route) check_kind(file.connector.name, host::Kind::payout, file.place);
        if (!loaded_.config.notice_connector.empty())
            check_kind(loaded_.config.notice_connector, host::Kind::notice, loaded_.config.notice_place);
    }

    const Loaded* running_;
    SourceErrors& errors_;
    Loaded loaded_;
    std::map<Digest, std::string> tokens_;
};

}  // namespace

std::optional<Loaded> load(const std::string& path, const Loaded* running, SourceErrors& errors) {
    Loader loader(running, errors);
    loader.load(path);
    if (!errors.empty()) return std::nullopt;
    Loaded loaded = loader.take();
    Result<Secret> key = bearer_key_of(loaded.config, system_random());
    if (!key) {
        errors.push_back({loaded.config.bearer_key.file, loaded.config.bearer_key.line, loaded.config.bearer_key.column,
                          key.error().message});
        return std::nullopt;
    }
    loaded.bearer_key = std::move(*key);
    return loaded;
}

void check(const std::string& path, Depth depth, SourceErrors& errors) {
    if (depth == Depth::text)
        load_config(path, errors);
    else
        Loader(nullptr, errors).load(path);
}

std::string to_text(const SourceErrors& errors) {
    std::string out;
    for (const SourceError& error : errors) out += (out.empty() ? "" : "\n") + to_text(error);
    return out;
}

}  // namespace tributary
