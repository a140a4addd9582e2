// A payout as the store has it, and the few statements that read and write it. Inside a Tx of the caller.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/strong_id.hpp"
#include "core/store/tx.hpp"

namespace tributary::payout {

enum class State { reserved, sending, pending, unknown, settled, refused, operator_ };
const char* name_of(State state);
std::optional<State> parse_state(std::string_view text);
inline bool is_final(State state) { return state == State::settled || state == State::refused; }

struct PayoutRow {
    PayoutId id;
    PartyId recipient;
    std::string connector, product, unit, currency, requested_by, trace_id;
    int64_t amount = 0, money = 0, rate_money = 1, rate_per = 1, requested_at = 0;
    // what changes
    State state = State::reserved;
    std::string step;          // "" = the first
    int64_t step_no = 0;       // 0-based
    int64_t key_no = 0;        // keys burnt in this step
    int64_t attempt = 0;       // sends of this step so far
    int64_t lookups = 0;       // of this step so far
    std::string step_state;    // the connector's own
    int64_t next_at = 0;       // 0 = not by itself
    std::string code, message, reference;
    int64_t changed_at = 0;
};

std::optional<PayoutRow> load_payout(store::Tx& tx, PayoutId id);
void save_state(store::Tx& tx, const PayoutRow& row);

// The store's own random name: keys of two installations never meet at a provider. Made by the first redemption.
std::string store_id(store::Tx& tx);
void make_store_id(store::Tx& tx, std::string_view random_bytes);
// The idempotency key of the step that the row stands at.
std::string key_of(store::Tx& tx, const PayoutRow& row);

// What the sealed requests and receipts prove about the key that the row stands at.
struct Facts {
    bool is_doubtful = false;      // a send with this key, other than `except`, may have had an effect
    bool was_accepted = false;     // the provider once said pending
    int64_t first_send_at = 0;     // 0 = never sent
    int64_t last_send_at = 0;
    int64_t last_request = 0;      // seq of the last send with this key
};
Facts facts_of(store::Tx& tx, const PayoutRow& row, int64_t except_request);

}  // namespace tributary::payout
