// For connector authors and administrators: what a library is, and whether it keeps the rules. No daemon is needed.
#include <filesystem>

#include <fmt/format.h>

#include "core/base/file.hpp"
#include "core/daemon/ctl.hpp"
#include "plugins/kit/conformance.hpp"

namespace tributary::ctl {
namespace {

constexpr uint64_t sample_size_max = 256ull << 20;

host::Isolation isolation_of(const ConnectorTrial& trial) {
    return trial.isolation == "none" ? host::Isolation::none : host::Isolation::process;
}

std::string absolute(const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
}

Result<std::pair<std::string, std::string>> pair_of(const std::string& text) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        return fail(ErrorCode::invalid, fmt::format("'{}' is not name=value", text));
    return std::pair{text.substr(0, equals), text.substr(equals + 1)};
}

Result<kit::Subject> subject_of(const ConnectorTrial& trial) {
    kit::Subject subject;
    subject.path = absolute(trial.file);
    subject.isolation = isolation_of(trial);
    subject.worker_path = trial.worker;
    for (const std::string& text : trial.options) {
        TRIBUTARY_TRY(auto pair, pair_of(text));
        subject.options.insert(std::move(pair));
    }
    for (const std::string& text : trial.secrets) {  // the value stands in a file: arguments can be seen by everybody
        TRIBUTARY_TRY(auto pair, pair_of(text));
        TRIBUTARY_TRY(std::string secret, read_file(pair.second, 64 << 10));
        if (secret.ends_with('\n')) secret.pop_back();
        subject.secrets.emplace(pair.first, Secret(std::move(secret)));
    }
    for (const std::string& text : trial.profile) {
        TRIBUTARY_TRY(auto pair, pair_of(text));
        subject.profile.push_back({pair.first, pair.second});
    }
    if (!trial.sample.empty()) {
        TRIBUTARY_TRY(subject.sample, read_file(trial.sample, sample_size_max));
    }
    return subject;
}

json::array list_of(const std::vector<std::string>& texts) {
    return json::array(texts.begin(), texts.end());
}

std::string joined(const std::vector<std::string>& texts, const char* empty) {
    return texts.empty() ? empty : fmt::format("{}", fmt::join(texts, ", "));
}

json::object manifest_json(const host::Manifest& manifest) {
    json::array options;
    for (const host::Option& option : manifest.options) {
        json::object o{{"name", option.name},
                       {"type", host::name_of(option.type)},
                       {"is_required", !option.fallback},
                       {"help", option.help}};
        if (option.fallback) o["default"] = *option.fallback;
        options.push_back(std::move(o));
    }
    return {{"id", manifest.id},
            {"version", manifest.version},
            {"title", manifest.title},
            {"kind", host::name_of(manifest.kind)},
            {"hosts", list_of(manifest.hosts)},
            {"countries", list_of(manifest.countries)},
            {"units", list_of(manifest.units)},
            {"has_key", manifest.has_key()},
            {"has_look_up", manifest.has_lookup()},
            {"has_webhook", manifest.has_webhook()},
            {"options", std::move(options)}};
}

std::string manifest_text(const host::Manifest& manifest) {
    Facts facts;
    facts.add("connector", fmt::format("{} {}: {}", manifest.id, manifest.version, manifest.title));
    facts.add("kind", host::name_of(manifest.kind));
    if (manifest.kind != host::Kind::feed) facts.add("hosts", joined(manifest.hosts, "those of its URL options"));
    if (manifest.kind == host::Kind::payout) {
        facts.add("countries", joined(manifest.countries, "any"));
        facts.add("units", joined(manifest.units, "any"));
        facts.add("safe repeat", manifest.has_key()      ? "by idempotency key"
                                 : manifest.has_lookup() ? "after a look-up"
                                                         : "no: an unknown outcome needs a person");
        facts.add("webhook", manifest.has_webhook() ? "yes" : "no");
    }
    Table table({{"OPTION"}, {"TYPE"}, {"DEFAULT", Align::left, true}, {"HELP", Align::left, true}});
    for (const host::Option& option : manifest.options)
        table.add(
            {option.name, host::name_of(option.type), option.fallback ? *option.fallback : "required", option.help});
    return facts.text() + (table.is_empty() ? "" : "\n" + table.text());
}

}  // namespace

int connector_describe(const Session& session, const ConnectorTrial& trial) {
    const auto manifest = host::inspect_connector(absolute(trial.file), isolation_of(trial), trial.worker);
    if (!manifest) return session.fail(manifest.error());
    return session.show(manifest_json(*manifest), manifest_text(*manifest));
}

int connector_test(const Session& session, const ConnectorTrial& trial) {
    const auto subject = subject_of(trial);
    if (!subject) return session.fail(subject.error());
    session.progress("testing " + trial.file);
    const std::vector<kit::Finding> findings = kit::run_conformance(*subject);
    json::array out;
    std::string text;
    size_t failed = 0;
    for (const kit::Finding& finding : findings) {
        out.push_back({{"name", finding.name}, {"passed", finding.passed}, {"detail", finding.detail}});
        text += fmt::format("{}  {}\n", finding.passed ? "ok    " : "FAILED", finding.name);
        if (!finding.passed) text += "        " + harmless(finding.detail) + "\n";
        failed += finding.passed ? 0 : 1;
    }
    text += failed == 0 ? fmt::format("{} checks passed\n", findings.size())
                        : fmt::format("{} of {} checks failed\n", failed, findings.size());
    session.show(out, text);
    return kit::has_passed(findings) ? 0 : exit_code_of(ErrorCode::invalid);
}

}  // namespace tributary::ctl
