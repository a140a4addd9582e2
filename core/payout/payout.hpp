// Payouts: a redemption turns a wallet balance into a reward through a payout connector. Life of a payout:
//
//   redeem() ── reserve ──► reserved ── store request ──► sending ──► settled   (post: the hold becomes final)
//                              ▲  ▲                          │ │ └──► refused   (void: the points are back)
//            retry same key ───┘  │ not found               │ └────► pending ──(look-up, webhook)──► settled | refused
//                                 └──────────── unknown ◄────┘             (money stays reserved; look-up decides)
//                                                  └─ no look-up, or it never tells ──► operator (a person resolves)
//
// 1. The request's digest, step and key are durable before its first byte leaves. 2. A step is never sent again unless its
// outcome, or a look-up, proves that it is safe. 3. settled and refused are final. 4. Money leaves the hold exactly once.
// 5. At most one payout of a recipient is in flight at a connector (its recipient_state is theirs alone).
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/json.hpp"
#include "core/base/random.hpp"
#include "core/base/secret.hpp"
#include "core/base/strong_id.hpp"
#include "core/net/client.hpp"
#include "core/net/http.hpp"
#include "core/store/ledger_store.hpp"
#include "core/store/store.hpp"
#include "plugins/host/connector.hpp"

namespace tributary::payout {

// How a wallet unit becomes money at one connector: connectors.d/<name>.toml [payout].
struct PayoutRoute {
    std::string connector;            // name
    std::string title;                // "Gift card"
    std::string unit;                 // wallet unit: "points"
    std::string currency;             // "USD"
    int64_t rate_money = 1, rate_per = 1;  // rate_per minor wallet units are worth rate_money minor units of currency
    int64_t amount_min = 1, amount_max = INT64_MAX;  // in the wallet's minor units
    std::string product;              // default catalogue id
    std::vector<std::string> countries;  // recipients served; empty = any
    uint32_t rate_per_second = 0;     // 0 = the manifest's
    int64_t lookup_first_ms = 2'000;  // then doubling to lookup_max_ms, with jitter
    int64_t lookup_max_ms = 3'600'000;
    unsigned attempts_max = 12;       // sends of one step; then operator
    unsigned lookups_max = 40;        // then operator
    int64_t timeout_ms = 30'000;
    int64_t key_window_ms = 72'000'000;  // providers forget keys (the quickest after 24 h): no doubtful repeat past it
};

struct RedeemRequest {
    std::string key;  // Idempotency-Key of the caller: the same key and request give the same payout for ever
    std::string recipient;            // party code
    std::string connector;
    std::string product;              // "" = the route's
    int64_t amount = 0;               // minor units of the wallet
    std::string actor;
    std::string trace_id;
};

struct PayoutOptions {
    std::map<std::string, PayoutRoute> routes;                              // by connector name
    std::map<std::string, std::shared_ptr<host::Connector>> connectors;
    std::string public_url;           // webhooks: <public_url>/webhooks/<connector>
    Secret bearer_key;                // 32 bytes: encrypts links and codes at rest
    std::string notice_connector;     // "" = none
    unsigned in_flight_max = 64;
};

// For metrics, since start.
struct PayoutCounters {
    std::map<std::pair<std::string, std::string>, uint64_t> transitions;  // (connector, state entered)
    std::map<std::pair<std::string, std::string>, uint64_t> webhooks;     // (connector, verdict | "repeat" | "failed")
    uint64_t contradictions = 0;   // a provider said the opposite of what is final
};

class Payouts {
public:
    static std::unique_ptr<Payouts> create(store::Store& store, store::Ledger& ledger, net::HttpClient& client,
                                           Clock& clock, Random& random, PayoutOptions options);
    virtual ~Payouts() = default;
    virtual void replace_options(PayoutOptions options) = 0;
    virtual Result<void> recover() = 0;   // what was sending becomes unknown
    virtual void start() = 0;
    virtual void stop(int64_t timeout_ms) = 0;  // nothing new; waits for answers; the rest is unknown on restart
    // Answers when the reserve is durable: JSON of the payout. conflict: key used for another request.
    virtual void redeem(RedeemRequest request, std::function<void(Result<json::object>)> done) = 0;
    // POST /webhooks/<connector>: verified on the raw bytes, deduplicated, stored, then 2xx; forged: 401.
    virtual void webhook(const std::string& connector, const net::Request& request, net::Respond respond) = 0;
    // An operator decides with evidence; only for unknown and operator states. outcome: "settled" | "refused" |
    // "send_again".
    virtual Result<json::object> resolve(PayoutId payout, const std::string& outcome, const std::string& evidence,
                                         const std::string& actor, const std::string& trace_id) = 0;
    // Asks the provider again soon, also for operator states; answers with the payout as it stands before the answer.
    virtual Result<json::object> look_up_now(PayoutId payout) = 0;
    // The link or code that is money, shown once: shown_at is durable before it is handed out. again: show it although
    // it was shown before. The caller audits.
    virtual Result<Secret> reveal_bearer(PayoutId payout, bool again) = 0;
    virtual PayoutCounters counters() const = 0;
    virtual size_t in_flight() const = 0;
    virtual void set_on_notice_enqueued(std::function<void()> callback) = 0;
};

// Any thread, any Tx.
json::object payout_json(store::Tx& tx, PayoutId payout);  // with its time line of requests and receipts
json::array payouts_json(store::Tx& tx, const std::string& state, int64_t after, int64_t rows_max);
std::string payout_text(PayoutId payout);                          // "P17"
std::optional<PayoutId> parse_payout_id(std::string_view text);
int64_t oldest_unsettled_ms(store::Tx& tx, int64_t now_ms);        // age of the oldest payout on its way; 0 = none

}  // namespace tributary::payout
