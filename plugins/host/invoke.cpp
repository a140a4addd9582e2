#include "plugins/host/invoke.hpp"

#include "plugins/host/records.hpp"

namespace tributary::host {
namespace {

// The connector may be plain C, so nothing may be thrown through it: a host out of memory takes no more.
int32_t put(void* context, const Shape& shape, const void* record) noexcept {
    if (context == nullptr) return TRIBUTARY_FULL;
    try {
        return static_cast<CallOutput*>(context)->record(shape, record);
    } catch (...) {
        return TRIBUTARY_FULL;
    }
}

int32_t put_bytes(void* context, tributary_span bytes) noexcept {
    if (context == nullptr || (bytes.data == nullptr && bytes.size != 0)) return TRIBUTARY_FULL;
    try {
        return static_cast<CallOutput*>(context)->bytes(view(bytes));
    } catch (...) {
        return TRIBUTARY_FULL;
    }
}

template <const Shape& shape, class Record>
int32_t put_record(void* context, const Record* record) {
    return put(context, shape, record);
}

tributary_http_sink http_sink_to(CallOutput& output) {
    return {sizeof(tributary_http_sink), 0, &output, &put_record<http_request_shape, tributary_http_request>};
}
tributary_payout_sink payout_sink_to(CallOutput& output) {
    return {sizeof(tributary_payout_sink), 0, &output, &put_record<payout_result_shape, tributary_payout_result>};
}

template <class Subject>
const Subject* subject_of(const CallInput& input) {
    return static_cast<const Subject*>(input.subject);
}

int32_t invoke_payout(const tributary_payout& table, tributary_instance* self, const CallInput& in,
                      CallOutput& output) {
    const auto http = http_sink_to(output);
    const auto result = payout_sink_to(output);
    const auto* job = subject_of<tributary_payout_job>(in);
    switch (in.op) {
        case Op::payout_build:
            return table.build(self, job, &http);
        case Op::payout_interpret:
            return table.interpret(self, job, in.response, &result);
        case Op::payout_lookup_build:
            return table.lookup_build ? table.lookup_build(self, job, &http) : TRIBUTARY_UNSUPPORTED;
        case Op::payout_lookup_interpret:
            return table.lookup_interpret ? table.lookup_interpret(self, job, in.response, &result)
                                          : TRIBUTARY_UNSUPPORTED;
        case Op::payout_webhook: {
            const tributary_webhook_sink sink{sizeof sink, 0, &output,
                                              &put_record<webhook_result_shape, tributary_webhook_result>};
            if (table.webhook == nullptr) return TRIBUTARY_UNSUPPORTED;
            return table.webhook(self, subject_of<tributary_webhook>(in), &sink);
        }
        default:
            return TRIBUTARY_UNSUPPORTED;
    }
}

int32_t invoke_notice(const tributary_notice& table, tributary_instance* self, const CallInput& in,
                      CallOutput& output) {
    const auto* message = subject_of<tributary_message>(in);
    if (in.op == Op::notice_build) {
        const tributary_notice_sink sink{sizeof sink, 0, &output,
                                         &put_record<http_request_shape, tributary_http_request>,
                                         &put_record<mail_shape, tributary_mail>};
        return table.build(self, message, &sink);
    }
    const auto result = payout_sink_to(output);
    return table.interpret(self, message, in.response, &result);
}

int32_t invoke_source(const tributary_source& table, tributary_instance* self, const CallInput& in, CallOutput& output,
                      uint32_t& more) {
    const auto* poll = subject_of<tributary_source_poll>(in);
    if (in.op == Op::source_build) {
        const auto http = http_sink_to(output);
        return table.build(self, poll, &http);
    }
    const auto feed = feed_sink_to(output);
    const tributary_sink cursor{sizeof cursor, 0, &output, &put_bytes};
    return table.interpret(self, poll, in.response, &feed, &cursor, &more);
}

int32_t dispatch(const tributary_connector& connector, tributary_instance* self, const CallInput& in,
                 CallOutput& output, uint32_t& more) {
    if (connector.payout != nullptr) return invoke_payout(*connector.payout, self, in, output);
    if (connector.notice != nullptr) return invoke_notice(*connector.notice, self, in, output);
    if (connector.source != nullptr) return invoke_source(*connector.source, self, in, output, more);
    const tributary_sink sink{sizeof sink, 0, &output, &put_bytes};
    return connector.feed->acknowledge(self, subject_of<tributary_ack_request>(in), &sink);
}

constexpr OpTraits op_traits[] = {
    {"build", TRIBUTARY_KIND_PAYOUT, &payout_job_shape, false},
    {"interpret", TRIBUTARY_KIND_PAYOUT, &payout_job_shape, true},
    {"lookup_build", TRIBUTARY_KIND_PAYOUT, &payout_job_shape, false},
    {"lookup_interpret", TRIBUTARY_KIND_PAYOUT, &payout_job_shape, true},
    {"webhook", TRIBUTARY_KIND_PAYOUT, &webhook_shape, false},
    {"build", TRIBUTARY_KIND_NOTICE, &message_shape, false},
    {"interpret", TRIBUTARY_KIND_NOTICE, &message_shape, true},
    {"build", TRIBUTARY_KIND_SOURCE, &source_poll_shape, false},
    {"interpret", TRIBUTARY_KIND_SOURCE, &source_poll_shape, true},
    {"acknowledge", TRIBUTARY_KIND_FEED, &ack_request_shape, false},
};

}  // namespace

const OpTraits* traits_of(Op op) {
    const auto index = static_cast<uint32_t>(op);
    if (index == 0 || index > std::size(op_traits)) return nullptr;
    return &op_traits[index - 1];
}

CallReply invoke(const tributary_connector& connector, tributary_instance* instance, const CallInput& input,
                 CallOutput& output) {
    CallReply reply;
    const OpTraits* traits = traits_of(input.op);
    if (traits == nullptr || traits->kind != connector.kind) return {TRIBUTARY_UNSUPPORTED, 0};
    reply.status = shielded([&] { return dispatch(connector, instance, input, output, reply.more); });
    return reply;
}

tributary_feed_sink feed_sink_to(CallOutput& output) {
    return {sizeof(tributary_feed_sink),
            0,
            &output,
            &put_record<interchange_shape, tributary_interchange>,
            &put_record<group_shape, tributary_group>,
            &put_record<set_shape, tributary_set>,
            &put_record<report_shape, tributary_report>,
            &put_record<event_shape, tributary_event>,
            &put_record<diagnostic_shape, tributary_diagnostic>};
}

}  // namespace tributary::host
