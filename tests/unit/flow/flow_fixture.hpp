// A whole flow on a temporary store, with verbs: Send, Fund, Balance, Restart. Two incentives to start with: "spiff"
// (10 points a unit of family laser to the rep), "share" (25 % of it to the distributor).
#pragma once
#include <memory>
#include <string>

#include "core/base/random.hpp"
#include "core/flow/flow.hpp"
#include "core/intake/intake.hpp"
#include "core/store/chain.hpp"

namespace tributary::test {

extern const char* const standard_program;

class FlowWorld {
public:
    explicit FlowWorld(const std::string& program = standard_program);
    ~FlowWorld();
    flow::Outcome Send(const std::string& text, const std::string& transport_id = {});  // until done
    void Restart(const std::string& program = standard_program);  // as after a kill: everything from disk
    void Fund(const std::string& incentive, int64_t amount, const std::string& key);
    int64_t Balance(const std::string& account);
    int64_t Number(const char* sql);
    std::string Text(const char* sql);
    // Empty when chain and ledger hold; else what is broken.
    std::string Verify();
    void Import(const std::string& csv);

    ManualClock clock{1'793'500'000'000};
    SeededRandom random{1};
    std::string directory;
    std::unique_ptr<store::Store> store;
    std::shared_ptr<store::Ledger> ledger;
    std::unique_ptr<flow::Flow> flow;
    std::unique_ptr<intake::Intake> intake;
    bool is_live = true;

private:
    void Open(const std::string& program);
    void Close();
    int files_ = 0;
};

}  // namespace tributary::test
