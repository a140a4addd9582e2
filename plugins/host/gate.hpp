// RecordGate stands between a connector's feed sink and the daemon's RecordSink. It lets a record through only when it
// is well formed (validate), stands where the ABI's record order allows it, and fits the limits; the first breach or
// sink error closes it. One decode, one thread.
#pragma once
#include <optional>

#include "plugins/host/connector.hpp"
#include "plugins/host/invoke.hpp"

namespace tributary::host {

class RecordGate final : public CallOutput {
public:
    enum class Order { interchange, events_only };  // events_only: a source's poll has no envelope

    RecordGate(RecordSink& sink, const DecodeLimits& limits, Order order)
        : sink_(sink), limits_(limits), order_(order) {}

    void count_input(uint64_t bytes) { summary_.bytes += bytes; }
    int32_t record(const Shape& shape, const void* record) override;
    int32_t bytes(std::string_view) override { return TRIBUTARY_FULL; }  // a feed gives out records only

    const std::optional<Error>& failure() const { return failure_; }
    const DecodeSummary& summary() const { return summary_; }

private:
    Result<void> pass(const Shape& shape, const void* record);
    Result<void> pass(const tributary_interchange& record);
    Result<void> pass(const tributary_group& record);
    Result<void> pass(const tributary_set& record);
    Result<void> pass(const tributary_report& record);
    Result<void> pass(const tributary_event& record);
    Result<void> pass(const tributary_diagnostic& record);
    Result<void> count_record();

    RecordSink& sink_;
    DecodeLimits limits_;
    Order order_;
    DecodeSummary summary_;
    std::optional<Error> failure_;
    uint64_t record_count_ = 0;
    uint32_t interchange_ = 0, group_ = 0, set_ = 0;  // ordinals of what is open; 0 = none
    bool has_report_ = false, has_event_ = false;     // in the open set
    uint64_t last_event_ = 0;                         // ordinal, in the open interchange
};

}  // namespace tributary::host
