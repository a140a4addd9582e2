#include "plugins/host/collector.hpp"

#include <fmt/format.h>

namespace tributary::host {

int32_t Collector::record(const Shape& shape, const void* record) {
    if (failure_) return TRIBUTARY_FULL;
    if (gate_ != nullptr && (&shape == &event_shape || &shape == &diagnostic_shape))
        return gate_->record(shape, record);
    const Result<void> taken = take(shape, record);
    if (taken) return TRIBUTARY_OK;
    failure_ = taken.error();
    return TRIBUTARY_FULL;
}

Result<void> Collector::take(const Shape& shape, const void* record) {
    if (has_record_) return fail(ErrorCode::corrupt, fmt::format("a second {} in one call", shape.name));
    TRIBUTARY_CHECK(check_shape(shape, record));
    has_record_ = true;
    if (&shape == &http_request_shape) {
        request = own(*static_cast<const tributary_http_request*>(record));
    } else if (&shape == &mail_shape) {
        mail = own(*static_cast<const tributary_mail*>(record));
    } else if (&shape == &payout_result_shape) {
        result = own(*static_cast<const tributary_payout_result*>(record));
    } else if (&shape == &webhook_result_shape) {
        const auto& found = *static_cast<const tributary_webhook_result*>(record);
        TRIBUTARY_CHECK(validate(found));
        webhook_result = own(found);
    } else {
        return fail(ErrorCode::corrupt, fmt::format("a {} where none belongs", shape.name));
    }
    return {};
}

int32_t Collector::bytes(std::string_view bytes) {
    if (failure_) return TRIBUTARY_FULL;
    if (bytes.size() > output_size_max_ - text.size()) {
        failure_ = fail(ErrorCode::too_large, fmt::format("more than {} bytes of output", output_size_max_));
        return TRIBUTARY_FULL;
    }
    text.append(bytes);
    return TRIBUTARY_OK;
}

}  // namespace tributary::host
