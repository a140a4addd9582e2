// How the daemon is: metrics, health checks, the watchdog's probes, the status line.
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "core/daemon/daemon.hpp"
#include "core/ops/store_metrics.hpp"

namespace tributary {
namespace {

constexpr uint64_t disk_free_min = 256 << 20;
constexpr int64_t store_patience_ms = 300'000;  // a directory import of the largest size is one job
constexpr int64_t flow_patience_ms = 900'000;   // pass one over the largest interchange moves no cursor

std::string ill_connectors(const std::map<std::string, std::shared_ptr<host::Connector>>& connectors) {
    std::string out;
    for (const auto& [name, connector] : connectors) {
        const host::ConnectorState state = connector->state();
        if (state.phase != host::ConnectorPhase::failed) continue;
        out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", name, state.reason);
    }
    return out;
}

}  // namespace

std::map<std::string, std::shared_ptr<host::Connector>> Daemon::connectors() const {
    const std::lock_guard lock(loaded_mutex_);
    return loaded_.connectors;
}

void Daemon::observe() {
    metrics_.add_source([this](ops::Scrape& scrape) {
        const auto done = store_->read([&](store::Tx& tx) { ops::scrape_store(tx, scrape, clock_.now_ms()); });
        scrape.gauge("tributary_store_readable", "0 when the store could not be asked for these metrics.",
                     done ? 1 : 0);
        ops::scrape_process(scrape);
    });
    observe_runtime();
    check_health();
    watch();
}

void Daemon::check_health() {
    health_.add("store", true, [this] {
        return std::string(store_->is_failed() ? "the disk refused a write; the daemon must start anew" : "");
    });
    health_.add("disk", false, [this] { return ops::disk_problem(paths_.spool, disk_free_min); });
    health_.add("spool", false, [this, limit = loaded_.config.spool.size_max] {
        const uint64_t size = intake_->spool_size();
        if (size < limit) return std::string();
        return fmt::format("{} MiB, the limit is {}; raise [spool] size_max_mb or lower retention_days", size >> 20,
                           limit >> 20);
    });
    health_.add("connectors", false, [this] { return ill_connectors(connectors()); });
}

void Daemon::watch() {
    const auto look_at_store = [this] {
        ops::Progress::Sight sight{probe_->is_pending.load(), std::to_string(probe_->done.load())};
        if (probe_->is_pending.exchange(true)) return sight;
        store_->submit([](store::Tx&) {},
                       [probe = probe_](const Result<void>&) { ++probe->done, probe->is_pending = false; });
        return sight;
    };
    const auto look_at_flow = [this] {
        const size_t queue = flow_->queue_length();
        int64_t cursors = 0;
        [[maybe_unused]] const auto read = store_->read([&](store::Tx& tx) {
            cursors = tx.one_integer("SELECT sum(cursor) FROM interchange_state WHERE state IN ('received', 'posting')")
                          .value_or(0);
        });
        return ops::Progress::Sight{queue > 0, fmt::format("{}/{}", queue, cursors)};
    };
    std::vector<ops::Watchdog::Part> parts;
    parts.push_back({"store", ops::Progress(look_at_store, store_patience_ms)});
    parts.push_back({"flow", ops::Progress(look_at_flow, flow_patience_ms)});
    watchdog_ = std::make_unique<ops::Watchdog>(notifier_, clock_, ops::watchdog_interval_ms(), std::move(parts));
}

void Daemon::observe_runtime() {
    metrics_.add_source([this, limit = loaded_.config.spool.size_max](ops::Scrape& scrape) {
        const auto count = [](auto value) { return static_cast<int64_t>(value); };
        scrape.gauge("tributary_start_time_seconds", "When the daemon started.", started_ms_ / 1000);
        scrape.gauge("tributary_store_queue_length", "Write jobs that wait.", count(store_->queue_length()));
        scrape.gauge("tributary_flow_queue_length", "Interchanges that wait.", count(flow_->queue_length()));
        scrape.gauge("tributary_spool_size_bytes", "Size of the files as received.", count(intake_->spool_size()));
        scrape.gauge("tributary_spool_size_max_bytes", "What the spool may grow to.", count(limit));
        scrape.gauge("tributary_disk_free_bytes", "Free at the data directory.", count(ops::disk_free(paths_.spool)));
        scrape.gauge("tributary_payouts_in_flight", "Calls to providers that run.", count(payouts_->in_flight()));
        scrape.gauge("tributary_notices_in_flight", "Notices that are being sent.", count(notices_->in_flight()));
        const payout::PayoutCounters counters = payouts_->counters();
        for (const auto& [key, value] : counters.transitions)
            scrape.counter("tributary_payout_transitions_total", "Payouts that entered a state.", count(value),
                           {{"connector", key.first}, {"state", key.second}});
        for (const auto& [key, value] : counters.webhooks)
            scrape.counter("tributary_webhooks_total", "Webhooks by what they were.", count(value),
                           {{"connector", key.first}, {"verdict", key.second}});
        scrape.counter("tributary_payout_contradictions_total", "Times a provider said the opposite of what is final.",
                       count(counters.contradictions));
        for (const auto& [name, connector] : connectors()) {
            const host::ConnectorState state = connector->state();
            scrape.gauge("tributary_connector_up", "1 while the connector works.",
                         state.phase == host::ConnectorPhase::running ? 1 : 0, {{"connector", name}});
            scrape.counter("tributary_connector_restarts_total", "Workers that had to be replaced.",
                           count(state.restart_count), {{"connector", name}});
        }
    });
}

std::string Daemon::status_line() const {
    const std::lock_guard lock(loaded_mutex_);
    return fmt::format("{} feeds, {} programs; {} interchanges waiting, {} payouts in flight",
                       loaded_.config.feeds.size(), loaded_.config.programs.size(), flow_->queue_length(),
                       payouts_->in_flight());
}

json::object Daemon::status() const {
    const std::lock_guard lock(loaded_mutex_);
    return {{"pid", ::getpid()},
            {"config", std::filesystem::absolute(loaded_.config.file).lexically_normal().string()},
            {"data_directory", loaded_.config.data_directory},
            {"started_at", iso_instant(started_ms_)},
            {"uptime_s", (clock_.now_ms() - started_ms_) / 1000},
            {"store_queue_length", store_->queue_length()},
            {"flow_queue_length", flow_->queue_length()},
            {"payouts_in_flight", payouts_->in_flight()},
            {"notices_in_flight", notices_->in_flight()},
            {"spool_size", intake_->spool_size()},
            {"disk_free", ops::disk_free(paths_.spool)}};
}

}  // namespace tributary
