// The audit trail: who changed what. record() writes inside the transaction of the change itself wherever there is one,
// so that neither exists without the other; a change that cannot be recorded does not happen. Details hold no secrets
// and no personal data.
#pragma once
#include <string>

#include "core/base/json.hpp"
#include "core/store/store.hpp"

namespace tributary::ops {

struct AuditRecord {
    std::string actor;    // "uid:1000", "token:console", "signal"
    std::string action;   // "budget.fund"
    std::string subject;  // "spring/laser-spiff"
    json::object detail;
    std::string trace_id;
};

void record(store::Tx& tx, int64_t now_ms, const AuditRecord& record);

// For changes that happen in a transaction of another module: on record before they are tried.
Result<void> record_first(store::Store& store, int64_t now_ms, const AuditRecord& record);

// Newest first: those before `after`.
json::array audit_json(store::Tx& tx, int64_t after, int64_t rows_max, bool is_newest_first = false);

}  // namespace tributary::ops
