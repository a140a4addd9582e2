#include "core/api/program_names.hpp"

#include "core/base/json.hpp"

namespace tributary::api {
namespace {

const char* kind_name(rules::IncentiveKind kind) {
    switch (kind) {
        case rules::IncentiveKind::per_unit:
            return "per_unit";
        case rules::IncentiveKind::share:
            return "share";
        case rules::IncentiveKind::boost:
            return "boost";
    }
    return "";
}

const char* recipient_name(rules::Recipient recipient) {
    switch (recipient) {
        case rules::Recipient::rep:
            return "rep";
        case rules::Recipient::reseller:
            return "reseller";
        case rules::Recipient::distributor:
            return "distributor";
    }
    return "";
}

void fill(rules::ExplainNames& names, const rules::Program& program) {
    for (const rules::Incentive& incentive : program.incentives) {
        if (incentive.code != names.code) continue;
        names.title = incentive.title;
        names.unit = incentive.unit.code;
        names.unit_exponent = incentive.unit.exponent;
        names.kind = kind_name(incentive.kind);
        names.of = incentive.of;
        names.recipient = recipient_name(incentive.to);
    }
}

}  // namespace

std::shared_ptr<const rules::Program> ProgramNames::program(store::Tx& tx, const Version& version) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = programs_.find(version);
        if (found != programs_.end()) return found->second;
    }
    const auto source = tx.one_text("SELECT source FROM program_version WHERE program = ? AND version = ?",
                                    version.first, version.second);
    if (!source) return nullptr;
    SourceErrors errors;
    Result<rules::Program> parsed = rules::parse_program(*source, version.first, errors);
    if (!parsed) return nullptr;  // written by a release that knew more; codes are shown instead of titles
    auto program = std::make_shared<const rules::Program>(std::move(*parsed));
    const std::lock_guard lock(mutex_);
    if (programs_.size() >= versions_kept) programs_.clear();
    programs_[version] = program;
    return program;
}

std::map<int64_t, rules::ExplainNames> ProgramNames::of(store::Tx& tx, const std::string& explanation) {
    std::map<int64_t, rules::ExplainNames> out;
    const Result<json::value> entries = parse_json(explanation, 16 << 20);
    if (!entries || !entries->is_array()) return out;
    for (const json::value& entry : entries->as_array()) {
        const json::array* fields = entry.if_array();
        if (fields == nullptr || fields->size() < 2 || !(*fields)[0].is_int64() || !(*fields)[1].is_int64()) continue;
        const int64_t id = (*fields)[0].as_int64(), version = (*fields)[1].as_int64();
        rules::ExplainNames names;
        {
            store::Rows rows = tx.query("SELECT program, code, unit FROM incentive WHERE id = ?", id);
            if (!rows.next()) continue;
            names.program = rows.string(0);
            names.code = names.title = rows.string(1);
            names.unit = rows.string(2);
            names.unit_exponent = exponent_of(names.unit);
        }
        if (const auto known = program(tx, {names.program, version})) fill(names, *known);
        out.emplace(id, std::move(names));
    }
    return out;
}

}  // namespace tributary::api
