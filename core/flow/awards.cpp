#include "core/flow/awards.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/assert.hpp"
#include "core/directory/directory.hpp"

namespace tributary::flow {

using ledger::Constraint;
using ledger::Decision;
using ledger::Origin;
using ledger::TransferKind;

std::string wallet_code(const std::string& party_code, const std::string& unit) {
    return fmt::format("wallet/{}/{}", party_code, unit);
}
std::string budget_code(const std::string& program, const std::string& incentive) {
    return fmt::format("budget/{}/{}", program, incentive);
}

AccountId Awards::budget(store::Tx& tx, IncentiveId incentive) {
    AccountId& id = budgets_[incentive.value];
    if (!id) id = AccountId{tx.one_integer("SELECT budget_account FROM incentive WHERE id = ?", incentive).value_or(0)};
    return id;
}

AccountId Awards::wallet(store::Tx& tx, PartyId party, const std::string& unit) {
    AccountId& id = wallets_[fmt::format("{}/{}", party.value, unit)];
    if (!id)
        id = ledger_.account(tx, wallet_code(directory::party_code(tx, party), unit), unit,
                             Constraint::debits_within_credits);
    return id;
}

AccountId Awards::receivable(store::Tx& tx, PartyId party, const std::string& unit) {
    AccountId& id = wallets_[fmt::format("receivable/{}/{}", party.value, unit)];
    if (!id)
        id = ledger_.account(tx, fmt::format("receivable/{}/{}", directory::party_code(tx, party), unit), unit,
                             Constraint::none);
    return id;
}

int64_t Awards::insert(store::Tx& tx, EventId event, const Row& row, int64_t amount, int64_t reverses) {
    tx.run(
        "INSERT INTO award (event_id, incentive, version, recipient, unit, amount, reverses, at) VALUES (?, ?, ?, ?, "
        "?, ?, ?, ?)",
        event, row.incentive, row.version, row.recipient, row.unit, amount, reverses, clock_.now_ms());
    return tx.last_id();
}

std::vector<Awards::Row> Awards::awards_of(store::Tx& tx, EventId event) {
    std::vector<Row> out;
    store::Rows rows = tx.query(
        "SELECT seq, incentive, version, recipient, unit, amount FROM award WHERE event_id = ? AND reverses = 0 ORDER "
        "BY seq",
        event);
    while (rows.next())
        out.push_back({rows.integer(0), IncentiveId{rows.integer(1)}, rows.integer(2), PartyId{rows.integer(3)},
                       rows.string(4), rows.integer(5)});
    return out;
}

// budget -> wallet, and at once wallet -> receivable as far as the recipient owes.
bool Awards::pay(store::Tx& tx, int64_t seq, const Row& row, int64_t amount) {
    const AccountId to = wallet(tx, row.recipient, row.unit);
    std::vector<ledger::Transfer> linked = {
        {Origin::award, seq, 0, TransferKind::posted, budget(tx, row.incentive), to, amount, {}}};
    const auto owed = wallets_.find(fmt::format("receivable/{}/{}", row.recipient.value, row.unit));
    const AccountId debt =
        owed != wallets_.end()
            ? owed->second
            : AccountId{
                  tx.one_integer("SELECT id FROM account WHERE code = ?",
                                 fmt::format("receivable/{}/{}", directory::party_code(tx, row.recipient), row.unit))
                      .value_or(0)};
    if (debt) {
        const ledger::Account* account = ledger_.find(tx, debt);
        const int64_t outstanding = account == nullptr ? 0 : account->debits_posted - account->credits_posted;
        if (outstanding > 0)
            linked.push_back(
                {Origin::award, seq, 1, TransferKind::posted, to, debt, std::min(outstanding, amount), {}});
    }
    const auto posted = ledger_.post(tx, linked);
    if (!tx.ok()) return false;
    const Decision decision = posted.front().decision;
    if (decision == Decision::exceeds_credits) return false;
    if (decision != Decision::accepted && decision != Decision::exists)
        tx.refuse(fail(ErrorCode::corrupt, fmt::format("award {} cannot be posted: {}", seq, name_of(decision))));
    return true;
}

// wallet -> budget as far as the wallet reaches, the rest from the recipient's receivable.
void Awards::take(store::Tx& tx, int64_t seq, const Row& row, int64_t amount) {
    const AccountId from = wallet(tx, row.recipient, row.unit);
    const AccountId to = budget(tx, row.incentive);
    const ledger::Account* account = ledger_.find(tx, from);
    const int64_t at_hand = std::clamp<int64_t>(account == nullptr ? 0 : account->available(), 0, amount);
    std::vector<ledger::Transfer> linked;
    if (at_hand > 0) linked.push_back({Origin::reversal, seq, 0, TransferKind::posted, from, to, at_hand, {}});
    if (at_hand < amount)
        linked.push_back({Origin::reversal,
                          seq,
                          1,
                          TransferKind::posted,
                          receivable(tx, row.recipient, row.unit),
                          to,
                          amount - at_hand,
                          {}});
    for (const ledger::Posted& posted : ledger_.post(tx, linked))
        if (posted.decision != Decision::accepted && posted.decision != Decision::exists)
            tx.refuse(fail(ErrorCode::corrupt,
                           fmt::format("reversal {} cannot be posted: {}", seq, name_of(posted.decision))));
}

bool Awards::is_waiting(store::Tx& tx, int64_t award) {
    return tx.one_integer("SELECT 1 FROM waiting_award WHERE award = ?", award).has_value();
}

int64_t Awards::net(store::Tx& tx, const Row& award) {
    const int64_t taken = tx.one_integer("SELECT sum(amount) FROM award WHERE reverses = ?", award.seq).value_or(0);
    const int64_t given_again =
        taken == 0 ? 0
                   : tx.one_integer(
                           "SELECT sum(amount) FROM award WHERE reverses IN (SELECT seq FROM award WHERE reverses = ?) "
                           "AND seq NOT IN (SELECT award FROM waiting_award)",
                           award.seq)
                         .value_or(0);
    return award.amount - taken + given_again;
}

void Awards::wait(store::Tx& tx, int64_t seq, IncentiveId incentive, int64_t base_award) {
    tx.run("INSERT OR REPLACE INTO waiting_award (award, incentive, base_award, since) VALUES (?, ?, ?, ?)", seq,
           incentive, base_award, clock_.now_ms());
}

Awards::Posted Awards::post(store::Tx& tx, EventId event, const rules::Evaluation& evaluation,
                            const std::vector<rules::AppliedProgram>& programs) {
    Posted count;
    std::vector<int64_t> seqs;
    for (const rules::Award& award : evaluation.awards) {
        const rules::AppliedProgram& program = programs[award.program];
        const rules::Incentive& incentive = program.program.incentives[award.incentive];
        const Row row{
            0,           program.incentive_ids[award.incentive], program.version, award.recipient, incentive.unit.code,
            award.amount};
        const int64_t seq = insert(tx, event, row, award.amount, 0);
        seqs.push_back(seq);
        int64_t waits_for = 0;
        for (const size_t base : award.based_on)
            if (is_waiting(tx, seqs[base])) waits_for = seqs[base];
        // Nobody overtakes an award of the same incentive that waits for money.
        const bool has_queue =
            tx.one_integer("SELECT 1 FROM waiting_award WHERE incentive = ? AND base_award = 0 LIMIT 1", row.incentive)
                .has_value();
        if (waits_for == 0 && !has_queue && pay(tx, seq, row, award.amount)) {
            ++count.posted;
            continue;
        }
        wait(tx, seq, row.incentive, waits_for);
        ++count.waiting;
    }
    return count;
}

// The reversal row, and the money unless the award never got any. A waiting award that is reversed whole waits no more.
void Awards::reverse(store::Tx& tx, EventId cause, const Row& award, int64_t amount) {
    const int64_t seq = insert(tx, cause, award, amount, award.seq);
    if (!is_waiting(tx, award.seq)) return take(tx, seq, award, amount);
    if (net(tx, award) == 0) {
        tx.run("DELETE FROM waiting_award WHERE award = ?", award.seq);
        free_dependants(tx, award.seq);
    }
}

int64_t Awards::reverse_part(store::Tx& tx, EventId cause, EventId sale, int64_t taken_after, int64_t sold) {
    TRIBUTARY_ASSERT(sold > 0 && taken_after <= sold);
    int64_t reversed = 0;
    for (const Row& award : awards_of(tx, sale)) {
        // Rounded on the running total, so that the parts of a whole return sum to the whole award.
        const auto back_after = mul_div(award.amount, taken_after, sold, Rounding::half_even);
        const int64_t amount = back_after.value_or(award.amount) - (award.amount - net(tx, award));
        if (amount <= 0) continue;
        reverse(tx, cause, award, amount);
        release_waiting(tx, award.incentive, 100);
        ++reversed;
    }
    return reversed;
}

int64_t Awards::reverse_all(store::Tx& tx, EventId event) {
    int64_t reversed = 0;
    for (const Row& award : awards_of(tx, event)) {
        // Re-awards that wait would be for nothing.
        tx.run(
            "DELETE FROM waiting_award WHERE award IN (SELECT u.seq FROM award r JOIN award u ON u.reverses = r.seq "
            "WHERE r.reverses = ?)",
            award.seq);
        const int64_t amount = net(tx, award);
        if (amount <= 0) continue;
        reverse(tx, event, award, amount);
        ++reversed;
    }
    return reversed;
}

void Awards::undo_reversals(store::Tx& tx, EventId return_event) {
    std::vector<std::pair<Row, int64_t>> reversals;  // the reversal, and the award it reverses
    {
        store::Rows rows = tx.query(
            "SELECT r.seq, r.incentive, r.version, r.recipient, r.unit, r.amount, r.reverses FROM award r JOIN award a "
            "ON a.seq = r.reverses "
            "WHERE r.event_id = ? AND a.reverses = 0 AND a.event_id <> r.event_id "
            "AND NOT EXISTS (SELECT 1 FROM award u WHERE u.reverses = r.seq) ORDER BY r.seq",
            return_event);
        while (rows.next())
            reversals.push_back({{rows.integer(0), IncentiveId{rows.integer(1)}, rows.integer(2),
                                  PartyId{rows.integer(3)}, rows.string(4), rows.integer(5)},
                                 rows.integer(6)});
    }
    for (const auto& [reversal, award] : reversals) {
        const int64_t seq = insert(tx, return_event, reversal, reversal.amount, reversal.seq);
        if (is_waiting(tx, award)) continue;  // no money had moved
        if (!pay(tx, seq, reversal, reversal.amount)) wait(tx, seq, reversal.incentive, 0);
    }
}

void Awards::free_dependants(store::Tx& tx, int64_t award) {
    // An earlier award of the same event that still waits holds them further: conservative, never early.
    tx.run(
        "UPDATE waiting_award SET base_award = coalesce((SELECT max(w.award) FROM waiting_award w JOIN award a ON "
        "a.seq = w.award "
        "JOIN award me ON me.seq = waiting_award.award WHERE a.event_id = me.event_id AND w.award < "
        "waiting_award.award "
        "AND w.base_award = 0 AND w.award <> ?), 0) WHERE base_award = ?",
        award, award);
}

int64_t Awards::release_waiting(store::Tx& tx, IncentiveId incentive, int64_t count_max) {
    int64_t released = 0;
    while (released < count_max && tx.ok()) {
        Row row;
        {
            store::Rows rows = tx.query(
                "SELECT a.seq, a.incentive, a.version, a.recipient, a.unit, a.amount, a.reverses FROM waiting_award w "
                "JOIN award a ON a.seq = w.award "
                "WHERE w.incentive = ? AND w.base_award = 0 ORDER BY w.award LIMIT 1",
                incentive);
            if (!rows.next()) return released;
            row = {rows.integer(0), IncentiveId{rows.integer(1)},
                   rows.integer(2), PartyId{rows.integer(3)},
                   rows.string(4),  rows.integer(5)};
        }
        const int64_t amount = net(tx, row);
        if (amount > 0 && !pay(tx, row.seq, row, amount)) return released;
        tx.run("DELETE FROM waiting_award WHERE award = ?", row.seq);
        ++released;
        std::vector<IncentiveId> freed;
        {
            store::Rows rows = tx.query("SELECT DISTINCT incentive FROM waiting_award WHERE base_award = ?", row.seq);
            while (rows.next()) freed.push_back(IncentiveId{rows.integer(0)});
        }
        free_dependants(tx, row.seq);
        for (const IncentiveId next : freed)
            if (next != incentive) released += release_waiting(tx, next, count_max - released);
    }
    return released;
}

}  // namespace tributary::flow
