#include "core/rules/program_incentive.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/suggest.hpp"

namespace tributary::rules {
namespace {

const std::vector<std::string> incentive_keys = {
    "code", "title", "kind", "to", "amount", "percent", "factor", "of", "unit", "rounding", "valid_from", "valid_to",
    "when", "families", "tags", "skus", "budget"};
const std::vector<std::string> kind_names = {"per_unit", "share", "boost"};
const std::vector<std::string> recipient_names = {"rep", "reseller", "distributor"};
const std::vector<std::string> rounding_names = {"half_even", "half_up", "down", "up"};

constexpr Decimal percent_max{100, 0};
constexpr Decimal factor_max{100, 0};

size_t index_of(const std::vector<std::string>& names, const std::string& name) {
    return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

const char* name_of(IncentiveKind kind) {
    switch (kind) {
        case IncentiveKind::per_unit: return "per_unit";
        case IncentiveKind::share: return "share";
        case IncentiveKind::boost: return "boost";
    }
    return "per_unit";
}

const char* name_of(Recipient recipient) {
    switch (recipient) {
        case Recipient::rep: return "rep";
        case Recipient::reseller: return "reseller";
        case Recipient::distributor: return "distributor";
    }
    return "rep";
}

std::optional<Unit> read_unit_key(TableReader& reader, const SourceFile& file, Need need) {
    const auto code = reader.text("unit", need);
    if (!code) return std::nullopt;
    const Place place = reader.find("unit")->value.place;
    const auto unit = unit_of(*code);
    if (!unit) return file.report(place, fmt::format("'unit': {}", unit.error().message)), std::nullopt;
    if (code->size() == 3 && std::all_of(code->begin(), code->end(), is_upper) && !is_currency(*code)) {
        file.report(
            place, fmt::format(
                       "'{}' is not a currency of ISO 4217: correct it, or write your own unit in lower case",
                       *code));
        return std::nullopt;
    }
    return *unit;
}

IncentiveReader::IncentiveReader(const TomlNode& table, const Program& program, const DeclaredLines& declared,
                                 const SourceFile& file)
    : reader_(table, "this incentive", file), program_(program), declared_(declared), file_(file) {}

Incentive IncentiveReader::read() {
    out_.code = reader_.id("code", Need::required).value_or("");
    out_.title = reader_.title("title", Need::required).value_or("");
    out_.unit = program_.unit;
    read_kind();
    if (has_kind_) {
        refuse_keys_of_other_kinds();
        switch (out_.kind) {
            case IncentiveKind::per_unit: read_per_unit(); break;
            case IncentiveKind::share: read_share(); break;
            case IncentiveKind::boost: read_boost(); break;
        }
        read_amount("budget", out_.budget_minor, Need::optional);
    }
    if (const auto rounding = reader_.one_of("rounding", rounding_names, Need::optional))
        out_.rounding = *parse_rounding(*rounding);
    read_window();
    read_condition();
    reader_.refuse_others(incentive_keys);
    return std::move(out_);
}

void IncentiveReader::read_kind() {
    const auto kind = reader_.one_of("kind", kind_names, Need::required);
    if (!kind) return;
    out_.kind = static_cast<IncentiveKind>(index_of(kind_names, *kind));
    has_kind_ = true;
}

void IncentiveReader::refuse_keys_of_other_kinds() {
    struct Owned { const char* key; bool is_allowed; const char* owner; };
    const bool is_per_unit = out_.kind == IncentiveKind::per_unit;
    for (const Owned& owned : {Owned{"amount", is_per_unit, "\"per_unit\""},
                               {"percent", out_.kind == IncentiveKind::share, "\"share\""},
                               {"factor", out_.kind == IncentiveKind::boost, "\"boost\""},
                               {"of", !is_per_unit, "\"share\" and \"boost\""}}) {
        const TomlEntry* entry = reader_.find(owned.key);
        if (!entry || owned.is_allowed) continue;
        file_.report(entry->place,
                     fmt::format("'{}' belongs to kind {}, this incentive is \"{}\": remove it, or change "
                                 "the kind",
                                 owned.key, owned.owner, name_of(out_.kind)));
    }
    const TomlEntry* to = reader_.find("to");
    if (to && out_.kind == IncentiveKind::boost)
        file_.report(to->place, "a boost pays whom its base pays: remove 'to'");
}

void IncentiveReader::read_per_unit() {
    if (const auto to = reader_.one_of("to", recipient_names, Need::required))
        out_.to = static_cast<Recipient>(index_of(recipient_names, *to));
    read_unit();
    read_amount("amount", out_.rate_minor, Need::required);
}

void IncentiveReader::read_share() {
    if (const auto to = reader_.one_of("to", recipient_names, Need::required))
        out_.to = static_cast<Recipient>(index_of(recipient_names, *to));
    read_bases();
    if (const auto percent = reader_.decimal("percent", Need::required)) {
        out_.percent = *percent;
        if (percent->value <= 0 || compare(*percent, percent_max) > 0)
            file_.report(reader_.find("percent")->value.place,
                         "'percent' must be more than 0 and at most 100: 25 means 25 %");
    }
}

void IncentiveReader::read_boost() {
    read_bases();
    if (!bases_.empty()) out_.to = bases_.front()->to;
    const auto stranger = std::find_if(bases_.begin(), bases_.end(),
                                       [&](const Incentive* base) { return base->to != out_.to; });
    if (stranger != bases_.end())
        file_.report(
            reader_.find("of")->value.place,
            fmt::format(
                "a boost pays one recipient: '{}' pays the {}, '{}' pays the {}; write one boost for each",
                bases_.front()->code, name_of(out_.to), (*stranger)->code, name_of((*stranger)->to)));
    const auto factor = reader_.decimal("factor", Need::required);
    if (!factor) return;
    out_.factor = *factor;
    if (compare(*factor, {1, 0}) <= 0 || compare(*factor, factor_max) > 0)
        file_.report(reader_.find("factor")->value.place, "'factor' must be more than 1 and at most 100: 2 doubles");
}

// Codes that this incentive builds on, and with them its unit.
void IncentiveReader::read_bases() {
    out_.of = reader_.texts("of", Need::required);
    const TomlEntry* of = reader_.find("of");
    if (of)
        for (const TomlNode& item : of->value.items)
            if (item.kind == TomlKind::text && std::find(out_.of.begin(), out_.of.end(), item.text) != out_.of.end())
                read_base(item.text, item.place);
    if (bases_.empty()) return read_unit();
    const Incentive& first = *bases_.front();
    out_.unit = first.unit;
    for (const Incentive* base : bases_)
        if (base->unit != first.unit)
            file_.report(of->value.place,
                         fmt::format("'{}' pays {}, '{}' pays {}: a {} builds on one unit", first.code,
                                     first.unit.code, base->code, base->unit.code, name_of(out_.kind)));
    const Unit inherited = out_.unit;
    read_unit();
    if (const TomlEntry* unit = reader_.find("unit"); unit && out_.unit != inherited)
        file_.report(unit->value.place, fmt::format("this {} builds on {}, it cannot pay {}: remove 'unit'",
                                                    name_of(out_.kind), inherited.code, out_.unit.code));
    out_.unit = inherited;
}

void IncentiveReader::read_base(const std::string& code, Place place) {
    const auto& earlier = program_.incentives;
    const auto found = std::find_if(earlier.begin(), earlier.end(), [&](const Incentive& i) { return i.code == code; });
    if (found != earlier.end()) {
        if (out_.kind == IncentiveKind::boost && found->kind == IncentiveKind::boost)
            file_.report(place, fmt::format("'{}' is a boost: a boost builds on per_unit and share only", code));
        else if (std::find(bases_.begin(), bases_.end(), &*found) == bases_.end()) bases_.push_back(&*found);
        return;
    }
    const auto line = declared_.find(code);
    if (line != declared_.end() && code == out_.code)
        return file_.report(place, fmt::format("'{}' cannot build on itself", code));
    if (line != declared_.end())
        return file_.report(place, fmt::format("'{}' is declared later, on line {}: move it above this incentive", code,
                                               line->second));
    std::vector<std::string> codes;
    for (const Incentive& incentive : earlier) codes.push_back(incentive.code);
    file_.report(place, fmt::format("unknown incentive '{}'{}", code, did_you_mean(code, codes)));
}

void IncentiveReader::read_unit() {
    if (const auto unit = read_unit_key(reader_, file_, Need::optional)) out_.unit = *unit;
}

// Major units as written -> minor units. 0 is refused: leave a budget out that is not planned yet.
void IncentiveReader::read_amount(std::string_view key, int64_t& out, Need need) {
    const auto amount = reader_.decimal(key, need);
    if (!amount) return;
    const Place place = reader_.find(key)->value.place;
    if (amount->value <= 0) return file_.report(place, fmt::format("'{}' must be more than 0", key));
    const auto down = to_minor(*amount, out_.unit.exponent, Rounding::down);
    const auto up = to_minor(*amount, out_.unit.exponent, Rounding::up);
    if (!down) return file_.report(place, fmt::format("'{}' is too large", key));
    if (down != up && !out_.unit.code.empty())  // a unit that is missing was reported
        return file_.report(place, fmt::format("'{}' = {} has more decimals than {} has ({})", key, to_text(*amount),
                                               out_.unit.code, out_.unit.exponent));
    out = *down;
}

void IncentiveReader::read_window() {
    if (const auto from = reader_.date("valid_from", Need::optional)) out_.valid_from = *from;
    if (const auto to = reader_.date("valid_to", Need::optional)) out_.valid_to = *to;
    if (out_.valid_to < out_.valid_from)
        file_.report(reader_.find("valid_to")->value.place,
                     "'valid_to' is before 'valid_from': both days are included");
}

void IncentiveReader::read_condition() {
    std::vector<Condition> parts;
    struct Shortcut { const char* key; const char* attribute; };
    for (const Shortcut& shortcut : {Shortcut{"families", "family"}, {"skus", "sku"}, {"tags", "tags"}}) {
        const auto values = reader_.texts(shortcut.key, Need::optional);
        if (!values.empty()) parts.push_back(Condition::one_of_product(shortcut.attribute, values));
    }
    if (auto when = read_when()) parts.push_back(std::move(*when));
    if (!parts.empty()) out_.when = Condition::all_of(parts);
}

std::optional<Condition> IncentiveReader::read_when() {
    const auto text = reader_.text("when", Need::optional, SIZE_MAX);
    if (!text) return std::nullopt;
    const Place place = reader_.find("when")->value.place;
    SourceErrors inside;  // counted from 1:1 of the decoded text
    Condition out;
    if (Condition::parse(*text, program_.clusters, file_.name, 1, 1, inside, out)) return out;
    for (SourceError& error : inside)
        file_.report(place_in_string(file_.text, place, {error.line, error.column}), std::move(error.message));
    return std::nullopt;
}

}  // namespace tributary::rules
