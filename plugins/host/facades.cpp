#include "plugins/host/facades.hpp"

#include <fmt/format.h>

namespace tributary::host {
namespace {

using ContextPtr = std::shared_ptr<const Context>;

// The one place where work goes to the executor; done is called exactly once whatever happens.
template <class T, class Work>
void submit(const ContextPtr& context, Executor& executor, Completion<T> done, Work work) {
    const bool is_taken = executor.post([context, done, work = std::move(work)](bool is_cancelled) {
        if (is_cancelled)
            return done(fail(ErrorCode::unavailable, fmt::format("connector '{}' is closing", context->name)));
        done(work(*context));
    });
    if (!is_taken) {
        done(fail(ErrorCode::unavailable, fmt::format("connector '{}': {} calls are waiting already: try again later",
                                                      context->name, context->limits.queue_count_max)));
    }
}

Result<HttpRequest> build_payout(const Context& context, Op op, const PayoutJob& job) {
    const tributary_payout_job abi = lend(job);
    Collector output(context.limits.output_size_max);
    TRIBUTARY_CHECK(context.call({op, &abi, nullptr}, output));
    return context.take_request(traits_of(op)->name, output);
}

Result<PayoutResult> interpret_payout(const Context& context, Op op, const PayoutJob& job,
                                      const HttpResponse& response) {
    const tributary_payout_job abi = lend(job);
    const LentResponse lent(response);
    Collector output(context.limits.output_size_max);
    TRIBUTARY_CHECK(context.call({op, &abi, &*lent}, output));
    TRIBUTARY_TRY(PayoutResult result, context.take_result(traits_of(op)->name, output));
    check_result(job, op == Op::payout_lookup_interpret, result);
    return result;
}

Result<WebhookResult> read_webhook(const Context& context, const Webhook& webhook) {
    const LentWebhook lent(webhook);
    Collector output(context.limits.output_size_max);
    TRIBUTARY_CHECK(context.call({Op::payout_webhook, &*lent, nullptr}, output));
    if (!output.webhook_result) return context.named("webhook", fail(ErrorCode::corrupt, "gave no result and said OK"));
    WebhookResult found = std::move(*output.webhook_result);
    found.result.message = without_secrets(std::move(found.result.message), context.options);
    return found;
}

class PayoutFace final : public PayoutConnector {
public:
    PayoutFace(ContextPtr context, Executor& executor) : context_(std::move(context)), executor_(executor) {}

    void build(PayoutJob job, Completion<HttpRequest> done) override {
        submit(context_, executor_, std::move(done),
               [job = std::move(job)](const Context& context) { return build_payout(context, Op::payout_build, job); });
    }
    void interpret(PayoutJob job, HttpResponse response, Completion<PayoutResult> done) override {
        submit(context_, executor_, std::move(done),
               [job = std::move(job), response = std::move(response)](const Context& context) {
                   return interpret_payout(context, Op::payout_interpret, job, response);
               });
    }
    void lookup_build(PayoutJob job, Completion<HttpRequest> done) override {
        submit(context_, executor_, std::move(done),
               [job = std::move(job)](const Context& context) -> Result<HttpRequest> {
                   if (!context.engine->manifest().has_lookup()) return cannot(context, "look up");
                   return build_payout(context, Op::payout_lookup_build, job);
               });
    }
    void lookup_interpret(PayoutJob job, HttpResponse response, Completion<PayoutResult> done) override {
        submit(context_, executor_, std::move(done),
               [job = std::move(job), response = std::move(response)](const Context& context) -> Result<PayoutResult> {
                   if (!context.engine->manifest().has_lookup()) return cannot(context, "look up");
                   return interpret_payout(context, Op::payout_lookup_interpret, job, response);
               });
    }
    void webhook(Webhook webhook, Completion<WebhookResult> done) override {
        submit(context_, executor_, std::move(done),
               [webhook = std::move(webhook)](const Context& context) -> Result<WebhookResult> {
                   if (!context.engine->manifest().has_webhook()) return cannot(context, "read webhooks");
                   return read_webhook(context, webhook);
               });
    }

private:
    static Error cannot(const Context& context, std::string_view what) {
        return fail(ErrorCode::invalid,
                    fmt::format("connector '{}' cannot {}: its manifest says so", context.name, what));
    }

    ContextPtr context_;
    Executor& executor_;
};

Result<NoticeRequest> build_notice(const Context& context, const Message& message) {
    const tributary_message abi = lend(message);
    Collector output(context.limits.output_size_max);
    TRIBUTARY_CHECK(context.call({Op::notice_build, &abi, nullptr}, output));
    NoticeRequest notice;
    if (!output.mail) {
        TRIBUTARY_TRY(notice.request, context.take_request("build", output));
        return notice;
    }
    notice.is_mail = true;
    notice.mail = std::move(*output.mail);
    if (auto checked = check_mail(notice.mail, context.allowed); !checked)
        return context.named("build", checked.error());
    return notice;
}

Result<PayoutResult> interpret_notice(const Context& context, const Message& message, const HttpResponse& response) {
    const tributary_message abi = lend(message);
    const LentResponse lent(response);
    Collector output(context.limits.output_size_max);
    TRIBUTARY_CHECK(context.call({Op::notice_interpret, &abi, &*lent}, output));
    TRIBUTARY_TRY(PayoutResult result, context.take_result("interpret", output));
    result.has_amount = false;  // a notice moves no money
    check_result({}, false, result);
    return result;
}

class NoticeFace final : public NoticeConnector {
public:
    NoticeFace(ContextPtr context, Executor& executor) : context_(std::move(context)), executor_(executor) {}

