// mail-log, the smallest notice connector: every message becomes a POST of JSON to the URL option, for a log collector
// or a chat hook. A notice moves no money, so interpret() may say retry freely; the message id lets the receiver see
// repeats.
#include "plugins/sdk/json.hpp"
#include "plugins/sdk/payout.hpp"

namespace {
using namespace tributary::sdk;

class MailLog final : public NoticeConnector {
public:
    MailLog(const Options& options, Log) : url_(options["url"]) {}

    int32_t build(const tributary_message& message, const tributary_notice_sink& sink) override {
        HttpCall call{"POST", url_, {}, {{"content-type", "application/json"}}};
        call.body = JsonObject()
                        .text("id", text(message.id))
                        .text("to", text(message.to_address))
                        .text("subject", text(message.subject))
                        .text("text", text(message.text))
                        .text("language", text(message.language))
                        .str();
        return call.send({sizeof(tributary_http_sink), 0, sink.context, sink.request});
    }

    int32_t interpret(const tributary_message&, const tributary_http_response& response,
                      const tributary_payout_sink& sink) override {
        const uint32_t status = response.status;
        const uint32_t outcome = status >= 200 && status < 300 ? TRIBUTARY_OUTCOME_DONE
                                 : status == 429               ? TRIBUTARY_OUTCOME_SLOW_DOWN
                                 : status >= 500               ? TRIBUTARY_OUTCOME_RETRY_SAME_KEY
                                 : status >= 400               ? TRIBUTARY_OUTCOME_REFUSED
                                                               : TRIBUTARY_OUTCOME_UNKNOWN;
        Answer made = answer(outcome, "http_" + std::to_string(status), {});
        made.retry_after_ms = retry_after_ms(response, 0);
        return made.send(sink);
    }

private:
    std::string url_;
};

tributary_connector manifest() {
    static const tributary_option options[] = {
        option(TRIBUTARY_OPTION_URL, "url", nullptr, "Where messages are POSTed as JSON")};
    auto descriptor = describe<MailLog>(TRIBUTARY_KIND_NOTICE, "mail-log", "1.0.0", "Teaching notice: JSON to a URL");
    set_options(descriptor, options);
    descriptor.notice = notice_table<0>();
    return descriptor;
}
}  // namespace

TRIBUTARY_EXPORT_CONNECTOR(manifest)
