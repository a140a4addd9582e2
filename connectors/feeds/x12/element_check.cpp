#include "connectors/feeds/x12/element_check.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {
namespace {

// "REF02 and REF03": the elements of a rule, for people.
std::string names_of(const Segment& segment, uint64_t mask) {
    std::string names;
    for (uint32_t element = 1; element <= 64; ++element) {
        if ((mask >> (element - 1) & 1) == 0) continue;
        if (!names.empty()) names += ", ";
        names += std::string(segment.tag_text()) + (element < 10 ? "0" : "") + std::to_string(element);
    }
    return names;
}

enum : uint8_t { digit_class = 1, letter_class = 2 };

constexpr std::array<uint8_t, 256> make_classes() {
    std::array<uint8_t, 256> classes{};
    for (unsigned c = 0; c < 256; ++c) {
        classes[c] = is_digit(char(c)) ? digit_class : is_letter(char(c)) ? letter_class : 0;
    }
    return classes;
}
constexpr std::array<uint8_t, 256> classes = make_classes();

// True only when the value is right beyond doubt; its length has been compared with the rule already.
inline bool is_quickly_fine(Kind kind, const char* value, uint32_t length, bool has_code_lists) {
    switch (kind) {
        case Kind::text:
            return value[length - 1] != ' ';
        case Kind::code: {
            bool is_fine =
                !has_code_lists && classes[uint8_t(value[0])] != 0 && classes[uint8_t(value[length - 1])] != 0;
            for (uint32_t i = 1; i + 1 < length; ++i) is_fine = is_fine && classes[uint8_t(value[i])] != 0;
            return is_fine;
        }
        case Kind::number:
        case Kind::decimal: {
            uint32_t points = 0, digits = 0;
            for (uint32_t i = 0; i < length; ++i) {
                digits += classes[uint8_t(value[i])] == digit_class ? 1U : 0U;
                points += value[i] == '.' ? 1U : 0U;
            }
            return digits + points == length && digits != 0 && points <= (kind == Kind::decimal ? 1U : 0U);
        }
        case Kind::date:
            return date_of({value, length}) != 0;
        case Kind::any:
        case Kind::time:
        case Kind::composite:
            return false;
    }
    return false;
}

inline bool is_broken(const Condition& condition, uint64_t present) {
    const uint64_t there = present & condition.mask;
    switch (condition.kind) {
        case 'P':
            return there != 0 && there != condition.mask;
        case 'R':
            return there == 0;
        case 'E':
            return (there & (there - 1)) != 0;
        case 'C':
            return (there & condition.first_bit) != 0 && there != condition.mask;
        default:
            return there == condition.first_bit;  // L
    }
}

uint32_t lowest(uint64_t mask) {
    return uint32_t(__builtin_ctzll(mask)) + 1;
}

const ElementRule& rule_at(const SegmentRule& rule, uint32_t element) {
    static const ElementRule none;
    return element <= rule.elements.size() ? rule.elements[element - 1] : none;
}

}  // namespace

// Right data passes here with a few comparisons a value; whatever looks odd goes to the full check, which knows better.
void ElementCheck::check(const Segment& segment, const SegmentRule& rule) {
    uint64_t present = 0;
    const uint32_t known = std::min(segment.count, uint32_t(rule.quick.size()));
    const bool is_plain = !segment.has_special;
    const char* data = segment.data;
    const QuickRule* quick = rule.quick.data();
    uint32_t from = segment.starts[1];
    for (uint32_t element = 1; element <= known; ++element, ++quick) {
        const uint32_t next = segment.starts[element + 1];
        const uint32_t length = next - 1 - from;
        const char* value = data + from;
        from = next;
        if (length == 0) continue;
        present |= uint64_t(1) << (element - 1);
        const bool is_fine = is_plain && length - quick->length_min <= quick->length_spread &&
                             is_quickly_fine(quick->kind, value, length, has_code_lists_);
        if (!is_fine) check_fully(segment, rule, element);
    }
    if (segment.count > known) check_tail(segment, known);
    if ((rule.mandatory & ~present) != 0) return check_rules(segment, rule, present);
    for (const Condition& condition : rule.conditions) {
        if (is_broken(condition, present)) return check_rules(segment, rule, present);
    }
}

void ElementCheck::check_fully(const Segment& segment, const SegmentRule& rule, uint32_t element) {
    const Place place{segment, element, 0, rule.elements[element - 1]};
    if (place.rule.kind == Kind::composite || segment.has_special) {
        check_whole(place, segment[element]);
    } else {
        check_value(place, segment[element]);
    }
}

void ElementCheck::check_tail(const Segment& segment, uint32_t known) {
    for (uint32_t element = known + 1; element <= segment.count; ++element) {
        if (segment[element].empty()) continue;
        const std::string limit = std::to_string(known);
        Spot spot = spot_of(segment, element);
        spot.expected = limit;
        return findings_.report(Finding::elements_too_many, spot);
    }
}

void ElementCheck::fail(Finding finding, const Place& place, std::string_view value, std::string_view expected) {
    Spot spot = spot_of(place.segment, place.element);
    spot.component = place.component;
    spot.name = place.rule.name;
    spot.value = value;
    spot.expected = expected;
    spot.reference = place.rule.number;
    findings_.report(finding, spot);
}

