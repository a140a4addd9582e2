// tributary-sim: the simulated providers as one process on loopback. Prints one JSON line with its ports, ends on
// SIGTERM or SIGINT.
#include <csignal>
#include <iostream>

#include <CLI/CLI.hpp>

#include "core/base/file.hpp"
#include "core/base/log.hpp"
#include "tests/simulators/service.hpp"

namespace {

using namespace tributary;
using simulators::ServiceOptions;

void declare(CLI::App& app, ServiceOptions& options, std::string& ports_file) {
    app.add_option("--listen", options.listen, "loopback address");
    app.add_option("--port", options.port, "HTTP port, 0 = any");
    app.add_option("--smtp-port", options.smtp_port, "SMTP port, 0 = any");
    app.add_option("--ports-file", ports_file, "the JSON line goes here too, once everything listens");
    app.add_option("--mail-folder", options.mail_folder, "mails are written here as .eml");
    app.add_option("--webhook-url", options.webhook_url, "where webhooks go; {provider} = tremendous, lithic");
    app.add_option("--tremendous-key", options.tremendous.api_key, "API key that is accepted");
    app.add_option("--tremendous-webhook-key", options.tremendous.webhook_key, "key that signs webhooks");
    app.add_option("--tremendous-rate", options.tremendous.rate_per_second, "requests a second, 0 = any");
    app.add_option("--delivery-delay-ms", options.tremendous.delivery_delay_ms, "until a reward is delivered");
    app.add_option("--lithic-key", options.lithic.api_key, "API key that is accepted");
    app.add_option("--lithic-webhook-secret", options.lithic.webhook_secret, "whsec_ and base64");
    app.add_option("--lithic-account", options.lithic.financial_account, "financial account that pays, a UUID");
    app.add_option("--lithic-rate", options.lithic.rate_per_second, "requests a second, 0 = any");
    app.add_option("--settle-delay-ms", options.lithic.settle_delay_ms, "until a book transfer is settled");
}

int run(ServiceOptions options, const std::string& ports_file) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // every thread inherits it; sigwait() below takes them
    std::signal(SIGPIPE, SIG_IGN);

    const auto service = simulators::Service::start(std::move(options));
    if (!service) {
        std::cerr << "tributary-sim: " << service.error().message << "\n";
        return exit_code_of(service.error().code);
    }
    const std::string ports =
        to_text(json::object{{"port", (*service)->port()}, {"smtp_port", (*service)->smtp_port()}});
    if (!ports_file.empty()) {
        if (const auto written = write_file_durably(ports_file, ports + "\n"); !written) {
            std::cerr << "tributary-sim: " << written.error().message << "\n";
            return exit_code_of(written.error().code);
        }
    }
    std::cout << ports << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Simulated payout providers and a mail server, for tests and the demo", "tributary-sim"};
    ServiceOptions options;
    std::string ports_file;
    declare(app, options, ports_file);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 64;
    }
    set_log(LogLevel::warning, LogFormat::text);
    return run(std::move(options), ports_file);
}
