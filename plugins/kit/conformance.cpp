#include "plugins/kit/conformance.hpp"

#include <algorithm>

#include "core/base/random.hpp"
#include "plugins/kit/runner.hpp"

namespace tributary::kit {
namespace {

// Fits where a token of any form does, and where the base64 of a webhook secret is wanted.
constexpr const char* made_up_secret = "whsec_a2l0LW1hZGUtdXAtc2VjcmV0LW9mLTMyLWJ5dGVz";

std::string garbage(size_t size) {
    return SeededRandom(20261101).bytes(size);
}

void check_instances(Runner& runner) {
    runner.check("two instances live side by side", [&](Check& check) {
        const auto one = runner.open();
        const auto other = runner.open();
        if (!one) check.complain("{}", one.error().message);
        if (!other) check.complain("{}", other.error().message);
    });
}

}  // namespace

bool Runner::inspect() {
    auto manifest = host::inspect_connector(subject_.path, subject_.isolation, subject_.worker_path);
    check("the library loads and its manifest is sound", [&](Check& check) {
        if (!manifest) check.complain("{}", manifest.error().message);
    });
    if (!manifest) return false;
    manifest_ = std::move(*manifest);
    // Optional secrets switch on more of the connector (webhooks), unless a made-up value is not good enough for it.
    has_optional_secrets_ = true;
    has_optional_secrets_ = open().has_value();
    return true;
}

std::map<std::string, Secret> Runner::secrets() const {
    auto secrets = subject_.secrets;
    for (const host::Option& option : manifest_.options) {
        const bool is_wanted = !option.fallback || has_optional_secrets_;
        if (option.type == host::OptionType::secret && is_wanted)
            secrets.try_emplace(option.name, Secret(made_up_secret));
    }
    return secrets;
}

Result<std::shared_ptr<host::Connector>> Runner::open(const std::map<std::string, std::string>& more_options) const {
    host::ConnectorConfig config;
    config.name = manifest_.id;
    config.path = subject_.path;
    config.isolation = subject_.isolation;
    config.worker_path = subject_.worker_path;
    config.options = subject_.options;
    for (const auto& [name, value] : more_options) config.options[name] = value;
    config.secrets = secrets();
    return host::open_connector(std::move(config));
}

std::vector<std::string> hostile_texts() {
    std::string cut = R"({"id":"1","status":"COMPLETED","amount":{"value":10.5,"curr)";
    return {"",
            "{}",
            "[]",
            "null",
            "0",
            "\"text\"",
            std::move(cut),
            "<html><body>502 Bad Gateway</body></html>",
            garbage(1),
            garbage(1000),
            std::string(1 << 20, 'a'),
            std::string(100'000, '['),
            std::string(4096, '\0'),
            "{\"message\":\"caf\xe9\"}",
            "{\"status\":\"a status nobody has heard of\",\"amount\":-1,\"currency\":\"XXX\",\"id\":null}"};
}

std::vector<Answer> every_answer() {
    static constexpr uint32_t statuses[] = {100, 200, 201, 202, 204, 206, 301, 302, 304, 307, 400, 401,
                                            402, 403, 404, 405, 406, 408, 409, 410, 413, 415, 418, 422,
                                            423, 425, 429, 451, 500, 501, 502, 503, 504, 529, 599};
    std::vector<Answer> answers;
    for (const uint32_t status : statuses) {
        for (const std::string& body : hostile_texts()) {
            host::HttpResponse response;
            response.status = status;
            response.headers = {{"content-type", "application/json"}, {"x-junk", "caf\xe9"}};
            response.body = body;
            response.is_truncated = body.size() >= (1 << 20);
            answers.push_back({fmt::format("{} with a body of {} bytes", status, body.size()), std::move(response)});
        }
    }
    return answers;
}

bool is_fault(const Error& error) {
    switch (error.code) {
        case ErrorCode::corrupt:
        case ErrorCode::internal:
        case ErrorCode::timeout:
        case ErrorCode::unavailable:
        case ErrorCode::forbidden:
        case ErrorCode::too_large:
        case ErrorCode::io:
            return true;
        case ErrorCode::invalid:
        case ErrorCode::not_found:
        case ErrorCode::conflict:
        case ErrorCode::config:
            return false;
    }
    return true;
}

void check_options(Runner& runner) {
    runner.check("it can be created with the options given", [&](Check& check) {
        if (const auto opened = runner.open(); !opened) check.complain("{}", opened.error().message);
    });
    runner.check("an option it does not declare is refused", [&](Check& check) {
        if (runner.open({{"no_such_option", "1"}})) check.complain("no_such_option was taken");
    });
    runner.check("odd option values are taken or refused, never fatal", [&](Check& check) {
        for (const host::Option& option : runner.manifest().options) {
            if (option.type != host::OptionType::text) continue;
            for (const std::string& value :
                 {std::string(), std::string(60'000, 'x'), std::string("a\r\nb: c"), std::string("\xc3\xa9\"\\<&")}) {
                const auto opened = runner.open({{option.name, value}});
                if (!opened && is_fault(opened.error()))
                    check.complain("option '{}': {}", option.name, opened.error().message);
            }
        }
    });
}

std::vector<Finding> run_conformance(const Subject& subject) {
    std::vector<Finding> findings;
    Runner runner(subject, findings);
    check_library(runner);
    if (!runner.inspect()) return findings;
    check_options(runner);
    if (!runner.open()) return findings;
    check_instances(runner);
    switch (runner.manifest().kind) {
        case host::Kind::feed:
            check_feed(runner);
            break;
        case host::Kind::payout:
            check_payout(runner);
            break;
        case host::Kind::notice:
            check_notice(runner);
            break;
        case host::Kind::source:
            check_source(runner);
            break;
    }
    return findings;
}

bool has_passed(const std::vector<Finding>& findings) {
    return std::ranges::all_of(findings, [](const Finding& finding) { return finding.passed; });
}

}  // namespace tributary::kit
