#include "tests/simulators/fault_plan.hpp"

#include <fmt/format.h>

namespace tributary::simulators {
namespace {

struct KindName {
    FaultKind kind;
    std::string_view name;
};

constexpr KindName kind_names[] = {
    {FaultKind::drop_before, "drop_before"},
    {FaultKind::drop_after, "drop_after"},
    {FaultKind::error_before, "error_before"},
    {FaultKind::error_after, "error_after"},
    {FaultKind::slow, "slow"},
    {FaultKind::malformed, "malformed"},
    {FaultKind::wrong_amount, "wrong_amount"},
    {FaultKind::wrong_currency, "wrong_currency"},
    {FaultKind::changed_id, "changed_id"},
    {FaultKind::rate_limited, "rate_limited"},
    {FaultKind::webhook_duplicate, "webhook_duplicate"},
    {FaultKind::webhook_reordered, "webhook_reordered"},
    {FaultKind::webhook_forged, "webhook_forged"},
    {FaultKind::webhook_lost, "webhook_lost"},
    {FaultKind::smtp_temporary, "smtp_temporary"},
    {FaultKind::smtp_refused, "smtp_refused"},
    {FaultKind::smtp_drop_after_dot, "smtp_drop_after_dot"},
};

Result<Fault> fault_of(const json::value& value) {
    if (!value.is_object()) return fail(ErrorCode::invalid, "a fault must be an object");
    const json::object& object = value.as_object();
    const std::string name = text_or(object, "kind");
    const auto kind = fault_kind(name);
    if (!kind) return fail(ErrorCode::invalid, fmt::format("kind '{}' is not known", name));
    Fault fault{text_or(object, "method"), text_or(object, "match"), *kind, int_or(object, "count", 1),
                int_or(object, "delay_ms", 1000)};
    if (fault.match.empty()) return fail(ErrorCode::invalid, "match is missing");
    if (fault.count < 1 || fault.delay_ms < 0) return fail(ErrorCode::invalid, "count or delay_ms is out of range");
    return fault;
}

bool is_webhook_fault(FaultKind kind) {
    return kind == FaultKind::webhook_duplicate || kind == FaultKind::webhook_reordered ||
           kind == FaultKind::webhook_forged || kind == FaultKind::webhook_lost;
}

}  // namespace

std::optional<FaultKind> fault_kind(std::string_view name) {
    for (const KindName& row : kind_names) {
        if (row.name == name) return row.kind;
    }
    return std::nullopt;
}

std::string_view name_of(FaultKind kind) {
    for (const KindName& row : kind_names) {
        if (row.kind == kind) return row.name;
    }
    return "?";
}

bool is_request_fault(FaultKind kind) { return kind <= FaultKind::rate_limited; }

Result<size_t> FaultPlan::add(std::string_view json_list) {
    TRIBUTARY_TRY(const json::value document, parse_json(json_list));
    if (!document.is_array()) return fail(ErrorCode::invalid, "faults: a list is expected");
    std::vector<Fault> added;
    for (const json::value& value : document.as_array()) {
        TRIBUTARY_TRY(Fault fault, fault_of(value));
        added.push_back(std::move(fault));
    }
    const std::lock_guard lock(mutex_);
    faults_.insert(faults_.end(), added.begin(), added.end());
    return added.size();
}

void FaultPlan::clear() {
    const std::lock_guard lock(mutex_);
    faults_.clear();
}

json::array FaultPlan::remaining() const {
    const std::lock_guard lock(mutex_);
    json::array out;
    for (const Fault& fault : faults_) {
        out.push_back(json::object{{"method", fault.method},
                                   {"match", fault.match},
                                   {"kind", name_of(fault.kind)},
                                   {"count", fault.count},
                                   {"delay_ms", fault.delay_ms}});
    }
    return out;
}

template <class Accepts>
std::optional<Fault> FaultPlan::take_first(Accepts accepts) {
    const std::lock_guard lock(mutex_);
    for (auto at = faults_.begin(); at != faults_.end(); ++at) {
        if (!accepts(*at)) continue;
        Fault taken = *at;
        if (--at->count == 0) faults_.erase(at);
        return taken;
    }
    return std::nullopt;
}

std::optional<Fault> FaultPlan::take_for_request(std::string_view method, std::string_view path) {
    return take_first([&](const Fault& fault) {
        return is_request_fault(fault.kind) && path.starts_with(fault.match) &&
               (fault.method.empty() || fault.method == method);
    });
}

std::optional<Fault> FaultPlan::take_for_webhook(std::string_view path) {
    return take_first(
        [&](const Fault& fault) { return is_webhook_fault(fault.kind) && path.starts_with(fault.match); });
}

std::optional<Fault> FaultPlan::take(FaultKind kind, std::string_view path) {
    return take_first([&](const Fault& fault) { return fault.kind == kind && path.starts_with(fault.match); });
}

}  // namespace tributary::simulators
