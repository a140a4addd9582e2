#include "core/ledger/book.hpp"

#include <limits>

#include "core/base/assert.hpp"

namespace tributary::ledger {
namespace {

constexpr int64_t amount_max = std::numeric_limits<int64_t>::max();

bool names_a_hold(const Transfer& transfer) {
    return transfer.kind == TransferKind::post || transfer.kind == TransferKind::void_;
}

// Would the debit account go below zero? Sums fit because posted + pending never exceeds amount_max, see overflows().
bool exceeds_credits(const Account& debit, int64_t amount) {
    return debit.constraint == Constraint::debits_within_credits && amount > debit.available();
}

bool exceeds_debits(const Account& credit, int64_t amount) {
    if (credit.constraint != Constraint::credits_within_debits) return false;
    return amount > credit.debits_posted - credit.credits_posted - credit.credits_pending;
}

// Posted and pending together stay within 64 bits, so posting a hold later always fits.
bool overflows(const Account& debit, const Account& credit, int64_t amount) {
    return amount > amount_max - debit.debits_posted - debit.debits_pending ||
           amount > amount_max - credit.credits_posted - credit.credits_pending;
}

}  // namespace

size_t Book::KeyHash::operator()(const Key& key) const {
    const uint64_t mixed = static_cast<uint64_t>(key.origin_id) * 0x9E3779B97F4A7C15u +
                           static_cast<uint64_t>(key.leg) * 0xC2B2AE3D27D4EB4Fu + static_cast<uint64_t>(key.origin);
    return mixed ^ (mixed >> 32);
}

// ---- deciding: the refusals in the order of the enum ----

Decision Book::decide(const Transfer& transfer) {
    if (const auto known = existing(transfer)) return known->decision;
    return decide_new(transfer);
}

std::optional<Posted> Book::existing(const Transfer& transfer) {
    std::optional<std::pair<TransferId, Transfer>> known;
    const auto found = keys_.find(Key{transfer.origin, transfer.leg, transfer.origin_id});
    if (found != keys_.end()) known = transfers_[found->second];
    else known = source_.by_key(transfer.origin, transfer.origin_id, transfer.leg);
    if (!known) return std::nullopt;
    return Posted{known->second == transfer ? Decision::exists : Decision::exists_differently, known->first};
}

Decision Book::decide_new(const Transfer& transfer) {
    if (transfer.amount <= 0) return Decision::amount_not_positive;
    if (transfer.debit == transfer.credit) return Decision::accounts_are_the_same;
    const Account* debit = account(transfer.debit);
    if (debit == nullptr) return Decision::debit_account_not_found;
    const Account* credit = account(transfer.credit);
    if (credit == nullptr) return Decision::credit_account_not_found;
    if (debit->unit != credit->unit) return Decision::units_differ;
    if (names_a_hold(transfer)) return decide_pending(transfer);  // its balance was decided when it was reserved
    if (transfer.pending) return Decision::pending_id_must_be_zero;
    if (exceeds_credits(*debit, transfer.amount)) return Decision::exceeds_credits;
    if (exceeds_debits(*credit, transfer.amount)) return Decision::exceeds_debits;
    if (overflows(*debit, *credit, transfer.amount)) return Decision::overflow;
    return Decision::accepted;
}

Decision Book::decide_pending(const Transfer& transfer) {
    const std::optional<Hold> hold = pending_of(transfer.pending);
    if (!hold) return Decision::pending_not_found;
    const Transfer& reserve = hold->transfer;
    if (reserve.kind != TransferKind::reserve) return Decision::pending_is_no_reserve;
    if (reserve.debit != transfer.debit || reserve.credit != transfer.credit)
        return Decision::pending_accounts_differ;
    if (hold->state == Hold::State::posted) return Decision::pending_already_posted;
    if (hold->state == Hold::State::voided) return Decision::pending_already_voided;
    if (transfer.kind == TransferKind::post && transfer.amount > reserve.amount)
        return Decision::exceeds_pending_amount;
    if (transfer.kind == TransferKind::void_ && transfer.amount != reserve.amount)
        return Decision::void_amount_differs;
    return Decision::accepted;
}

// A transfer of this batch that is no reserve is not in holds_ and not yet with the source.
std::optional<Hold> Book::pending_of(TransferId id) {
    if (!id) return std::nullopt;
    if (const HoldEntry* entry = hold_entry_of(id)) return entry->hold;
    if (transfers_.empty() || id < transfers_.front().first || id > last_) return std::nullopt;
    Hold no_reserve;
    no_reserve.transfer = transfers_[static_cast<size_t>(id.value - transfers_.front().first.value)].second;
    return no_reserve;
}

// ---- posting ----

std::vector<Posted> Book::post(const std::vector<Transfer>& linked) {
    const Position before = position();
    std::vector<Posted> answers;
    answers.reserve(linked.size());
    size_t known_count = 0;
    bool is_refused = false;
    for (const Transfer& transfer : linked) {
        if (const auto known = existing(transfer)) answers.push_back(*known);
        else answers.push_back({decide_new(transfer), TransferId{}});
        Posted& answer = answers.back();
        if (answer.decision == Decision::accepted) answer.id = apply(transfer);
        else if (answer.decision == Decision::exists) ++known_count;
        else is_refused = true;
        if (is_refused) break;
    }
    if (!is_refused && (known_count == 0 || known_count == linked.size())) return answers;
    if (!is_refused)
        for (Posted& answer : answers)
            if (answer.decision == Decision::exists) answer.decision = Decision::exists_differently;
    answers.resize(linked.size(), {Decision::linked_transfer_refused, TransferId{}});
    refuse(answers, before);
    return answers;
}

void Book::refuse(std::vector<Posted>& answers, Position from) {
    unwind(from);
    for (Posted& answer : answers)
        if (answer.decision == Decision::accepted || answer.decision == Decision::exists)
            answer = {Decision::linked_transfer_refused, TransferId{}};
}

TransferId Book::apply(const Transfer& transfer) {
    const TransferId id{last_.value + 1};
    Account& debit = change(transfer.debit);
    Account& credit = change(transfer.credit);
    if (names_a_hold(transfer)) {
        Hold& hold = change_hold(transfer.pending);
        debit.debits_pending -= hold.transfer.amount;  // all of it: what is not posted is released
        credit.credits_pending -= hold.transfer.amount;
        TRIBUTARY_ASSERT(debit.debits_pending >= 0 && credit.credits_pending >= 0);
        const bool is_post = transfer.kind == TransferKind::post;
        hold.state = is_post ? Hold::State::posted : Hold::State::voided;
        hold.posted_amount = is_post ? transfer.amount : 0;
    }
    if (transfer.kind == TransferKind::reserve) {
        debit.debits_pending += transfer.amount;
        credit.credits_pending += transfer.amount;
        add_hold(id, transfer);
    } else if (transfer.kind != TransferKind::void_) {
        debit.debits_posted += transfer.amount;
        credit.credits_posted += transfer.amount;
    }
    keys_.emplace(Key{transfer.origin, transfer.leg, transfer.origin_id}, transfers_.size());
    transfers_.emplace_back(id, transfer);
    last_ = id;
    return id;
}

// ---- memory ----

const Account* Book::account(AccountId id) {
    const AccountEntry* entry = entry_of(id);
    return entry == nullptr ? nullptr : &entry->account;
}

Book::AccountEntry* Book::entry_of(AccountId id) {
    if (const auto known = accounts_.find(id); known != accounts_.end()) return &known->second;
    std::optional<Account> stored = source_.account(id);
    if (!stored) return nullptr;
    return &accounts_.emplace(id, AccountEntry{std::move(*stored), false}).first->second;
}

Book::HoldEntry* Book::hold_entry_of(TransferId id) {
    if (const auto known = holds_.find(id); known != holds_.end()) return &known->second;
    const bool is_of_this_batch = !transfers_.empty() && id >= transfers_.front().first;
    if (is_of_this_batch) return nullptr;
    const std::optional<Hold> stored = source_.hold(id);
    if (!stored) return nullptr;
    return &holds_.emplace(id, HoldEntry{*stored, false}).first->second;
}

Account& Book::change(AccountId id) {
    AccountEntry* entry = entry_of(id);
    TRIBUTARY_ASSERT(entry != nullptr);
    const Account& now = entry->account;
    account_undo_.push_back(
        {entry, now.debits_posted, now.credits_posted, now.debits_pending, now.credits_pending, entry->is_touched});
    if (!entry->is_touched) touched_accounts_.push_back(id);
    entry->is_touched = true;
    return entry->account;
}

Hold& Book::change_hold(TransferId id) {
    HoldEntry* entry = hold_entry_of(id);
    TRIBUTARY_ASSERT(entry != nullptr && entry->hold.state == Hold::State::open);
    hold_undo_.push_back({entry, id, false, entry->is_touched});
    if (!entry->is_touched) touched_holds_.push_back(id);
    entry->is_touched = true;
    return entry->hold;
}

void Book::add_hold(TransferId id, const Transfer& transfer) {
    HoldEntry fresh;
    fresh.hold.transfer = transfer;
    fresh.is_touched = true;
    HoldEntry* entry = &holds_.insert_or_assign(id, fresh).first->second;
    hold_undo_.push_back({entry, id, true, false});
    touched_holds_.push_back(id);
}

void Book::mark() {
    account_undo_.clear();
    hold_undo_.clear();
    mark_ = position();
}

void Book::rollback() { unwind(mark_); }

void Book::unwind(Position to) {
    while (account_undo_.size() > to.accounts) {
        const AccountUndo& undo = account_undo_.back();
        Account& account = undo.entry->account;
        account.debits_posted = undo.debits_posted;
        account.credits_posted = undo.credits_posted;
        account.debits_pending = undo.debits_pending;
        account.credits_pending = undo.credits_pending;
        if (!undo.was_touched) touched_accounts_.pop_back();
        undo.entry->is_touched = undo.was_touched;
        account_undo_.pop_back();
    }
    while (hold_undo_.size() > to.holds) {
        const HoldUndo undo = hold_undo_.back();
        undo.entry->hold.state = Hold::State::open;
        undo.entry->hold.posted_amount = 0;
        undo.entry->is_touched = undo.was_touched;
        if (!undo.was_touched) touched_holds_.pop_back();
        if (undo.is_new) holds_.erase(undo.id);
        hold_undo_.pop_back();
    }
    while (transfers_.size() > to.transfers) {
        const Transfer& transfer = transfers_.back().second;
        keys_.erase(Key{transfer.origin, transfer.leg, transfer.origin_id});
        last_ = TransferId{transfers_.back().first.value - 1};
        transfers_.pop_back();
    }
}

Book::Changes Book::take_changes() {
    Changes changes;
    changes.transfers = std::move(transfers_);
    transfers_.clear();
    keys_.clear();
    changes.accounts.reserve(touched_accounts_.size());
    for (const AccountId id : touched_accounts_) {
        AccountEntry& entry = accounts_.at(id);
        changes.accounts.push_back(entry.account);
        entry.is_touched = false;
    }
    for (const TransferId id : touched_holds_) {
        const auto entry = holds_.find(id);
        changes.holds.emplace_back(id, entry->second.hold);
        entry->second.is_touched = false;
        if (entry->second.hold.state != Hold::State::open) holds_.erase(entry);
    }
    touched_accounts_.clear();
    touched_holds_.clear();
    mark();
    return changes;
}

void Book::forget(TransferId last) {
    last_ = last;
    accounts_.clear();
    holds_.clear();
    keys_.clear();
    transfers_.clear();
    touched_accounts_.clear();
    touched_holds_.clear();
    mark();
}

void Book::drop(AccountId id) {
    const auto known = accounts_.find(id);
    if (known == accounts_.end()) return;
    TRIBUTARY_ASSERT(!known->second.is_touched);
    accounts_.erase(known);
}

}  // namespace tributary::ledger
