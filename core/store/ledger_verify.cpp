// Recomputes the ledger from its transfers in one pass. Memory: the accounts and the holds that are open.
#include <unordered_map>

#include <fmt/format.h>

#include "core/base/assert.hpp"
#include "core/store/hold_state.hpp"
#include "core/store/ledger_store.hpp"

namespace tributary::store {
namespace {

using ledger::Account;
using ledger::Constraint;
using ledger::TransferKind;

constexpr size_t findings_max = 100;

struct Row {
    int64_t seq = 0;
    TransferKind kind{};
    AccountId debit, credit;
    int64_t amount = 0;
    int64_t pending = 0;
};

struct OpenHold {
    AccountId debit, credit;
    int64_t amount = 0;
};

class Verifier {
public:
    explicit Verifier(Tx& tx) : tx_(tx) {}

    LedgerReport run() {
        for (Account& account : accounts(tx_)) {
            Account empty = account;
            empty.debits_posted = empty.credits_posted = empty.debits_pending = empty.credits_pending = 0;
            computed_.emplace(account.id, std::move(empty));
        }
        Rows rows = tx_.query("SELECT seq, kind, debit, credit, amount, pending FROM transfer ORDER BY seq");
        while (rows.next())
            apply({rows.integer(0), static_cast<TransferKind>(rows.integer(1)), AccountId{rows.integer(2)},
                   AccountId{rows.integer(3)}, rows.integer(4), rows.integer(5)});
        compare_accounts();
        compare_holds();
        compare_units();
        if (!tx_.ok()) report("reading the store: " + tx_.error().message);
        report_.is_balanced = report_.findings.empty();
        return report_;
    }

private:
    void report(std::string finding) {
        if (report_.findings.size() < findings_max) report_.findings.push_back(std::move(finding));
    }

    void apply(const Row& row) {
        ++report_.transfers;
        const auto debit = computed_.find(row.debit), credit = computed_.find(row.credit);
        if (debit == computed_.end() || credit == computed_.end() || row.debit == row.credit)
            return report(fmt::format("transfer {}: its accounts {} and {} are not two that exist", row.seq,
                                      row.debit.value, row.credit.value));
        if (row.amount <= 0)
            return report(fmt::format("transfer {}: its amount {} is not positive", row.seq, row.amount));
        if (debit->second.unit != credit->second.unit)
            return report(
                fmt::format("transfer {}: it moves {} to {}", row.seq, debit->second.unit, credit->second.unit));
        switch (row.kind) {
        case TransferKind::posted: move_posted(row, debit->second, credit->second); break;
        case TransferKind::reserve: reserve(row, debit->second, credit->second); break;
        case TransferKind::post:
        case TransferKind::void_: settle(row, debit->second, credit->second); break;
        default:
            return report(
                fmt::format("transfer {}: its kind {} does not exist", row.seq, static_cast<int>(row.kind)));
        }
        check_constraints(row, debit->second);
        check_constraints(row, credit->second);
    }

    void add(const Row& row, int64_t& sum, int64_t amount) {
        if (__builtin_add_overflow(sum, amount, &sum))
            report(fmt::format("transfer {}: a balance overflows", row.seq));
    }

    void move_posted(const Row& row, Account& debit, Account& credit) {
        add(row, debit.debits_posted, row.amount);
        add(row, credit.credits_posted, row.amount);
    }

    void reserve(const Row& row, Account& debit, Account& credit) {
        add(row, debit.debits_pending, row.amount);
        add(row, credit.credits_pending, row.amount);
        open_.emplace(row.seq, OpenHold{row.debit, row.credit, row.amount});
    }

