// What goes wrong, and when: a list of faults, each for the next `count` requests whose path begins with `match`.
// Told by POST /_sim/faults. Thread safe.
#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"

namespace tributary::simulators {

enum class FaultKind {
    drop_before,        // the connection closes before the request is handled: no effect
    drop_after,         // handled, then the connection closes: the effect is there, the answer is not
    error_before,       // 500 without effect
    error_after,        // 500 although the effect is there
    slow,               // the true answer after delay_ms
    malformed,          // handled; the answer's second half is missing
    wrong_amount,       // handled; the answer names one minor unit more
    wrong_currency,     // handled; the answer names another currency
    changed_id,         // handled; the answer names another key
    rate_limited,       // 429 without effect
    webhook_duplicate,  // sent twice
    webhook_reordered,  // sent delay_ms late, so that others overtake it
    webhook_forged,     // one with a wrong signature is sent before the true one
    webhook_lost,       // never sent
    smtp_temporary,     // 451 after the final dot
    smtp_refused,       // 550 to RCPT TO
    smtp_drop_after_dot,  // stored, then the connection closes without an answer
};

struct Fault {
    std::string method;  // "" = any
    std::string match;   // path prefix: "/lithic/v1/book_transfers"; webhooks: "/lithic/webhooks"; mail: "/smtp"
    FaultKind kind{};
    int64_t count = 1;
    int64_t delay_ms = 1000;
};

std::optional<FaultKind> fault_kind(std::string_view name);
std::string_view name_of(FaultKind kind);
bool is_request_fault(FaultKind kind);

class FaultPlan {
public:
    // JSON list of {"match", "kind", "count"?, "method"?, "delay_ms"?}; all or nothing.
    Result<size_t> add(std::string_view json_list);
    void clear();
    json::array remaining() const;
    // The first fault that fits; its count goes down.
    std::optional<Fault> take_for_request(std::string_view method, std::string_view path);
    std::optional<Fault> take_for_webhook(std::string_view path);
    std::optional<Fault> take(FaultKind kind, std::string_view path);

private:
    template <class Accepts>
    std::optional<Fault> take_first(Accepts accepts);
    mutable std::mutex mutex_;
    std::vector<Fault> faults_;
};

}  // namespace tributary::simulators
