// Explanations: written as a compact JSON array, rendered as sentences. The arithmetic of a sentence is computed again
// from the stored operands with exact integers; the amount itself is the stored one.
#include <algorithm>

#include <fmt/format.h>

#include "core/base/json.hpp"
#include "core/rules/evaluate.hpp"

namespace tributary::rules {
namespace {

__extension__ typedef __int128 Wide;

constexpr size_t data_bytes_max = 16 << 20;

// One element of the stored array, in its order.
struct Entry {
    int64_t incentive = 0, version = 0, verdict = 0, amount = 0, units = 0, rate = 0, base = 0;
    std::string percent_or_factor;
    int64_t rounding = 0;
    std::string failed;
};

void append_entry(std::string& out, const Entry& entry) {
    const int64_t numbers[] = {entry.incentive, entry.version, entry.verdict, entry.amount,
                               entry.units,     entry.rate,    entry.base};
    constexpr size_t required = 3;  // the others end with the last that says something
    size_t count = required;
    for (size_t i = required; i < std::size(numbers); ++i)
        if (numbers[i] != 0) count = i + 1;
    if (!entry.percent_or_factor.empty()) count = 8;
    if (entry.rounding != 0) count = 9;
    if (!entry.failed.empty()) count = 10;
    for (size_t i = 0; i < std::min(count, std::size(numbers)); ++i) {
        out += i == 0 ? '[' : ',';
        out += fmt::format_int(numbers[i]).c_str();
    }
    if (count >= 8) out.append(",\"").append(entry.percent_or_factor).append("\"");
    if (count >= 9) out.append(",").append(fmt::format_int(entry.rounding).c_str());
    if (count >= 10) out.append(",").append(to_text(json::value(entry.failed)));
    out += ']';
}

bool read_entry(const json::value& value, Entry& out) {
    const json::array* array = value.if_array();
    if (!array || array->size() < 3) return false;
    int64_t* const numbers[] = {&out.incentive, &out.version, &out.verdict, &out.amount,   &out.units,
                                &out.rate,      &out.base,    nullptr,      &out.rounding, nullptr};
    for (size_t i = 0; i < std::min(array->size(), std::size(numbers)); ++i) {
        const json::value& item = (*array)[i];
        if (numbers[i] ? !item.is_int64() : !item.is_string()) return false;
        if (numbers[i]) *numbers[i] = item.get_int64();
        else (i == 7 ? out.percent_or_factor : out.failed) = std::string(item.get_string());
    }
    return out.verdict >= 1 && out.verdict <= int(Verdict::overflow) && out.rounding >= 0 &&
           out.rounding <= int(Rounding::up);
}

// What differs between languages. The named arguments are those that Sentence::fill knows.
struct Phrases {
    const char* language;
    bool has_decimal_comma;
    const char* recipients[3];  // rep, reseller, distributor: as the one who gets something
    const char* missing[3];     // ... as the one a sale does not name
    const char *awarded, *refused;
    const char *one_unit, *units, *share, *boost, *exact, *rounded;
    const char *wrong_kind, *before, *after, *no_recipient, *condition, *no_base, *not_whole, *overflow;
    const char *nameless, *unreadable;
};

constexpr Phrases phrases[] = {
    {"en", false, {"the rep", "the reseller", "the distributor"}, {"no rep", "no reseller", "no distributor"},
     "{title}: {amount} for {recipient}: {sum}.", "{title}: no award: {sum}.",
     "{units} unit × {rate} = {amount}", "{units} units × {rate} = {amount}", "{rate} % of {base} = ",
     "factor {rate} adds {more} × {base} = ", "{amount}", "{exact}, rounded {rounding} to {amount}",
     "only sales earn it", "the sale is before its window", "the sale is after its window", "the sale names {missing}",
     "{failed} is not true", "the sale has no award under {of}", "the quantity is not a whole number above zero",
     "the amount is too large for the books", "incentive {id}", "This explanation cannot be read."},
    {"de", true, {"die Verkaufsperson", "den Händler", "den Distributor"},
     {"keine Verkaufsperson", "keinen Händler", "keinen Distributor"},
     "{title}: {amount} für {recipient}: {sum}.", "{title}: keine Prämie: {sum}.",
     "{units} Stück × {rate} = {amount}", "{units} Stück × {rate} = {amount}", "{rate} % von {base} = ",
     "Faktor {rate} ergibt zusätzlich {more} × {base} = ", "{amount}", "{exact}, gerundet ({rounding}) auf {amount}",
     "nur Verkäufe zählen", "der Verkauf liegt vor dem Zeitraum", "der Verkauf liegt nach dem Zeitraum",
     "der Verkauf nennt {missing}", "{failed} trifft nicht zu", "der Verkauf hat keine Prämie aus {of}",
     "die Menge ist keine ganze Zahl über null", "der Betrag ist zu groß für die Bücher", "Incentive {id}",
     "Diese Erklärung ist nicht lesbar."},
};

const Phrases& phrases_of(const std::string& language) {
    for (const Phrases& candidate : phrases)
        if (language.starts_with(candidate.language)) return candidate;  // "de-AT" reads German
    return phrases[0];
}

// value / 10^scale without trailing zeroes.
std::string exact_text(Wide value, int scale) {
    for (; scale > 0 && value % 10 == 0; --scale) value /= 10;
    std::string digits;
    for (Wide rest = value < 0 ? -value : value; rest > 0 || digits.size() <= static_cast<size_t>(scale); rest /= 10)
        digits.insert(digits.begin(), static_cast<char>('0' + int(rest % 10)));
    if (scale > 0) digits.insert(digits.end() - scale, '.');
    return (value < 0 ? "-" : "") + digits;
}

class Sentence {
public:
    Sentence(const Entry& entry, const ExplainNames& names, const Phrases& words)
        : entry_(entry), names_(names), words_(words) {}

