#include "connectors/feeds/x12/dictionary.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "connectors/feeds/x12/segment.hpp"

namespace tributary::x12 {
namespace {

// Reads "M353 O127 (O235 O234)*14": the tables are ours, so a mistake in them is a bug and throws.
class SpecReader {
public:
    SpecReader(Release release, const std::vector<SegmentFacts>& composites)
        : release_(release), composites_(composites) {}

    std::vector<ElementRule> elements(std::string_view spec) const {
        std::vector<ElementRule> rules;
        size_t group_start = 0;
        for (size_t i = 0; i < spec.size();) {
            if (spec[i] == ' ') {
                ++i;
            } else if (spec[i] == '(') {
                group_start = rules.size();
                ++i;
            } else if (spec[i] == ')') {
                i += 2;  // ")*"
                const int times = std::atoi(spec.data() + i);
                while (i < spec.size() && is_digit(spec[i])) ++i;
                const std::vector<ElementRule> group(rules.begin() + ptrdiff_t(group_start), rules.end());
                for (int n = 1; n < times; ++n) rules.insert(rules.end(), group.begin(), group.end());
            } else {
                const size_t end = std::min(spec.find_first_of(" )", i), spec.size());
                rules.push_back(one(spec.substr(i, end - i)));
                i = end;
            }
        }
        return rules;
    }

private:
    ElementRule one(std::string_view token) const {
        ElementRule rule;
        rule.is_mandatory = token[0] == 'M';
        token.remove_prefix(1);
        if (token.back() == '+') {
            rule.may_repeat = true;
            token.remove_suffix(1);
        }
        if (token == "?") {
            rule.may_repeat = true;
            rule.name = "free content";
            return rule;
        }
        if (token[0] == 'C') return composite(rule, token);
        const int number = std::atoi(std::string(token).c_str());
        for (const ElementFacts& facts : element_table()) {
            if (facts.number != number) continue;
            rule.number = facts.number;
            rule.kind = facts.kind;
            rule.length_min = facts.length_min;
            const bool is_5010 = release_ == Release::r005010 && facts.length_max_005010 != 0;
            rule.length_max = is_5010 ? facts.length_max_005010 : facts.length_max;
            rule.name = facts.name;
            return rule;
        }
        throw std::logic_error("X12 tables: element " + std::string(token) + " is not defined");
    }

    ElementRule composite(ElementRule rule, std::string_view token) const {
        for (size_t i = 0; i < composites_.size(); ++i) {
            if (token != composites_[i].tag) continue;
            rule.kind = Kind::composite;
            rule.composite = uint8_t(i);
            rule.name = "composite";
            return rule;
        }
        throw std::logic_error("X12 tables: composite " + std::string(token) + " is not defined");
    }

    Release release_;
    const std::vector<SegmentFacts>& composites_;
};

// "P0304 R020305": a letter, then two digits an element.
std::vector<Condition> conditions(std::string_view spec) {
    std::vector<Condition> result;
    for (size_t i = 0; i < spec.size();) {
        if (spec[i] == ' ') {
            ++i;
            continue;
        }
        Condition condition{spec[i++], 0, 0};
        for (; i + 1 < spec.size() && is_digit(spec[i]); i += 2) {
            const int element = (spec[i] - '0') * 10 + (spec[i + 1] - '0');
            const uint64_t bit = uint64_t(1) << (element - 1);
            if (condition.first_bit == 0) condition.first_bit = bit;
            condition.mask |= bit;
        }
        result.push_back(condition);
    }
    return result;
}

QuickRule quick_rule(const ElementRule& rule, const std::vector<SegmentRule>& composites) {
    const ElementRule* simple = &rule;
    if (rule.kind == Kind::composite) {
        const SegmentRule& parts = composites[rule.composite];
        if (parts.mandatory != 1) return {};  // several components are needed: the full check decides
        simple = &parts.elements[0];
    }
    return {simple->length_min, uint16_t(simple->length_max - simple->length_min), simple->kind};
}

SegmentRule compile(const SegmentFacts& facts, const SpecReader& reader, const std::vector<SegmentRule>& composites) {
    SegmentRule rule;
    rule.tag = tag_of(facts.tag);
    rule.elements = reader.elements(facts.elements);
    rule.conditions = conditions(facts.rules);
    for (size_t i = 0; i < rule.elements.size(); ++i) {
        if (rule.elements[i].is_mandatory) rule.mandatory |= uint64_t(1) << i;
        rule.quick.push_back(quick_rule(rule.elements[i], composites));
    }
    return rule;
}

}  // namespace

Dictionary::Dictionary(Release release) : release_(release) {
    const SpecReader reader(release, composite_table());
    for (const SegmentFacts& facts : composite_table()) composites_.push_back(compile(facts, reader, composites_));
    for (const SegmentFacts& facts : segment_table()) segments_.push_back(compile(facts, reader, composites_));
    if (segments_.size() > slots / 2) throw std::logic_error("X12 tables: more segments than the table is sized for");
    for (size_t i = 0; i < segments_.size(); ++i) {
        segments_[i].index = uint16_t(i);
        uint32_t slot = slot_of(segments_[i].tag);
        while (table_[slot] != nullptr) slot = (slot + 1) & (slots - 1);
        table_[slot] = &segments_[i];
    }
}

}  // namespace tributary::x12
