// Programs as versions in the store, incentives with their budget accounts, and money into budgets.
#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/flow/awards.hpp"
#include "core/flow/flow.hpp"

namespace tributary::flow {
namespace {

using ledger::Constraint;

constexpr int64_t awards_released_a_job = 10'000;

void audit(store::Tx& tx, int64_t now_ms, const std::string& actor, const char* action, const std::string& subject,
           const json::object& detail) {
    tx.run("INSERT INTO audit (at, actor, action, subject, detail, trace_id) VALUES (?, ?, ?, ?, ?, '')", now_ms, actor,
           action, subject, to_text(detail));
}

int64_t apply_version(store::Tx& tx, const rules::Program& program, int64_t now_ms, const std::string& actor) {
    const Digest sha = sha256(program.source);
    {
        store::Rows rows = tx.query(
            "SELECT version, sha256 FROM program_version WHERE program = ? ORDER BY version DESC LIMIT 1", program.id);
        if (rows.next() && rows.text(1) == bytes_of(sha)) return rows.integer(0);
    }
    const int64_t version =
        tx.one_integer("SELECT coalesce(max(version), 0) + 1 FROM program_version WHERE program = ?", program.id)
            .value_or(1);
    tx.run(
        "INSERT INTO program_version (program, version, sha256, source, applied_at, applied_by) VALUES (?, ?, ?, ?, ?, "
        "?)",
        program.id, version, sha, program.source, now_ms, actor);
    audit(tx, now_ms, actor, "program.apply", program.id, {{"version", version}, {"sha256", hex_of(sha)}});
    return version;
}

IncentiveId open_incentive(store::Tx& tx, store::Ledger& ledger, const rules::Program& program,
                           const rules::Incentive& incentive) {
    {
        store::Rows rows =
            tx.query("SELECT id, unit FROM incentive WHERE program = ? AND code = ?", program.id, incentive.code);
        if (rows.next()) {
            if (rows.text(1) != incentive.unit.code)
                tx.refuse(fail(
                    ErrorCode::conflict,
                    fmt::format("incentive {}/{} pays in {}; a unit does not change: give the new one another code",
                                program.id, incentive.code, rows.text(1))));
            return IncentiveId{rows.integer(0)};
        }
    }
    const AccountId budget = ledger.account(tx, budget_code(program.id, incentive.code), incentive.unit.code,
                                            Constraint::debits_within_credits);
    tx.run("INSERT INTO incentive (program, code, unit, budget_account) VALUES (?, ?, ?, ?)", program.id,
           incentive.code, incentive.unit.code, budget);
    return IncentiveId{tx.last_id()};
}

}  // namespace

Result<std::vector<rules::AppliedProgram>> apply_programs(store::Store& store, store::Ledger& ledger,
                                                          std::vector<rules::Program> programs, Clock& clock,
                                                          const std::string& actor) {
    std::vector<rules::AppliedProgram> applied;
    TRIBUTARY_CHECK(store.write([&](store::Tx& tx) {
        applied.clear();
        for (const rules::Program& program : programs) {
            rules::AppliedProgram& out = applied.emplace_back();
            out.program = program;
            out.version = apply_version(tx, program, clock.now_ms(), actor);
            for (const rules::Incentive& incentive : program.incentives)
                out.incentive_ids.push_back(open_incentive(tx, ledger, program, incentive));
        }
    }));
    return applied;
}

Result<FundReport> fund_budget(store::Store& store, store::Ledger& ledger, Clock& clock, const std::string& program,
                               const std::string& incentive, int64_t amount, const std::string& key,
                               const std::string& actor) {
    if (amount <= 0) return fail(ErrorCode::invalid, "an amount to fund must be positive");
    if (key.empty()) return fail(ErrorCode::invalid, "funding needs a key, so that a repeat is harmless");
    FundReport report;
    TRIBUTARY_CHECK(store.write([&](store::Tx& tx) {
        report = {};
        int64_t id = 0;
        std::string unit;
        {
            store::Rows rows =
                tx.query("SELECT id, unit FROM incentive WHERE program = ? AND code = ?", program, incentive);
            if (!rows.next())
                return tx.refuse(
                    fail(ErrorCode::not_found, fmt::format("there is no incentive {}/{}", program, incentive)));
            id = rows.integer(0), unit = rows.string(1);
        }
        const AccountId budget =
            ledger.account(tx, budget_code(program, incentive), unit, Constraint::debits_within_credits);
        const auto known =
            tx.one_integer("SELECT incentive = ? AND amount = ? FROM funding WHERE key = ?", id, amount, key);
        if (known && *known == 0)
            return tx.refuse(fail(ErrorCode::conflict, fmt::format("the key '{}' was used for another funding", key)));
        if (!known) {
            tx.run("INSERT INTO funding (key, incentive, amount, actor, at) VALUES (?, ?, ?, ?, ?)", key, id, amount,
                   actor, clock.now_ms());
            const int64_t funding = tx.last_id();
            const AccountId source =
                ledger.account(tx, fmt::format("funding/{}/{}", program, unit), unit, Constraint::none);
            const auto posted = ledger.post(
                tx, {{ledger::Origin::funding, funding, 0, ledger::TransferKind::posted, source, budget, amount, {}}});
            if (posted.front().decision != ledger::Decision::accepted)
                return tx.refuse(fail(ErrorCode::invalid, fmt::format("the budget cannot be funded: {}",
                                                                      name_of(posted.front().decision))));
            audit(tx, clock.now_ms(), actor, "budget.fund", fmt::format("{}/{}", program, incentive),
                  {{"amount", amount}, {"unit", unit}, {"key", key}});
        }
        Awards awards(ledger, clock);
        report.awards_released = awards.release_waiting(tx, IncentiveId{id}, awards_released_a_job);
        report.awards_waiting =
            tx.one_integer("SELECT count(*) FROM waiting_award WHERE incentive = ?", id).value_or(0);
        const ledger::Account* account = ledger.find(tx, budget);
        report.balance = account == nullptr ? 0 : account->available();
    }));
    return report;
}

}  // namespace tributary::flow
