// apply(): the one writer job that turns evidence (an answer, a look-up, a signed webhook, a person's word) into state,
// money, references and notices, together or not at all. Inside a writer job.
#pragma once
#include <memory>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/digest.hpp"
#include "core/base/random.hpp"
#include "core/payout/outcome.hpp"
#include "core/payout/payout.hpp"
#include "core/payout/row.hpp"

namespace tributary::payout {

// What a writer job of this module works with.
struct Desk {
    store::Ledger& ledger;
    Clock& clock;
    Random& random;
    std::shared_ptr<const PayoutOptions> options;

    const PayoutRoute* route_of(const std::string& connector) const;
    std::shared_ptr<host::Connector> connector_of(const std::string& connector) const;  // null: not configured
    Capabilities capabilities_of(const std::string& connector) const;
    Limits limits_of(const std::string& connector) const;
    int64_t jittered(int64_t delay_ms) const;  // up to a quarter longer
};

struct Evidence {
    Source source = Source::answer;
    std::string told_by;          // payout_receipt.source: answer | network | connector | look_up | webhook | operator
    int64_t request = 0;          // payout_request.seq; 0: none (a webhook, a person, a failed build)
    int64_t status = 0;           // HTTP
    std::string bytes;            // what was received: enters the receipt as a salted digest only
    host::PayoutResult result;
    bool has_lookup = true;       // false: this step has none, whatever the manifest says
};

struct Applied {
    PayoutRow row;                // as it stands now
    State before = State::reserved;
    host::Outcome outcome = host::Outcome::unknown;
    int64_t pause_ms = 0;
    bool is_contradiction = false;
    bool has_notice = false;
};

// row: just loaded in this job. The state must not be `sending` unless the evidence answers that very send.
Applied apply(store::Tx& tx, const Desk& desk, PayoutRow row, const Evidence& evidence);

// A webhook with an id past after_webhook came while the request was under way: its news may be fresher than the
// answer.
void look_again_if_told(store::Tx& tx, const Desk& desk, Applied& applied, int64_t after_webhook);

// A request that is about to leave (kind send), or has left (kind look_up).
int64_t store_request(store::Tx& tx, const PayoutRow& row, const std::string& kind, int64_t attempt,
                      const Digest& digest, int64_t now_ms);

}  // namespace tributary::payout
