// Awards become transfers. An award moves from its incentive's budget to the recipient's wallet; one that does not fit
// waits whole, in arrival order; a reversal moves back what is left of it, from the wallet or, when that is spent, as a
// receivable that later awards repay. Works inside a writer job; not thread safe.
//
// Invariant: for every award A that does not wait, budget -> wallet transfers less wallet -> budget transfers of A's
// family equal net(A) = A.amount - sum of its reversals (less what undid them).
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/clock.hpp"
#include "core/flow/sales.hpp"
#include "core/rules/evaluate.hpp"
#include "core/store/ledger_store.hpp"

namespace tributary::flow {

class Awards {
public:
    Awards(store::Ledger& ledger, Clock& clock) : ledger_(ledger), clock_(clock) {}

    struct Posted {
        int64_t posted = 0, waiting = 0;
    };
    // The awards of a new event.
    Posted post(store::Tx& tx, EventId event, const rules::Evaluation& evaluation,
                const std::vector<rules::AppliedProgram>& programs);
    // A return takes back its part of each award of the sale: after it, taken_after of sold units are back in all.
    int64_t reverse_part(store::Tx& tx, EventId cause, EventId sale, int64_t taken_after, int64_t sold);
    // Everything that is left of the event's awards goes back: its report was replaced or cancelled.
    int64_t reverse_all(store::Tx& tx, EventId event);
    // The reversals that a return caused are undone.
    void undo_reversals(store::Tx& tx, EventId return_event);
    // Awards that wait and now fit, in arrival order, at most count_max.
    int64_t release_waiting(store::Tx& tx, IncentiveId incentive, int64_t count_max);
    void forget() { budgets_.clear(), wallets_.clear(); }  // after a job was undone

private:
    struct Row {
        int64_t seq = 0;
        IncentiveId incentive;
        int64_t version = 0;
        PartyId recipient;
        std::string unit;
        int64_t amount = 0;
    };
    int64_t insert(store::Tx& tx, EventId event, const Row& row, int64_t amount, int64_t reverses);
    std::vector<Row> awards_of(store::Tx& tx, EventId event);
    bool pay(store::Tx& tx, int64_t seq, const Row& row, int64_t amount);  // false: does not fit
    void take(store::Tx& tx, int64_t seq, const Row& row, int64_t amount);
    void reverse(store::Tx& tx, EventId cause, const Row& award, int64_t amount);
    bool is_waiting(store::Tx& tx, int64_t award);
    int64_t net(store::Tx& tx, const Row& award);
    void wait(store::Tx& tx, int64_t seq, IncentiveId incentive, int64_t base_award);
    void free_dependants(store::Tx& tx, int64_t award);
    AccountId budget(store::Tx& tx, IncentiveId incentive);
    AccountId wallet(store::Tx& tx, PartyId party, const std::string& unit);
    AccountId receivable(store::Tx& tx, PartyId party, const std::string& unit);

    store::Ledger& ledger_;
    Clock& clock_;
    std::unordered_map<int64_t, AccountId> budgets_;
    std::unordered_map<std::string, AccountId> wallets_;
};

std::string wallet_code(const std::string& party_code, const std::string& unit);
std::string budget_code(const std::string& program, const std::string& incentive);

}  // namespace tributary::flow
