#include "core/rules/evaluate.hpp"

#include <algorithm>

namespace tributary::rules {
namespace {

const Party* recipient_of(const Event& event, Recipient to) {
    const std::optional<Party>& party = to == Recipient::rep        ? event.rep
                                        : to == Recipient::reseller ? event.reseller
                                                                    : event.distributor;
    return party ? &*party : nullptr;
}

int64_t power_of_ten(int exponent) {
    int64_t power = 1;
    for (int i = 0; i < exponent; ++i) power *= 10;
    return power;
}

class Evaluator {
public:
    Evaluator(const Event& event, const std::vector<AppliedProgram>& programs) : event_(event), programs_(programs) {}

    Evaluation run() {
        for (size_t p = 0; p < programs_.size(); ++p) {
            first_award_ = out_.awards.size();
            for (size_t i = 0; i < programs_[p].program.incentives.size(); ++i) add(p, i);
        }
        return std::move(out_);
    }

private:
    void add(size_t program, size_t index) {
        const Incentive& incentive = programs_[program].program.incentives[index];
        Explained explained;
        explained.program = program, explained.incentive = index;
        Award award;
        award.program = program, award.incentive = index;
        explained.verdict = decide(incentive, explained, award);
        if (explained.verdict == Verdict::awarded) {
            explained.amount = award.amount;
            out_.awards.push_back(std::move(award));
        }
        out_.explained.push_back(std::move(explained));
    }

    // The refusals in their order: the first that applies is the answer.
    Verdict decide(const Incentive& incentive, Explained& explained, Award& award) {
        if (event_.kind != EventKind::sale) return Verdict::wrong_kind_of_event;
        if (event_.date < incentive.valid_from) return Verdict::before_window;
        if (event_.date > incentive.valid_to) return Verdict::after_window;
        const Party* recipient = recipient_of(event_, incentive.to);
        if (!recipient) return Verdict::no_recipient;
        award.recipient = recipient->id;
        if (incentive.when) {
            Condition::Answer answer = incentive.when->evaluate(event_, recipient);
            explained.failed = std::move(answer.failed);
            if (!answer.holds) return Verdict::condition_false;
        }
        if (incentive.kind == IncentiveKind::per_unit) return per_unit(incentive, explained, award);
        return built_on(incentive, explained, award);
    }

    Verdict per_unit(const Incentive& incentive, Explained& explained, Award& award) {
        const auto units = whole(event_.quantity);
        if (!units || *units <= 0) return Verdict::quantity_not_whole;
        explained.units = *units;
        explained.rate = incentive.rate_minor;
        const auto amount = checked_mul(*units, incentive.rate_minor);
        if (!amount) return Verdict::overflow;
        award.amount = *amount;
        return Verdict::awarded;
    }

    Verdict built_on(const Incentive& incentive, Explained& explained, Award& award) {
        const bool is_share = incentive.kind == IncentiveKind::share;
        explained.percent_or_factor = is_share ? incentive.percent : incentive.factor;
        explained.rounding = incentive.rounding;
        const auto base = sum_bases(incentive, award);
        if (!base) return Verdict::overflow;
        if (award.based_on.empty()) return Verdict::no_base_award;
        explained.base = *base;
        const Decimal rate = explained.percent_or_factor;
        const int64_t one = power_of_ten(rate.scale);
        const auto amount = is_share ? mul_div(*base, rate.value, 100 * one, incentive.rounding)
                                     : mul_div(*base, rate.value - one, one, incentive.rounding);
        if (!amount) return Verdict::overflow;
        if (*amount <= 0) return Verdict::rounds_to_zero;
        award.amount = *amount;
        return Verdict::awarded;
    }

    // What this program awarded so far under the incentives named in `of`; nothing when the sum does not fit.
    std::optional<int64_t> sum_bases(const Incentive& incentive, Award& award) {
        std::optional<int64_t> sum = 0;
        for (size_t i = first_award_; i < out_.awards.size(); ++i) {
            const Award& base = out_.awards[i];
            const Incentive& from = programs_[base.program].program.incentives[base.incentive];
            const bool is_named = std::find(incentive.of.begin(), incentive.of.end(), from.code) != incentive.of.end();
            if (!is_named || from.unit != incentive.unit) continue;
            if (incentive.kind == IncentiveKind::boost && base.recipient != award.recipient) continue;
            award.based_on.push_back(i);
            sum = checked_add(*sum, base.amount);
            if (!sum) return std::nullopt;
        }
        return sum;
    }

    const Event& event_;
    const std::vector<AppliedProgram>& programs_;
    Evaluation out_;
    size_t first_award_ = 0;  // of the program at hand
};

}  // namespace

const char* name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::awarded: return "awarded";
        case Verdict::wrong_kind_of_event: return "wrong_kind_of_event";
        case Verdict::before_window: return "before_window";
        case Verdict::after_window: return "after_window";
        case Verdict::no_recipient: return "no_recipient";
        case Verdict::condition_false: return "condition_false";
        case Verdict::no_base_award: return "no_base_award";
        case Verdict::rounds_to_zero: return "rounds_to_zero";
        case Verdict::quantity_not_whole: return "quantity_not_whole";
        case Verdict::overflow: return "overflow";
    }
    return "awarded";
}

Evaluation evaluate(const Event& event, const std::vector<AppliedProgram>& programs) {
    return Evaluator(event, programs).run();
}

}  // namespace tributary::rules