    void settle(const Row& row, Account& debit, Account& credit) {
        const auto hold = open_.find(row.pending);
        const bool is_post = row.kind == TransferKind::post;
        if (hold == open_.end())
            return report(fmt::format("transfer {}: it settles {}, which is no open reserve", row.seq, row.pending));
        const OpenHold held = hold->second;
        open_.erase(hold);
        if (held.debit != row.debit || held.credit != row.credit)
            return report(
                fmt::format("transfer {}: its accounts differ from those of reserve {}", row.seq, row.pending));
        if (is_post ? row.amount > held.amount : row.amount != held.amount)
            report(fmt::format("transfer {}: its amount {} does not fit the {} of reserve {}", row.seq, row.amount,
                               held.amount, row.pending));
        debit.debits_pending -= held.amount;
        credit.credits_pending -= held.amount;
        if (is_post) move_posted(row, debit, credit);
        ++settled_;
        check_settled(row, is_post ? ledger::Hold::State::posted : ledger::Hold::State::voided,
                      is_post ? row.amount : 0);
    }

    void check_settled(const Row& row, ledger::Hold::State state, int64_t posted) {
        Rows rows = tx_.query("SELECT state, posted_amount FROM hold WHERE transfer = ?", row.pending);
        if (!rows.next() || rows.text(0) != name_of(state) || rows.integer(1) != posted)
            report(fmt::format("hold {}: transfer {} made it {} with {}, its row says otherwise", row.pending,
                               row.seq, name_of(state), posted));
    }

    void check_constraints(const Row& row, const Account& account) {
        const bool is_broken = (account.constraint == Constraint::debits_within_credits && account.available() < 0) ||
                               (account.constraint == Constraint::credits_within_debits &&
                                account.debits_posted - account.credits_posted - account.credits_pending < 0);
        if (is_broken) report(fmt::format("account {}: transfer {} breaks its constraint", account.code, row.seq));
    }

    void compare_accounts() {
        for (const Account& stored : accounts(tx_)) {
            const Account& computed = computed_.at(stored.id);
            if (stored == computed) continue;
            report(
                fmt::format("account {}: its row says {}/{} posted and {}/{} pending (debits/credits), its transfers "
                            "say {}/{} and {}/{}",
                            stored.code, stored.debits_posted, stored.credits_posted, stored.debits_pending,
                            stored.credits_pending, computed.debits_posted, computed.credits_posted,
                            computed.debits_pending, computed.credits_pending));
        }
    }

    // Settled holds were compared one by one; what is left must be open, and there must be no other row.
    void compare_holds() {
        for (const auto& [seq, hold] : open_)
            if (tx_.one_text("SELECT state FROM hold WHERE transfer = ?", seq) != "open")
                report(fmt::format("hold {}: its reserve of {} is open, its row says otherwise", seq, hold.amount));
        const int64_t expected = settled_ + static_cast<int64_t>(open_.size());
        const int64_t rows = tx_.one_integer("SELECT count(*) FROM hold").value_or(0);
        if (rows != expected) report(fmt::format("hold: there are {} rows for {} reserves", rows, expected));
    }

    void compare_units() {
        struct Sums {
            int64_t posted = 0, pending = 0;  // debits - credits: never overflows when it ends at 0 by honest rows
        };
        std::unordered_map<std::string, Sums> by_unit;
        for (const auto& [id, account] : computed_) {
            Sums& sums = by_unit[account.unit];
            bool fits =
                !__builtin_add_overflow(sums.posted, account.debits_posted - account.credits_posted, &sums.posted);
            fits = !__builtin_add_overflow(sums.pending, account.debits_pending - account.credits_pending,
                                           &sums.pending) &&
                   fits;
            if (!fits) report(fmt::format("unit {}: its sums overflow", account.unit));
        }
        for (const auto& [unit, sums] : by_unit)
            if (sums.posted != 0 || sums.pending != 0)
                report(fmt::format("unit {}: debits exceed credits by {} posted and {} pending", unit, sums.posted,
                                   sums.pending));
    }

    Tx& tx_;
    LedgerReport report_;
    std::unordered_map<AccountId, Account> computed_;
    std::unordered_map<int64_t, OpenHold> open_;
    int64_t settled_ = 0;
};

}  // namespace

LedgerReport verify_ledger(Tx& tx) { return Verifier(tx).run(); }

}  // namespace tributary::store
