// Any bytes as a condition and as a program: no crash, errors whenever nothing is given, and what parses evaluates and
// explains itself. Run: fuzz_condition -max_len=4096 tests/golden/programs
#include <cstdlib>

#include "core/rules/evaluate.hpp"

namespace {

using namespace tributary;
using namespace tributary::rules;

void require(bool holds) {
    if (!holds) std::abort();
}

Event a_sale() {
    Event event;
    event.date = 20261101;
    event.rep.emplace();
    event.rep->country = "DE";
    event.rep->groups = {"a"};
    event.product.emplace();
    event.product->tags = {"t"};
    event.quantity = {3, 0};
    return event;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const Event sale = a_sale();
    SourceErrors errors;
    Condition condition;
    if (Condition::parse(text, {{"dach", {"AT", "DE"}}}, "f", 1, 1, errors, condition)) {
        const auto answer = condition.evaluate(sale, &*sale.rep);
        require(answer.holds == answer.failed.empty());
    } else {
        require(!errors.empty());
    }
    SourceErrors program_errors;
    auto program = parse_program(text, "f", program_errors);
    require(bool(program) == program_errors.empty());
    if (!program) return 0;
    AppliedProgram applied{std::move(*program), 1, {}};
    std::map<int64_t, ExplainNames> names;
    for (size_t i = 0; i < applied.program.incentives.size(); ++i)
        applied.incentive_ids.push_back(IncentiveId{static_cast<int64_t>(i)});
    const Evaluation evaluation = evaluate(sale, {applied});
    for (const std::string& line : render_explanation(explanation_data(evaluation, {applied}), names, "de"))
        require(line.find("nicht lesbar") == std::string::npos);
    return 0;
}
