#include "core/daemon/daemon.hpp"

#include <algorithm>
#include <chrono>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/log.hpp"
#include "core/store/chain.hpp"

namespace tributary {
namespace {

constexpr int64_t housekeeping_interval_ms = 3'600'000;

Result<FileDescriptor> lock_of(const std::string& path) {
    FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return fail(ErrorCode::io, fmt::format("{} cannot be opened: {}", path, system_message(errno)));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
    return fail(ErrorCode::unavailable, fmt::format("{} is locked: another tributaryd uses this data directory", path));
}

json::object endpoint_json(const net::Endpoint& endpoint) {
    return {{"address", endpoint.address}, {"port", endpoint.port}, {"tls", endpoint.is_tls}};
}

}  // namespace

const char* version_text() {
    return TRIBUTARY_VERSION;
}

Daemon::Daemon(Loaded loaded, const ops::Notifier& notifier)
    : notifier_(notifier),
      started_ms_(system_clock().now_ms()),
      paths_(paths_of(loaded.config)),
      loaded_(std::move(loaded)),
      metrics_(version_text()) {}

Result<std::unique_ptr<Daemon>> Daemon::start(Loaded loaded, const ops::Notifier& notifier) {
    std::unique_ptr<Daemon> daemon(new Daemon(std::move(loaded), notifier));
    TRIBUTARY_CHECK(daemon->open_store());
    TRIBUTARY_CHECK(daemon->start_modules());
    TRIBUTARY_CHECK(daemon->start_serving());
    daemon->metrics_.count_reload(true, daemon->clock_.now_ms());
    return daemon;
}

Result<void> Daemon::open_store() {
    TRIBUTARY_CHECK(make_directories(loaded_.config.data_directory, 0700));
    TRIBUTARY_CHECK(make_directories(paths_.spool, 0700));
    TRIBUTARY_TRY(lock_, lock_of(paths_.lock));
    store::StoreOptions options;
    options.path = paths_.store;
    TRIBUTARY_TRY(store_, store::Store::open(options, clock_));
    ledger_ = store::Ledger::create(clock_);
    store_->add_participant(ledger_);
    store_->add_participant(store::make_chain(clock_));
    return {};
}

Result<void> Daemon::start_modules() {
    const Config& config = loaded_.config;
    TRIBUTARY_TRY(const std::vector<rules::AppliedProgram> programs,
                  flow::apply_programs(*store_, *ledger_, config.programs, clock_, "start"));
    net::ClientOptions client;
    client.ca_file = config.ca_file;
    client.user_agent = std::string("Tributary/") + version_text();
    client_ = net::HttpClient::start(client);
    flow_ = flow::Flow::create({*store_, *ledger_, clock_, system_random(), paths_.spool},
                               flow_settings(loaded_, programs));
    TRIBUTARY_TRY(intake_, intake::Intake::create(*store_, *flow_, clock_, paths_.spool, config.spool));
    payouts_ = payout::Payouts::create(*store_, *ledger_, *client_, clock_, system_random(), payout_options(loaded_));
    notices_ = notice::Notices::create(*store_, *client_, clock_, notice_options(loaded_));
    payouts_->set_on_notice_enqueued([this] { notices_->wake(); });
    TRIBUTARY_CHECK(flow_->recover());
    TRIBUTARY_CHECK(payouts_->recover());
    TRIBUTARY_CHECK(notices_->recover());
    api::Parts parts{*store_, *ledger_, *flow_, *intake_, *payouts_, clock_, metrics_, health_, version_text(), {}, {}};
    parts.reload = [this](const std::string& actor, const std::string& trace_id) { return reload(actor, trace_id); };
    parts.status = [this] { return status(); };
    api_ = std::make_unique<api::Api>(std::move(parts), api_settings(loaded_, programs));
    observe();
    flow_->start();
    payouts_->start();
    notices_->start();
    return {};
}

// A reload that comes in with the first requests waits until everything is there.
Result<void> Daemon::start_serving() {
    const std::lock_guard lock(reload_mutex_);
    const Config& config = loaded_.config;
    TRIBUTARY_CHECK(make_directories(directory_of(config.socket_path), 0755));
    TRIBUTARY_TRY(server_, net::HttpServer::start(server_options(config, *api_, intake_->upload_directory())));
    metrics_.add_source([this](ops::Scrape& scrape) {
        scrape.gauge("tributary_connections_open", "Open connections.",
                     static_cast<int64_t>(server_->connections_open()));
    });
    TRIBUTARY_CHECK(write_endpoints());
    TRIBUTARY_CHECK(start_folders(config));
    housekeeping_ = std::thread([this] { housekeep(); });
    return {};
}

Result<void> Daemon::write_endpoints() const {
    const std::vector<net::Endpoint> bound = server_->endpoints();
    const json::object out{{"pid", ::getpid()},
                           {"socket", loaded_.config.socket_path},
                           {"http", endpoint_json(bound.at(1))},
                           {"metrics", endpoint_json(bound.at(2))}};
    log_info("server.listening", {{"socket", loaded_.config.socket_path},
                                  {"address", bound[1].address},
                                  {"port", bound[1].port},
                                  {"metrics_port", bound[2].port}});
    return write_file_durably(paths_.endpoints, to_pretty_text(out) + "\n", 0644);
}

// Watchers whose options did not change go on; [with reload_mutex_]
Result<void> Daemon::start_folders(const Config& config) {
    const auto same = [](const intake::FolderOptions& a, const intake::FolderOptions& b) {
        return a.feed == b.feed && a.path == b.path && a.answer_folder == b.answer_folder &&
               a.settle_ms == b.settle_ms && a.size_max == b.size_max;
    };
    std::vector<Folder> kept;
    std::vector<intake::FolderOptions> fresh;
    for (const intake::FolderOptions& wanted : folder_options(config)) {
        const auto running = std::find_if(folders_.begin(), folders_.end(),
                                          [&](const Folder& f) { return f.watcher && same(f.options, wanted); });
        if (running != folders_.end())
            kept.push_back(std::move(*running));
        else
            fresh.push_back(wanted);
    }
    folders_ = std::move(kept);  // those no longer wanted end here, before another watches the same path
    for (const intake::FolderOptions& wanted : fresh) {
        TRIBUTARY_TRY(auto watcher, intake::FolderWatcher::start(wanted, *intake_, *flow_, clock_, system_random()));
        folders_.push_back({wanted, std::move(watcher)});
    }
    return {};
}

void Daemon::housekeep() {
    std::unique_lock lock(housekeeping_mutex_);
    while (!is_stopping_) {
        lock.unlock();
        const Result<uint64_t> freed = intake_->sweep();
        if (!freed)
            log_warning("spool.sweep_failed", {{"why", freed.error().message}});
        else if (*freed > 0)
            log_info("spool.swept", {{"bytes", *freed}});
        lock.lock();
        housekeeping_wake_.wait_for(lock, std::chrono::milliseconds(housekeeping_interval_ms),
                                    [this] { return is_stopping_; });
    }
}

void Daemon::drain() {
    int64_t deadline_ms = clock_.monotonic_ms();
    {
        const std::lock_guard lock(loaded_mutex_);
        deadline_ms += loaded_.config.drain_timeout_ms;
    }
    const auto left_ms = [&] { return std::max<int64_t>(0, deadline_ms - clock_.monotonic_ms()); };
    watchdog_.reset();
    api_->stop_waiting();
    server_->drain(left_ms());
    {
        const std::lock_guard lock(reload_mutex_);
        folders_.clear();
    }
    flow_->stop();
    payouts_->stop(left_ms());
    notices_->stop(left_ms());
}

// The modules end in the reverse order of their starting, which is that of the members.
Daemon::~Daemon() {
    {
        const std::lock_guard lock(housekeeping_mutex_);
        is_stopping_ = true;
    }
    housekeeping_wake_.notify_all();
    if (housekeeping_.joinable()) housekeeping_.join();
    watchdog_.reset();
    if (server_) ::unlink(paths_.endpoints.c_str());
    server_.reset();  // before what its handlers use
    if (payouts_) payouts_->set_on_notice_enqueued(nullptr);
}

}  // namespace tributary
