// The daemon put together: every module, in the order of starting; stopping is the reverse. start() brings all up or
// nothing. reload() swaps what may change in a running daemon, or changes nothing. drain() stops taking work, lets what
// runs come to an end, and leaves the rest for the next start. Any thread may call reload() and the readers.
#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "core/base/file.hpp"
#include "core/daemon/loaded.hpp"
#include "core/daemon/wiring.hpp"
#include "core/ops/watchdog.hpp"

namespace tributary {

class Daemon {
public:
    static Result<std::unique_ptr<Daemon>> start(Loaded loaded, const ops::Notifier& notifier);
    ~Daemon();

    // What changed, as JSON; the error lists every mistake.
    Result<json::object> reload(const std::string& actor, const std::string& trace_id);
    void drain();
    bool is_failed() const { return store_->is_failed(); }  // the store: only a new start helps
    std::string status_line() const;

private:
    explicit Daemon(Loaded loaded, const ops::Notifier& notifier);
    Result<void> open_store();
    Result<void> start_modules();
    Result<void> start_serving();
    Result<void> start_folders(const Config& config);
    Result<void> write_endpoints() const;
    void observe();  // metrics, health, watchdog
    void observe_runtime();
    void check_health();
    void watch();
    std::map<std::string, std::shared_ptr<host::Connector>> connectors() const;
    void housekeep();
    Result<json::object> swap(Loaded next, const std::string& actor);
    void record_reload(const Result<json::object>& result, const std::string& actor, const std::string& trace_id);
    json::object status() const;

    Clock& clock_ = system_clock();
    const ops::Notifier& notifier_;
    const int64_t started_ms_;
    Paths paths_;
    FileDescriptor lock_;  // one daemon a data directory

    std::mutex reload_mutex_;          // one reload at a time; guards folders_
    mutable std::mutex loaded_mutex_;  // guards loaded_ against readers; only a reload writes
    Loaded loaded_;

    std::unique_ptr<store::Store> store_;
    std::shared_ptr<store::Ledger> ledger_;
    std::unique_ptr<net::HttpClient> client_;
    ops::Metrics metrics_;
    ops::Health health_;
    std::unique_ptr<flow::Flow> flow_;
    std::unique_ptr<intake::Intake> intake_;
    std::unique_ptr<payout::Payouts> payouts_;
    std::unique_ptr<notice::Notices> notices_;
    std::unique_ptr<api::Api> api_;
    std::unique_ptr<net::HttpServer> server_;
    struct Folder {
        intake::FolderOptions options;
        std::unique_ptr<intake::FolderWatcher> watcher;
    };
    std::vector<Folder> folders_;

    struct Probe {  // of the store's writer, for the watchdog
        std::atomic<bool> is_pending{false};
        std::atomic<uint64_t> done{0};
    };
    std::shared_ptr<Probe> probe_ = std::make_shared<Probe>();
    std::unique_ptr<ops::Watchdog> watchdog_;

    std::mutex housekeeping_mutex_;
    std::condition_variable housekeeping_wake_;
    bool is_stopping_ = false;
    std::thread housekeeping_;
};

const char* version_text();

}  // namespace tributary
