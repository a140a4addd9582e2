// Random histories against a model that recomputes everything from the list of accepted transfers, by rules written a
// second time and the slow way. RapidCheck prints the seed of a failure and shrinks it.
#include <algorithm>

#include <gtest/gtest.h>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/ledger/memory_source.hpp"

namespace tributary::ledger {
namespace {

struct Model {
    std::vector<Transfer> history;  // id = index + 1

    struct Sums {
        int64_t debits = 0, credits = 0, debits_held = 0, credits_held = 0;
    };
    const Transfer* settlement_of(int64_t id) const {
        for (const Transfer& transfer : history)
            if (transfer.pending.value == id) return &transfer;
        return nullptr;
    }
    Sums sums(AccountId account) const {
        Sums sums;
        for (size_t i = 0; i < history.size(); ++i) {
            const Transfer& transfer = history[i];
            const bool is_held =
                transfer.kind == TransferKind::reserve && settlement_of(static_cast<int64_t>(i) + 1) == nullptr;
            const bool is_posted = transfer.kind == TransferKind::posted || transfer.kind == TransferKind::post;
            if (!is_held && !is_posted) continue;
            if (transfer.debit == account) (is_posted ? sums.debits : sums.debits_held) += transfer.amount;
            if (transfer.credit == account) (is_posted ? sums.credits : sums.credits_held) += transfer.amount;
        }
        return sums;
    }
    // Small amounts and existing accounts of one unit are generated, so these refusals are all there are.
    bool accepts(const Transfer& transfer, const std::map<AccountId, Account>& accounts) const {
        for (const Transfer& old : history)
            if (old.origin_id == transfer.origin_id) return false;
        if (transfer.kind == TransferKind::post || transfer.kind == TransferKind::void_) return settles(transfer);
        const Sums debit = sums(transfer.debit), credit = sums(transfer.credit);
        if (transfer.debit == transfer.credit) return false;
        if (accounts.at(transfer.debit).constraint == Constraint::debits_within_credits &&
            debit.debits + debit.debits_held + transfer.amount > debit.credits)
            return false;
        return accounts.at(transfer.credit).constraint != Constraint::credits_within_debits ||
               credit.credits + credit.credits_held + transfer.amount <= credit.debits;
    }
    bool settles(const Transfer& transfer) const {
        const int64_t id = transfer.pending.value;
        if (id < 1 || id > static_cast<int64_t>(history.size())) return false;
        const Transfer& held = history[static_cast<size_t>(id - 1)];
        if (held.kind != TransferKind::reserve || held.debit != transfer.debit || held.credit != transfer.credit)
            return false;
        if (settlement_of(id) != nullptr) return false;
        return transfer.kind == TransferKind::post ? transfer.amount <= held.amount : transfer.amount == held.amount;
    }
    // The set whole, or nothing.
    bool post(const std::vector<Transfer>& linked, const std::map<AccountId, Account>& accounts) {
        const std::vector<Transfer> before = history;
        for (const Transfer& transfer : linked) {
            if (!accepts(transfer, accounts)) {
                history = before;
                return false;
            }
            history.push_back(transfer);
        }
        return true;
    }
};

struct Machine {
    World world;
    Model model;
    std::vector<AccountId> accounts{world.bank, world.budget, world.wallet, world.owed};

    Machine() { model.history.push_back(transfer_of(1, TransferKind::posted, world.bank, world.budget, 5000)); }

    Transfer any_transfer() {
        const int64_t last = static_cast<int64_t>(model.history.size());
        Transfer made = transfer_of(
            world.next_key++,
            *rc::gen::element(TransferKind::posted, TransferKind::reserve, TransferKind::post, TransferKind::void_),
            *rc::gen::elementOf(accounts), *rc::gen::elementOf(accounts), *rc::gen::inRange<int64_t>(1, 2500));
        if (*rc::gen::inRange(0, 20) == 0)
            made.origin_id = *rc::gen::inRange<int64_t>(1, world.next_key);  // a key again
        if (made.kind != TransferKind::post && made.kind != TransferKind::void_) return made;
        made.pending = TransferId{*rc::gen::inRange<int64_t>(0, last + 2)};
        if (made.pending.value < 1 || made.pending.value > last || *rc::gen::inRange(0, 8) == 0) return made;
        const Transfer& held = model.history[static_cast<size_t>(made.pending.value - 1)];
        made.debit = held.debit;
        made.credit = held.credit;
        if (made.kind == TransferKind::void_ || made.amount > held.amount) made.amount = held.amount;
        return made;
    }

    void post_set() {
        std::vector<Transfer> linked;
        const int count = *rc::gen::inRange(1, 5);
        for (int i = 0; i < count; ++i) linked.push_back(any_transfer());
        if (is_repeat_of_history(linked)) return;  // "exists" is tested by example
        const bool expected = model.post(linked, world.source.accounts);
        const std::vector<Posted> answers = world.book.post(linked);
        for (const Posted& answer : answers) RC_ASSERT((answer.decision == Decision::accepted) == expected);
        if (expected) RC_ASSERT(answers.back().id.value == static_cast<int64_t>(model.history.size()));
    }

    bool is_repeat_of_history(const std::vector<Transfer>& linked) const {
        for (const Transfer& transfer : linked)
            if (std::find(model.history.begin(), model.history.end(), transfer) != model.history.end()) return true;
        return false;
    }

    void job_that_is_undone() {
        const Model before = model;
        world.book.mark();
        const int sets = *rc::gen::inRange(1, 4);
        for (int i = 0; i < sets; ++i) post_set();
        world.book.rollback();
        model = before;
    }

    void flush(bool and_forget) {
        world.flush();
        if (and_forget) world.book.forget(TransferId{static_cast<int64_t>(model.history.size())});
    }

    void check() {
        int64_t debits = 0, credits = 0, debits_held = 0, credits_held = 0;
        for (const AccountId id : accounts) {
            const Account& account = *world.book.account(id);
            const Model::Sums sums = model.sums(id);
            RC_ASSERT(account.debits_posted == sums.debits && account.credits_posted == sums.credits);
            RC_ASSERT(account.debits_pending == sums.debits_held && account.credits_pending == sums.credits_held);
            if (account.constraint == Constraint::debits_within_credits) RC_ASSERT(account.available() >= 0);
            if (account.constraint == Constraint::credits_within_debits)
                RC_ASSERT(account.debits_posted - account.credits_posted - account.credits_pending >= 0);
            debits += account.debits_posted, credits += account.credits_posted;
            debits_held += account.debits_pending, credits_held += account.credits_pending;
        }
        RC_ASSERT(debits == credits && debits_held == credits_held);
    }
};

RC_GTEST_PROP(BookModel, AgreesWithTheNaiveModelAfterEveryStep, ()) {
    Machine machine;
    const int steps = *rc::gen::inRange(1, 60);
    for (int step = 0; step < steps; ++step) {
        machine.world.book.mark();
        const int what = *rc::gen::inRange(0, 10);
        if (what < 6) machine.post_set();
        else if (what < 8) machine.job_that_is_undone();
        else machine.flush(what == 9);
        machine.check();
    }
    machine.flush(true);  // and what was kept says the same
    machine.check();
    RC_ASSERT(machine.world.source.transfers.size() == machine.model.history.size());
}

}  // namespace
}  // namespace tributary::ledger
