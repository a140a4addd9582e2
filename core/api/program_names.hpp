// What the renderer of explanations needs to know of each incentive, for the very version that decided. Reads the
// stored program texts; keeps the parsed ones. Thread safe.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/rules/evaluate.hpp"
#include "core/store/tx.hpp"

namespace tributary::api {

class ProgramNames {
public:
    // Of every incentive that the explanation mentions.
    std::map<int64_t, rules::ExplainNames> of(store::Tx& tx, const std::string& explanation);

private:
    static constexpr size_t versions_kept = 256;
    using Version = std::pair<std::string, int64_t>;
    std::shared_ptr<const rules::Program> program(store::Tx& tx, const Version& version);

    std::mutex mutex_;
    std::map<Version, std::shared_ptr<const rules::Program>> programs_;
};

}  // namespace tributary::api
