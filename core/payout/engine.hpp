// Engine: the Payouts service. One thread calls tick(), which never sleeps; everything else happens in callbacks of the
// connector, the store's writer and the HTTP client, each short and none blocking. The store is the truth; the schedule
// and the operations under way are lost with the process, and recover() rebuilds them.
//
// An operation: take() ── build ── store request ── ready ── (pace) ── send ── interpret ── apply ── done()
//                        connector    writer         tick               client   connector    writer
// Lock order: mutex_ alone; never held while a collaborator is called.
#pragma once
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/callback_gate.hpp"
#include "core/payout/apply.hpp"
#include "core/payout/pacing.hpp"
#include "core/payout/payout.hpp"
#include "core/payout/schedule.hpp"

namespace tributary::payout {

struct Operation {
    Due due;
    bool is_lookup = false;
    bool has_lookup = true;              // false once the connector said that this step has none
    bool is_unsent = true;
    bool is_key_stale = false;           // in doubt for longer than providers keep keys
    bool is_build_failure = false;       // nothing was stored as sending
    Action action = Action::park;
    Capabilities can;
    PayoutRow row;                       // as read when it began
    host::PayoutJob job;
    std::shared_ptr<host::Connector> connector;
    host::HttpRequest request;
    Digest request_digest{};
    int64_t request_seq = 0;
    int64_t sent_at = 0;                 // wall clock, of a look-up
    int64_t webhook_mark = 0;            // webhooks stored after this came while it was under way
    int64_t timeout_ms = 0;
    Evidence evidence;
};
using OperationPtr = std::shared_ptr<Operation>;

class Engine final : public Payouts {
public:
    static constexpr size_t scheduled_max = 200'000;     // more wait in the store
    static constexpr int64_t wait_max_ms = 1'000;        // the thread looks around this often at least
    static constexpr int64_t delay_max_ms =
        100'000'000;  // after a restart nothing waits longer, whatever the clock said
    static constexpr int64_t missing_connector_delay_ms = 60'000;

    Engine(store::Store& store, store::Ledger& ledger, net::HttpClient& client, Clock& clock, Random& random,
           PayoutOptions options);
    ~Engine() override;

    void replace_options(PayoutOptions options) override;
    Result<void> recover() override;
    void start() override;
    void stop(int64_t timeout_ms) override;
    void redeem(RedeemRequest request, std::function<void(Result<json::object>)> done) override;
    void webhook(const std::string& connector, const net::Request& request, net::Respond respond) override;
    Result<json::object> resolve(PayoutId payout, const std::string& outcome, const std::string& evidence,
                                 const std::string& actor, const std::string& trace_id) override;
    Result<json::object> look_up_now(PayoutId payout) override;
    Result<Secret> reveal_bearer(PayoutId payout, bool again) override;
    PayoutCounters counters() const override;
    size_t in_flight() const override;
    void set_on_notice_enqueued(std::function<void()> callback) override;

    // One round of the dispatcher: sends what is ready and paced, begins what is due. Answers when the next round is
    // due, in ms from now, at most wait_max_ms. Called by the thread; by tests with a clock of their own instead of
    // start().
    int64_t tick();
    // Waits until no operation is with a connector or the store (what is ready, or at the provider, may remain). For
    // tests.
    bool wait_until_still(int64_t timeout_ms);

private:
    struct Lane {  // one connector
        Pacer pacer;
        std::deque<OperationPtr> ready;   // stored as sending, not yet sent
        size_t under_way = 0;             // from take() to done()
        size_t unsent = 0;                // of them: not yet sent
    };
    Desk desk() const;
    void run();
    Result<void> load();                              // fills the schedule from the store
    void schedule_row(const PayoutRow& row);          // [locked]
    bool has_slot(const std::string& connector) const;  // [locked]
    void send_ready();
    std::vector<Due> take_due();                      // [locked]
    void begin_all(const std::vector<Due>& dues);
    int64_t next_wake_ms();                           // [locked]

    void begin(const OperationPtr& op);
    void begin_send(const OperationPtr& op);
    void begin_lookup(const OperationPtr& op);
    void no_lookup(const OperationPtr& op);
    void set_aside(const OperationPtr& op, State state, std::optional<int64_t> delay_ms, std::string code,
                   std::string message);
    void build_failed(const OperationPtr& op, const Error& error);
    void store_sending(const OperationPtr& op);
    void ready(const OperationPtr& op);
    void send(const OperationPtr& op);
    void answered(const OperationPtr& op, net::Outcome outcome);
    void told(const OperationPtr& op, Result<host::PayoutResult> result);
    void conclude(const OperationPtr& op);
    Applied apply_operation(store::Tx& tx, const OperationPtr& op);
    void finish(const OperationPtr& op, const Applied* applied);
    void note(const Applied& applied);                // counters, schedule, log, notice

    void store_webhook(const std::string& connector, const std::string& body, host::WebhookResult result,
                       net::Respond respond);
    void ask_again(const PayoutRow& row);
    void count_webhook(const std::string& connector, const std::string& what);

    store::Store& store_;
    store::Ledger& ledger_;
    net::HttpClient& client_;
    Clock& clock_;
    Random& random_;
    std::shared_ptr<CallbackGate> gate_ = std::make_shared<CallbackGate>();

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::shared_ptr<const PayoutOptions> options_;
    Schedule schedule_{scheduled_max};
    std::map<std::string, Lane> lanes_;
    std::deque<OperationPtr> unapplied_;              // the store was full: conclude() again
    size_t under_way_ = 0, moving_ = 0, turn_ = 0;
    bool is_loaded_ = false, is_stopping_ = false, is_woken_ = false;
    PayoutCounters counters_;
    std::function<void()> on_notice_;
    std::thread thread_;
};

}  // namespace tributary::payout
