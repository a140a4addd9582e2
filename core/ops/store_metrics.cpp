#include "core/ops/store_metrics.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "core/store/ledger_store.hpp"

namespace tributary::ops {
namespace {

void scrape_totals(store::Tx& tx, Scrape& scrape) {
    const auto total = [&](const char* name, const char* help, const char* sql) {
        scrape.counter(name, help, tx.one_integer(sql).value_or(0));
    };
    total("tributary_interchanges_total", "Interchanges received.", "SELECT max(seq) FROM interchange");
    total("tributary_events_total", "Events posted.", "SELECT max(seq) FROM event");
    total("tributary_awards_total", "Awards, reversals among them.", "SELECT max(seq) FROM award");
    total("tributary_transfers_total", "Transfers of the ledger.", "SELECT max(seq) FROM transfer");
    total("tributary_chain_batches_total", "Batches sealed by the hash chain.", "SELECT max(seq) FROM batch");
    total("tributary_payouts_total", "Redemptions asked for.", "SELECT max(seq) FROM payout");
    total("tributary_audit_records_total", "Records of the audit trail.", "SELECT max(seq) FROM audit");
}

void scrape_open(store::Tx& tx, Scrape& scrape, int64_t now_ms) {
    scrape.gauge(
        "tributary_interchanges_unfinished", "Interchanges received and not worked off.",
        tx.one_integer("SELECT count(*) FROM interchange_state WHERE state IN ('received', 'posting')").value_or(0));
    store::Rows exceptions = tx.query("SELECT cause, count(*) FROM exception WHERE state = 'open' GROUP BY cause");
    while (exceptions.next())
        scrape.gauge("tributary_exceptions_open", "Lines that wait for somebody, by cause.", exceptions.integer(1),
                     {{"cause", exceptions.string(0)}});
    store::Rows payouts = tx.query(
        "SELECT p.connector, s.state, count(*), min(p.requested_at) FROM payout_state s JOIN payout p ON p.seq = "
        "s.payout "
        "WHERE s.state IN ('reserved', 'sending', 'pending', 'unknown') GROUP BY p.connector, s.state");
    int64_t oldest = now_ms;
    while (payouts.next()) {
        scrape.gauge("tributary_payouts_open", "Payouts that are not decided.", payouts.integer(2),
                     {{"connector", payouts.string(0)}, {"state", payouts.string(1)}});
        oldest = std::min(oldest, payouts.integer(3));
    }
    scrape.seconds("tributary_payout_oldest_unsettled_seconds", "Age of the oldest payout that is not decided.",
                   now_ms - oldest);
    scrape.gauge("tributary_notices_waiting", "Notices that are to be sent.",
                 tx.one_integer("SELECT count(*) FROM notice WHERE state IN ('waiting', 'sending')").value_or(0));
}

void scrape_budgets(store::Tx& tx, Scrape& scrape) {
    const std::string prefix = "budget/";
    for (const ledger::Account& account : store::accounts(tx, prefix)) {
        const Labels labels{{"budget", account.code.substr(prefix.size())}, {"unit", account.unit}};
        scrape.gauge("tributary_budget_available_minor", "What a budget can still give, in minor units.",
                     account.available(), labels);
        scrape.gauge("tributary_budget_funded_minor", "All that was put into a budget, in minor units.",
                     account.credits_posted, labels);
    }
    store::Rows waiting = tx.query(
        "SELECT i.program, i.code, count(*) FROM waiting_award w JOIN incentive i ON i.id = w.incentive GROUP BY "
        "w.incentive");
    while (waiting.next())
        scrape.gauge("tributary_awards_waiting", "Awards that wait for their budget.", waiting.integer(2),
                     {{"budget", waiting.string(0) + "/" + waiting.string(1)}});
}

int64_t pages_resident() {
    std::ifstream file("/proc/self/statm");
    int64_t whole = 0, resident = 0;
    file >> whole >> resident;
    return resident;
}

int64_t files_open() {
    std::error_code failed;
    const std::filesystem::directory_iterator files("/proc/self/fd", failed);
    return failed ? 0 : std::distance(begin(files), end(files));
}

}  // namespace

void scrape_store(store::Tx& tx, Scrape& scrape, int64_t now_ms) {
    scrape_totals(tx, scrape);
    scrape_open(tx, scrape, now_ms);
    scrape_budgets(tx, scrape);
}

void scrape_process(Scrape& scrape) {
    scrape.gauge("process_resident_memory_bytes", "Memory in use.", pages_resident() * ::sysconf(_SC_PAGESIZE));
    scrape.gauge("process_open_fds", "Open file descriptors.", files_open());
}

}  // namespace tributary::ops