    void build(Message message, Completion<NoticeRequest> done) override {
        submit(context_, executor_, std::move(done),
               [message = std::move(message)](const Context& context) { return build_notice(context, message); });
    }
    void interpret(Message message, HttpResponse response, Completion<PayoutResult> done) override {
        submit(context_, executor_, std::move(done),
               [message = std::move(message), response = std::move(response)](const Context& context) {
                   return interpret_notice(context, message, response);
               });
    }

private:
    ContextPtr context_;
    Executor& executor_;
};

class FeedFace final : public FeedConnector {
public:
    explicit FeedFace(ContextPtr context) : context_(std::move(context)) {}

    Result<DecodeSummary> decode(ByteSource& source, RecordSink& sink, const Profile& profile,
                                 const DecodeLimits& limits) override {
        RecordGate gate(sink, limits, RecordGate::Order::interchange);
        const Result<void> decoded = context_->engine->decode(source, gate, profile, limits);
        if (gate.failure()) return context_->named("decode", *gate.failure());
        if (!decoded) return context_->named("decode", decoded.error());
        return gate.summary();
    }

    Result<std::string> acknowledge(const AckRequest& request) override {
        const LentAckRequest lent(request);
        Collector output(context_->limits.output_size_max);
        TRIBUTARY_CHECK(context_->call({Op::feed_acknowledge, &*lent, nullptr}, output));
        return std::move(output.text);
    }

private:
    ContextPtr context_;
};

class SourceFace final : public SourceConnector {
public:
    explicit SourceFace(ContextPtr context) : context_(std::move(context)) {}

    Result<HttpRequest> build(const SourcePoll& poll) override {
        const tributary_source_poll abi = lend(poll);
        Collector output(context_->limits.output_size_max);
        TRIBUTARY_CHECK(context_->call({Op::source_build, &abi, nullptr}, output));
        return context_->take_request("build", output);
    }

    Result<PollOutcome> interpret(const SourcePoll& poll, const HttpResponse& response, RecordSink& sink) override {
        const tributary_source_poll abi = lend(poll);
        const LentResponse lent(response);
        RecordGate gate(sink, {}, RecordGate::Order::events_only);
        gate.count_input(response.body.size());
        Collector output(cursor_size_max, &gate);
        const auto reply = context_->call({Op::source_interpret, &abi, &*lent}, output);
        if (gate.failure()) return context_->named("interpret", *gate.failure());
        TRIBUTARY_CHECK(reply);
        return PollOutcome{std::move(output.text), reply->more != 0, gate.summary().events};
    }

private:
    static constexpr uint64_t cursor_size_max = 16 << 10;
    ContextPtr context_;
};

}  // namespace

Error Context::named(std::string_view function, const Error& error) const {
    return fail(error.code,
                without_secrets(fmt::format("connector '{}': {}: {}", name, function, error.message), options));
}

Result<CallReply> Context::call(const CallInput& input, Collector& output) const {
    const char* function = traits_of(input.op)->name;
    const auto reply = engine->call(input, output);
    if (output.failure()) return named(function, *output.failure());
    if (!reply) return named(function, reply.error());
    if (auto status = check_status(reply->status, function); !status) return named(function, status.error());
    return *reply;
}

Result<HttpRequest> Context::take_request(std::string_view function, Collector& output) const {
    if (!output.request) return named(function, fail(ErrorCode::corrupt, "gave no request and said OK"));
    if (auto checked = check_request(*output.request, allowed); !checked) return named(function, checked.error());
    return std::move(*output.request);
}

Result<PayoutResult> Context::take_result(std::string_view function, Collector& output) const {
    if (!output.result) return named(function, fail(ErrorCode::corrupt, "gave no result and said OK"));
    PayoutResult result = std::move(*output.result);
    result.message = without_secrets(std::move(result.message), options);
    return result;
}

std::unique_ptr<FeedConnector> make_feed_face(ContextPtr context) {
    return std::make_unique<FeedFace>(std::move(context));
}
std::unique_ptr<SourceConnector> make_source_face(ContextPtr context) {
    return std::make_unique<SourceFace>(std::move(context));
}
std::unique_ptr<PayoutConnector> make_payout_face(ContextPtr context, Executor& executor) {
    return std::make_unique<PayoutFace>(std::move(context), executor);
}
std::unique_ptr<NoticeConnector> make_notice_face(ContextPtr context, Executor& executor) {
    return std::make_unique<NoticeFace>(std::move(context), executor);
}

}  // namespace tributary::host