void ElementCheck::check_rules(const Segment& segment, const SegmentRule& rule, uint64_t present) {
    for (uint64_t missing = rule.mandatory & ~present; missing != 0; missing &= missing - 1) {
        const uint32_t element = lowest(missing);
        fail(Finding::element_missing, {segment, element, 0, rule_at(rule, element)}, "", "");
    }
    for (const Condition& condition : rule.conditions) {
        if (!is_broken(condition, present)) continue;
        const uint64_t there = present & condition.mask;
        const bool is_exclusion = condition.kind == 'E';
        const uint64_t wrong = is_exclusion ? there & (there - 1) : condition.mask & ~there;
        const uint32_t element = lowest(wrong);
        const std::string names = names_of(segment, condition.mask);
        const std::string expected = (is_exclusion            ? "only one of "
                                      : condition.kind == 'R' ? "at least one of "
                                                              : "all or none of ") +
                                     names;
        fail(is_exclusion ? Finding::element_exclusion : Finding::element_conditional,
             {segment, element, 0, rule_at(rule, element)}, is_exclusion ? segment[element] : "", expected);
    }
}

void ElementCheck::check_whole(const Place& place, std::string_view value) {
    if (place.rule.kind == Kind::any) return;
    const char repetition = delimiters_.repetition;
    if (repetition != '\0' && value.find(repetition) != std::string_view::npos && !place.rule.may_repeat) {
        return fail(Finding::element_repeats, place, value, "one value");
    }
    if (place.rule.kind == Kind::composite) return check_composite(place, value);
    const char component = delimiters_.component;
    if (component != '\0' && value.find(component) != std::string_view::npos) {
        const bool is_5010 = dictionary_.release() == Release::r005010;
        return fail(is_5010 ? Finding::element_components : Finding::element_characters, place, value,
                    "no component separator in a simple element");
    }
    check_value(place, value);
}

void ElementCheck::check_composite(const Place& place, std::string_view value) {
    const SegmentRule& parts = dictionary_.composite(place.rule.composite);
    uint64_t present = 0;
    for (uint32_t part = 1;; ++part) {
        const size_t end = delimiters_.component == '\0' ? std::string_view::npos : value.find(delimiters_.component);
        const std::string_view one = value.substr(0, end);
        if (part > parts.elements.size()) {
            if (!value.empty()) {
                fail(Finding::element_components, place, value,
                     "at most " + std::to_string(parts.elements.size()) + " components");
            }
            break;
        }
        if (!one.empty()) {
            present |= uint64_t(1) << (part - 1);
            check_value({place.segment, place.element, part, parts.elements[part - 1]}, one);
        }
        if (end == std::string_view::npos) break;
        value.remove_prefix(end + 1);
    }
    for (uint64_t missing = parts.mandatory & ~present; missing != 0; missing &= missing - 1) {
        const uint32_t part = lowest(missing);
        fail(Finding::element_missing, {place.segment, place.element, part, rule_at(parts, part)}, "", "");
    }
}

void ElementCheck::check_length(const Place& place, size_t length) {
    if (length < place.rule.length_min) {
        fail(Finding::element_short, place, place.segment[place.element], std::to_string(place.rule.length_min));
    } else if (length > place.rule.length_max) {
        fail(Finding::element_long, place, place.segment[place.element], std::to_string(place.rule.length_max));
    }
}

void ElementCheck::check_value(const Place& place, std::string_view value) {
    switch (place.rule.kind) {
        case Kind::any:
        case Kind::composite:
            return;
        case Kind::text:
        case Kind::code:
            return check_text(place, value);
        case Kind::number:
        case Kind::decimal:
            return check_number(place, value);
        case Kind::date:
            if (value.size() != 8 || date_of(value) == 0) fail(Finding::element_date, place, value, "CCYYMMDD");
            return;
        case Kind::time:
            if (!is_time(value)) fail(Finding::element_time, place, value, "");
            return;
    }
}

void ElementCheck::check_text(const Place& place, std::string_view value) {
    // Trailing blanks do not count, but a value of blanks only is still a value of that length.
    size_t length = value.size();
    if (value.back() == ' ') length = std::max(trimmed(value).size(), size_t(1));
    if (place.segment.has_special) {
        const bool has_control = std::any_of(value.begin(), value.end(), [](char c) { return uint8_t(c) < 0x20; });
        if (has_control || !is_utf8(value)) {
            return fail(Finding::element_characters, place, value, "printable characters, in UTF-8");
        }
        length -= size_t(std::count_if(value.begin(), value.end(), [](char c) { return (uint8_t(c) & 0xC0) == 0x80; }));
    }
    if (length < place.rule.length_min || length > place.rule.length_max) return check_length(place, length);
    if (place.rule.kind != Kind::code) return;
    for (const char c : value) {
        if (!is_alphanumeric(c) && c != ' ') return fail(Finding::element_code, place, value, "letters and digits");
    }
    if (!profile_.element_codes.empty()) check_codes(place, value);
}

void ElementCheck::check_codes(const Place& place, std::string_view value) {
    for (const auto& [number, codes] : profile_.element_codes) {
        if (number == place.rule.number && !codes.has(packed(trimmed(value)))) {
            fail(Finding::element_code, place, value, "a code of the partner profile");
        }
    }
}

// The sign and the decimal point do not count towards the length.
void ElementCheck::check_number(const Place& place, std::string_view value) {
    std::string_view digits = value;
    if (digits.front() == '-') digits.remove_prefix(1);
    size_t length = 0;
    bool has_point = place.rule.kind == Kind::number;
    for (const char c : digits) {
        if (is_digit(c)) {
            ++length;
        } else if (c == '.' && !has_point) {
            has_point = true;
        } else {
            length = 0;
            break;
        }
    }
    if (length == 0) {
        return fail(Finding::element_characters, place, value,
                    place.rule.kind == Kind::number ? "digits" : "digits with at most one decimal point");
    }
    if (length < place.rule.length_min || length > place.rule.length_max) check_length(place, length);
}

}  // namespace tributary::x12
