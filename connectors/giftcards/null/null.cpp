// giftcard-null, the smallest payout connector: POSTs each job to the URL option; 200 means done. Read build() for what
// goes out and judge() for what an answer means. The rule to learn: only an answer that proves what happened may say
// done or refused; everything else is unknown, and the core looks it up with the same key.
#include "plugins/sdk/json.hpp"
#include "plugins/sdk/payout.hpp"

namespace {
using namespace tributary::sdk;

uint32_t judge(uint32_t status, bool is_lookup) {
    switch (status) {
        case 200:
            return TRIBUTARY_OUTCOME_DONE;
        case 202:
            return TRIBUTARY_OUTCOME_PENDING;
        case 401:
        case 403:
            return TRIBUTARY_OUTCOME_LOG_IN;
        case 429:
            return TRIBUTARY_OUTCOME_SLOW_DOWN;
        // These speak of the request they answer: of a look-up they say nothing about the payout.
        case 400:
        case 422:
            return is_lookup ? TRIBUTARY_OUTCOME_UNKNOWN : TRIBUTARY_OUTCOME_REFUSED;
        case 402:
            return is_lookup ? TRIBUTARY_OUTCOME_UNKNOWN : TRIBUTARY_OUTCOME_OPERATOR;
        case 404:
            return is_lookup ? TRIBUTARY_OUTCOME_NOT_FOUND : TRIBUTARY_OUTCOME_UNKNOWN;
        default:
            return TRIBUTARY_OUTCOME_UNKNOWN;
    }
}

class NullGiftCard final : public PayoutConnector {
public:
    NullGiftCard(const Options& options, Log) : url_(options["url"]), token_(options["token"]) {}

    // The same job and key must give the same bytes, whenever it is asked: no clock, no dice, no counter.
    int32_t build(const tributary_payout_job& job, const tributary_http_sink& sink) override {
        HttpCall call{"POST", url_, {}, headers()};
        call.headers.emplace_back("content-type", "application/json");
        call.headers.emplace_back("idempotency-key", text(job.key));
        call.body = JsonObject()
                        .text("key", text(job.key))
                        .text("to", text(job.recipient_email))
                        .raw("minor", std::to_string(job.amount.minor))
                        .text("currency", currency_of(job.amount))
                        .str();
        return call.send(sink);
    }
    int32_t interpret(const tributary_payout_job& job, const tributary_http_response& response,
                      const tributary_payout_sink& sink) override {
        return give(job, response, judge(response.status, false), sink);
    }

    int32_t lookup_build(const tributary_payout_job& job, const tributary_http_sink& sink) override {
        return HttpCall{"GET", url_ + "?key=" + std::string(text(job.key)), {}, headers()}.send(sink);
    }
    int32_t lookup_interpret(const tributary_payout_job& job, const tributary_http_response& response,
                             const tributary_payout_sink& sink) override {
        return give(job, response, judge(response.status, true), sink);
    }

private:
    std::vector<std::pair<std::string, std::string>> headers() const {
        if (token_.empty()) return {};
        return {{"authorization", "Bearer " + token_}};
    }

    static int32_t give(const tributary_payout_job& job, const tributary_http_response& response, uint32_t outcome,
                        const tributary_payout_sink& sink) {
        Answer made = answer(outcome, "http_" + std::to_string(response.status), {});
        made.retry_after_ms = retry_after_ms(response, 0);
        made.references = {std::string(text(job.key))};
        return made.send(sink);
    }

    std::string url_, token_;
};

tributary_connector manifest() {
    static const tributary_option options[] = {
        option(TRIBUTARY_OPTION_URL, "url", nullptr, "Where jobs are POSTed"),
        option(TRIBUTARY_OPTION_SECRET, "token", "", "Bearer token, when the server wants one")};
    auto descriptor =
        describe<NullGiftCard>(TRIBUTARY_KIND_PAYOUT, "giftcard-null", "1.0.0", "Teaching gift card: 200 is done");
    set_options(descriptor, options);
    descriptor.payout = payout_table<TRIBUTARY_PAYOUT_HAS_KEY | TRIBUTARY_PAYOUT_HAS_LOOKUP, 0>();
    return descriptor;
}
}  // namespace

TRIBUTARY_EXPORT_CONNECTOR(manifest)