    std::string text() const {
        const auto verdict = static_cast<Verdict>(entry_.verdict);
        const char* frame = verdict == Verdict::awarded ? words_.awarded : words_.refused;
        return fmt::format(fmt::runtime(frame), fmt::arg("title", title()), fmt::arg("amount", money(entry_.amount)),
                           fmt::arg("recipient", words_.recipients[recipient()]), fmt::arg("sum", reason(verdict)));
    }

private:
    std::string title() const {
        if (!names_.title.empty()) return names_.title;
        return fmt::format(fmt::runtime(words_.nameless), fmt::arg("id", entry_.incentive));
    }

    size_t recipient() const { return names_.recipient == "reseller" ? 1 : names_.recipient == "distributor" ? 2 : 0; }

    std::string local(std::string number) const {
        if (words_.has_decimal_comma) std::replace(number.begin(), number.end(), '.', ',');
        return number;
    }

    std::string money(int64_t minor) const {
        const std::string number = local(format_minor(minor, names_.unit_exponent));
        return names_.unit.empty() ? number : number + " " + names_.unit;
    }

    std::string reason(Verdict verdict) const {
        switch (verdict) {
            case Verdict::awarded: case Verdict::rounds_to_zero: return arithmetic();
            case Verdict::wrong_kind_of_event: return words_.wrong_kind;
            case Verdict::before_window: return words_.before;
            case Verdict::after_window: return words_.after;
            case Verdict::no_recipient:
                return fmt::format(fmt::runtime(words_.no_recipient), fmt::arg("missing", words_.missing[recipient()]));
            case Verdict::condition_false:
                return fmt::format(fmt::runtime(words_.condition), fmt::arg("failed", entry_.failed));
            case Verdict::no_base_award:
                return fmt::format(fmt::runtime(words_.no_base),
                                   fmt::arg("of", fmt::to_string(fmt::join(names_.of, ", "))));
            case Verdict::quantity_not_whole: return words_.not_whole;
            case Verdict::overflow: return words_.overflow;
        }
        return {};
    }

    std::string arithmetic() const {
        if (entry_.units != 0)
            return fmt::format(fmt::runtime(entry_.units == 1 ? words_.one_unit : words_.units),
                               fmt::arg("units", entry_.units), fmt::arg("rate", money(entry_.rate)),
                               fmt::arg("amount", money(entry_.amount)));
        const Decimal rate = parse_decimal(entry_.percent_or_factor).value_or(Decimal{});
        const bool is_boost = names_.kind == "boost";
        Wide one = 1;
        for (int i = 0; i < rate.scale; ++i) one *= 10;
        const Wide more = is_boost ? rate.value - one : Wide(rate.value);
        const std::string exact =
            exact_text(more * entry_.base, names_.unit_exponent + rate.scale + (is_boost ? 0 : 2));
        const bool is_exact = exact == exact_text(entry_.amount, names_.unit_exponent);
        return fmt::format(fmt::runtime(is_boost ? words_.boost : words_.share),
                           fmt::arg("rate", local(exact_text(rate.value, rate.scale))),
                           fmt::arg("more", local(exact_text(more, rate.scale))),
                           fmt::arg("base", money(entry_.base))) +
               fmt::format(fmt::runtime(is_exact ? words_.exact : words_.rounded),
                           fmt::arg("exact", local(exact)),
                           fmt::arg("rounding", name_of(static_cast<Rounding>(entry_.rounding))),
                           fmt::arg("amount", money(entry_.amount)));
    }

    const Entry& entry_;
    const ExplainNames& names_;
    const Phrases& words_;
};

}  // namespace

std::string explanation_data(const Evaluation& evaluation, const std::vector<AppliedProgram>& programs) {
    std::string out = "[";
    for (const Explained& explained : evaluation.explained) {
        const AppliedProgram& applied = programs[explained.program];
        Entry entry{applied.incentive_ids[explained.incentive].value, applied.version, int(explained.verdict),
                    explained.amount, explained.units, explained.rate, explained.base, {}, 0, explained.failed};
        if (explained.percent_or_factor.value != 0) {
            entry.percent_or_factor = to_text(explained.percent_or_factor);
            entry.rounding = int(explained.rounding);
        }
        if (out.size() > 1) out += ',';
        append_entry(out, entry);
    }
    return out + "]";
}

std::vector<std::string> render_explanation(const std::string& data, const std::map<int64_t, ExplainNames>& incentives,
                                            const std::string& language) {
    const Phrases& words = phrases_of(language);
    const auto parsed = parse_json(data, data_bytes_max);
    const json::array* entries = parsed ? parsed->if_array() : nullptr;
    if (!entries) return {words.unreadable};
    static const ExplainNames nobody;
    std::vector<std::string> out;
    for (const json::value& value : *entries) {
        Entry entry;
        if (!read_entry(value, entry)) {
            out.push_back(words.unreadable);
            continue;
        }
        const auto names = incentives.find(entry.incentive);
        out.push_back(Sentence(entry, names == incentives.end() ? nobody : names->second, words).text());
    }
    return out;
}

}  // namespace tributary::rules
