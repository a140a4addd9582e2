// Collects what one call gives out: at most one record of each kind the caller wants, checked and owned, or bytes up to
// a cap. One call, one thread.
#pragma once
#include <optional>

#include "plugins/host/gate.hpp"

namespace tributary::host {

class Collector final : public CallOutput {
public:
    explicit Collector(uint64_t output_size_max, RecordGate* gate = nullptr)
        : output_size_max_(output_size_max), gate_(gate) {}

    int32_t record(const Shape& shape, const void* record) override;
    int32_t bytes(std::string_view bytes) override;

    const std::optional<Error>& failure() const { return failure_; }

    std::optional<HttpRequest> request;
    std::optional<Mail> mail;
    std::optional<PayoutResult> result;
    std::optional<WebhookResult> webhook_result;
    std::string text;

private:
    Result<void> take(const Shape& shape, const void* record);

    uint64_t output_size_max_;
    RecordGate* gate_;  // a source's events pass through here; may be null
    std::optional<Error> failure_;
    bool has_record_ = false;
};

}  // namespace tributary::host
