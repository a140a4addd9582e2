#include <set>

#include <fmt/format.h>

#include "core/base/suggest.hpp"
#include "plugins/host/manifest_check.hpp"

namespace tributary::host {
namespace {

const Option* find_option(const Manifest& manifest, std::string_view name) {
    for (const Option& option : manifest.options) {
        if (option.name == name) return &option;
    }
    return nullptr;
}

class Resolver {
public:
    explicit Resolver(const Manifest& manifest) : manifest_(manifest) {
        for (const Option& option : manifest.options) known_.push_back(option.name);
    }

    void take_value(const std::string& name, const std::string& value) {
        const Option* option = find(name);
        if (option == nullptr) return;
        if (option->type == OptionType::secret) {
            complain(
                "option '{}' is a secret and stands here in plain text; put it into a credential file and write "
                "{} = \"cred:<name of the credential>\"",
                name, name);
            return;
        }
        given_[name] = Secret(value);
    }

    void take_secret(const std::string& name, const Secret& value) {
        if (find(name) == nullptr) return;
        given_[name] = value;
        confidential_.insert(name);
    }

    Result<ResolvedOptions> finish() {
        ResolvedOptions resolved;
        for (const Option& option : manifest_.options) resolved.push_back({option.name, option.type, value_of(option)});
        if (!complaints_.empty()) return fail(ErrorCode::config, complaints_);
        return resolved;
    }

private:
    template <class... Arguments>
    void complain(fmt::format_string<Arguments...> sentence, Arguments&&... arguments) {
        if (!complaints_.empty()) complaints_ += '\n';
        complaints_ += manifest_.id + ": " + fmt::format(sentence, std::forward<Arguments>(arguments)...);
    }

    const Option* find(const std::string& name) {
        const Option* option = find_option(manifest_, name);
        if (option == nullptr) complain("there is no option '{}'{}", name, did_you_mean(name, known_));
        return option;
    }

    Secret value_of(const Option& option) {
        const auto found = given_.find(option.name);
        if (found == given_.end()) {
            if (!option.fallback) {
                complain("option '{}' is required ({}): {}", option.name, name_of(option.type), option.help);
            }
            return Secret(option.fallback.value_or(""));
        }
        if (found->second.empty() && option.fallback && option.fallback->empty()) return found->second;
        if (found->second.empty() && !option.fallback) complain("option '{}' is empty: {}", option.name, option.help);
        const std::string why = why_unusable(option.type, found->second.reveal());
        if (!why.empty()) {
            // The reason quotes the value, which must not be told when it came from a credential.
            const bool is_confidential = confidential_.contains(option.name);
            complain(
                "option '{}' {}", option.name,
                is_confidential ? fmt::format("(from a credential) is not a usable {}", name_of(option.type)) : why);
        }
        return found->second;
    }

    const Manifest& manifest_;
    std::vector<std::string> known_;
    std::map<std::string, Secret> given_;
    std::set<std::string> confidential_;
    std::string complaints_;
};

}  // namespace

Result<ResolvedOptions> resolve_options(const Manifest& manifest, const std::map<std::string, std::string>& options,
                                        const std::map<std::string, Secret>& secrets) {
    Resolver resolver(manifest);
    for (const auto& [name, value] : options) resolver.take_value(name, value);
    for (const auto& [name, value] : secrets) resolver.take_secret(name, value);
    return resolver.finish();
}

}  // namespace tributary::host
