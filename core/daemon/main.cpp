// tributaryd. Exit codes are those of sysexits.h: 0 ended as asked, 64 usage, 74 the disk refused, 78 configuration.
#include <csignal>
#include <cstdio>
#include <future>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/log.hpp"
#include "core/daemon/daemon.hpp"

namespace tributary {
namespace {

constexpr int exit_usage = 64, exit_config = 78;
constexpr int64_t status_interval_ms = 10'000;

struct Arguments {
    std::string config = "/etc/tributary/tributary.toml";
    bool is_check = false;
};

constexpr const char* usage =
    "usage: tributaryd [--config FILE] [--check]\n"
    "  --config FILE  the configuration (default /etc/tributary/tributary.toml)\n"
    "  --check        say what is wrong with it and exit: 0 nothing, 78 something\n"
    "  --version      print the version\n"
    "Reload: SIGHUP. Stop: SIGTERM, twice to stop at once.\n";

// What to exit with, or nothing: go on.
std::optional<int> parse(int count, char** words, Arguments& out) {
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        if (word == "--config" && i + 1 < count) {
            out.config = words[++i];
        } else if (word == "--check") {
            out.is_check = true;
        } else if (word == "--version") {
            fmt::print("tributaryd {}\n", version_text());
            return 0;
        } else {
            const bool is_help = word == "--help" || word == "-h";
            fmt::print(is_help ? stdout : stderr, "{}", usage);
            return is_help ? 0 : exit_usage;
        }
    }
    return std::nullopt;
}

// Secrets live in this process: no core dumps, no debugger of the same user.
void harden() {
    ::umask(027);
    std::signal(SIGPIPE, SIG_IGN);
#ifndef TRIBUTARY_SANITIZE  // the leak check needs to look into the process
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

sigset_t handled_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
    return set;
}

// The next signal, or 0 after a while.
int next_signal(const sigset_t& set, int64_t wait_ms) {
    const timespec wait{wait_ms / 1000, wait_ms % 1000 * 1'000'000};
    const int number = ::sigtimedwait(&set, nullptr, &wait);
    return number > 0 ? number : 0;
}

void stop(Daemon& daemon, const ops::Notifier& notifier, const sigset_t& set) {
    log_info("daemon.stopping", {{"status", daemon.status_line()}});
    notifier.stopping("stopping: " + daemon.status_line());
    auto drained = std::async(std::launch::async, [&] { daemon.drain(); });
    while (drained.wait_for(std::chrono::milliseconds(0)) != std::future_status::ready) {
        const int number = next_signal(set, 50);
        if (number != SIGTERM && number != SIGINT) continue;
        log_warning("daemon.stopped_at_once", {{"hint", "what ran goes on at the next start"}});
        std::_Exit(0);
    }
}

// Until it is told to stop, or cannot go on.
int run(Daemon& daemon, const ops::Notifier& notifier, const sigset_t& set) {
    int64_t status_at_ms = 0;
    for (;;) {
        const int number = next_signal(set, 500);
        if (number == SIGTERM || number == SIGINT) break;
        if (number == SIGHUP) {
            [[maybe_unused]] const auto reloaded = daemon.reload("signal", "");
        }
        if (daemon.is_failed()) {
            log_error("daemon.store_failed",
                      {{"hint", "check the disk, then start again; what was acknowledged is safe"}});
            std::_Exit(exit_code_of(ErrorCode::io));
        }
        const int64_t now_ms = system_clock().monotonic_ms();
        if (now_ms < status_at_ms) continue;
        notifier.status(daemon.status_line());
        status_at_ms = now_ms + status_interval_ms;
    }
    stop(daemon, notifier, set);
    return 0;
}

int fail_with(const SourceErrors& errors) {
    for (const SourceError& error : errors) fmt::print(stderr, "{}\n", to_text(error));
    fmt::print(stderr, "{} mistake{} in the configuration\n", errors.size(), errors.size() == 1 ? "" : "s");
    return exit_config;
}

int serve(const Arguments& arguments) {
    const sigset_t set = handled_signals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);  // before any thread starts: signals are taken in run() only
    SourceErrors errors;
    std::optional<Loaded> loaded = load(arguments.config, nullptr, errors);
    if (!loaded) return fail_with(errors);
    set_log(loaded->config.log_level, loaded->config.log_format);
    const ops::Notifier notifier = ops::Notifier::from_environment();
    const auto daemon = Daemon::start(std::move(*loaded), notifier);
    if (!daemon) {
        log_error("daemon.not_started", {{"why", daemon.error().message}});
        return exit_code_of(daemon.error().code);
    }
    log_info("daemon.started", {{"version", version_text()}, {"status", (*daemon)->status_line()}});
    notifier.ready((*daemon)->status_line());
    return run(**daemon, notifier, set);
}

int run_program(int count, char** words) {
    Arguments arguments;
    if (const auto code = parse(count, words, arguments)) return *code;
    harden();
    if (!arguments.is_check) return serve(arguments);
    SourceErrors errors;
    check(arguments.config, Depth::environment, errors);
    if (!errors.empty()) return fail_with(errors);
    fmt::print("{}: fine\n", arguments.config);
    return 0;
}

}  // namespace
}  // namespace tributary

int main(int count, char** words) {
    return tributary::run_program(count, words);
}
