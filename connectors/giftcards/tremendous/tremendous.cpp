// Tremendous gift cards and reward links (API v2). external_id = the payout's key, which Tremendous keeps for ever: a
// repeated order gives the first one back. So an unclear answer is looked up, and sent again only with the same key.
#include <string>
#include <string_view>
#include <vector>

#include "connectors/giftcards/tremendous/order.hpp"
#include "plugins/sdk/connector.hpp"
#include "plugins/sdk/json.hpp"
#include "plugins/sdk/money_text.hpp"
#include "plugins/sdk/payout.hpp"
#include "plugins/sdk/signature.hpp"

namespace tributary::tremendous {
namespace {

using sdk::Answer;
using sdk::text;

constexpr std::string_view step_link = "link";
constexpr uint64_t rate_pause_ms = 1000;  // Tremendous allows 10 requests a second and asks to wait one

constexpr sdk::SignatureScheme webhook_scheme = {
    "tremendous-webhook-signature", "", "", "{body}", "sha256=", sdk::SignatureEncoding::hex, 0};

bool is_event_of_interest(std::string_view event) {
    return event.starts_with("ORDERS.") || event.starts_with("REWARDS.");
}

// "OKMHM2X2OHYV, A2J05SWPI2QG" -> ["OKMHM2X2OHYV","A2J05SWPI2QG"]
std::string product_array(std::string_view products) {
    std::string out = "[";
    while (!products.empty()) {
        const size_t end = std::min(products.find(','), products.size());
        std::string_view one = products.substr(0, end);
        while (one.starts_with(' ')) one.remove_prefix(1);
        while (one.ends_with(' ')) one.remove_suffix(1);
        if (!one.empty()) out += (out.size() > 1 ? "," : "") + sdk::json_quote(one);
        products.remove_prefix(std::min(end + 1, products.size()));
    }
    return out + "]";
}

// "de-AT" -> "de"; "" when it does not start with a two-letter code.
std::string two_letter_language(std::string_view tag) {
    const std::string_view first = tag.substr(0, std::min(tag.find('-'), tag.size()));
    std::string out;
    for (const char c : first) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const bool is_code = out.size() == 2 && out[0] >= 'a' && out[0] <= 'z' && out[1] >= 'a' && out[1] <= 'z';
    return is_code ? out : std::string();
}

class Tremendous final : public sdk::PayoutConnector {
public:
    Tremendous(const sdk::Options& options, sdk::Log log)
        : log_(log),
          base_url_(sdk::without_slash(options["base_url"])),
          api_key_(options["api_key"]),
          funding_source_id_(options["funding_source_id"]),
          campaign_id_(options["campaign_id"]),
          webhook_key_(options["webhook_key"]),
          is_link_(options["delivery_method"] == "LINK") {
        sdk::require_header_value("api_key", api_key_);
        if (base_url_.empty()) throw sdk::BadOption{"base_url: empty; use https://www.tremendous.com/api/v2"};
        if (funding_source_id_.empty()) throw sdk::BadOption{"funding_source_id: empty; use \"balance\" or an id"};
        const std::string& method = options["delivery_method"];
        if (method != "EMAIL" && method != "LINK") throw sdk::BadOption{"delivery_method: must be EMAIL or LINK"};
    }

    int32_t build(const tributary_payout_job& job, const tributary_http_sink& sink) override {
        if (text(job.step) == step_link) return build_link(job, sink);
        const std::string_view reason = unusable(job);
        if (!reason.empty()) {
            log_(TRIBUTARY_LOG_ERROR, "the payout cannot be ordered: " + std::string(reason));
            return TRIBUTARY_BAD_ARGUMENT;
        }
        return call("POST", "/orders", order_body(job)).send(sink);
    }

    int32_t interpret(const tributary_payout_job& job, const tributary_http_response& response,
                      const tributary_payout_sink& sink) override {
        const bool is_link_step = text(job.step) == step_link;
        return (is_link_step ? link_answer(job, response) : order_answer(job, response)).send(sink);
    }

    int32_t lookup_build(const tributary_payout_job& job, const tributary_http_sink& sink) override {
        if (text(job.step) == step_link) return build_link(job, sink);  // asking again is harmless
        if (!sdk::is_uuid(text(job.key))) return TRIBUTARY_BAD_ARGUMENT;
        return call("GET", "/orders/" + std::string(text(job.key)), {}).send(sink);
    }

    int32_t lookup_interpret(const tributary_payout_job& job, const tributary_http_response& response,
                             const tributary_payout_sink& sink) override {
        if (text(job.step) == step_link) return link_answer(job, response).send(sink);
        return lookup_answer(job, response).send(sink);
    }

    int32_t webhook(const tributary_webhook& webhook, const tributary_webhook_sink& sink) override {
        if (sdk::verify(webhook_scheme, webhook_key_, webhook) != sdk::SignatureVerdict::genuine) {
            return sdk::send_verdict(sink, TRIBUTARY_WEBHOOK_FORGED);
        }
        const auto document = sdk::parse_json(text(webhook.body));
        if (!document) return sdk::send_verdict(sink, TRIBUTARY_WEBHOOK_IGNORED, {}, "unreadable");
        const std::string_view event = (*document)["event"].text(), id = (*document)["uuid"].text();
        const std::string_view resource = (*document)["payload"]["resource"]["id"].text();
        const bool is_wanted = is_event_of_interest(event) && !resource.empty();
        const uint32_t verdict = is_wanted ? TRIBUTARY_WEBHOOK_LOOK_UP : TRIBUTARY_WEBHOOK_IGNORED;
        return sdk::send_verdict(sink, verdict, id, event, resource);
    }

private:
    sdk::HttpCall call(std::string method, const std::string& path, std::string body) const {
        sdk::HttpCall made{std::move(method), base_url_ + path, std::move(body), {}};
        made.headers.emplace_back("Authorization", "Bearer " + api_key_);
        made.headers.emplace_back("Accept", "application/json");
        if (made.method == "POST") made.headers.emplace_back("Content-Type", "application/json");
        return made;
    }

    // Why the job cannot become an order, or "".
    std::string_view unusable(const tributary_payout_job& job) const {
        if (!text(job.step).empty()) return "its step is unknown to this connector";
        if (!sdk::is_uuid(text(job.key))) return "its key is no UUID";
        if (job.amount.minor <= 0 || job.amount.exponent > 9) return "its amount is not positive";
        if (sdk::currency_of(job.amount).size() != 3) return "its currency is no ISO 4217 code";
        if (!is_link_ && text(job.recipient_email).empty()) return "the recipient has no e-mail address";
        if (campaign_id_.empty() && product_array(text(job.product)) == "[]") {
            return "neither the product nor the option campaign_id is set";
        }
        return {};
    }

    std::string order_body(const tributary_payout_job& job) const {
        sdk::JsonObject value, recipient, delivery, reward, payment, order;
        value.raw("denomination", sdk::decimal_text(job.amount.minor, job.amount.exponent))
            .text("currency_code", sdk::currency_of(job.amount));
        recipient.text_if("name", text(job.recipient_name)).text_if("email", text(job.recipient_email));
        delivery.text("method", is_link_ ? "LINK" : "EMAIL");
        const std::string products = product_array(text(job.product));
        if (products == "[]") {
            reward.text("campaign_id", campaign_id_);
        } else {
            reward.raw("products", products);
        }
        reward.object("value", value).object("recipient", recipient);
        reward.text_if("language", two_letter_language(text(job.recipient_language))).object("delivery", delivery);
        payment.text("funding_source_id", funding_source_id_);
        order.text("external_id", text(job.key)).object("payment", payment).object("reward", reward);
        return order.str();
    }

    int32_t build_link(const tributary_payout_job& job, const tributary_http_sink& sink) const {
        const std::string_view reward = text(job.state);
        const bool is_id = !reward.empty() && reward.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
                                                  std::string_view::npos;
        if (!is_id) {
            log_(TRIBUTARY_LOG_ERROR, "the link cannot be asked for: the state holds no reward id");
            return TRIBUTARY_BAD_ARGUMENT;
        }
        return call("POST", "/rewards/" + std::string(reward) + "/generate_link", "{}").send(sink);
    }

    std::string told(const tributary_http_response& response, std::string_view otherwise) const {
        const std::string said = sdk::for_people(error_message(text(response.body)), {api_key_, webhook_key_});
        return said.empty() ? std::string(otherwise) : "Tremendous: " + said;
    }

    Answer slow_down(const tributary_http_response& response) const {
        Answer made = sdk::answer(TRIBUTARY_OUTCOME_SLOW_DOWN, "rate_limited", told(response, "Too many requests."));
        made.retry_after_ms = sdk::retry_after_ms(response, rate_pause_ms);
        return made;
    }

    static Answer unclear(uint32_t status) {
        return sdk::unknown("status_" + std::to_string(status),
                            "Tremendous answered HTTP " + std::to_string(status) + "; the effect is uncertain.");
    }

    Answer order_answer(const tributary_payout_job& job, const tributary_http_response& response) const {
        if (response.is_truncated != 0) return sdk::unknown("truncated_answer", "The answer is longer than the limit.");
        switch (response.status) {
            case 200:
            case 201:
            case 202: return judge_order(text(response.body), {job, is_link_});
            case 400:
            case 404:
            case 422: return sdk::answer(TRIBUTARY_OUTCOME_REFUSED, "status_" + std::to_string(response.status),
                                         told(response, "Tremendous refused the order."));
            case 401: return sdk::answer(TRIBUTARY_OUTCOME_OPERATOR, "unauthorized",
                                         told(response, "The API key is not accepted; replace the credential."));
            case 402: return sdk::answer(TRIBUTARY_OUTCOME_OPERATOR, "insufficient_funds",
                                         told(response, "The Tremendous balance does not cover the order; top it up."));
            case 403: return sdk::answer(TRIBUTARY_OUTCOME_OPERATOR, "forbidden",
                                         told(response, "The API key may not do this; check its permissions."));
            case 409: return sdk::unknown("external_id_conflict",
                                          told(response, "The external_id is taken by an order with other content."));
            case 429: return slow_down(response);
            default: return unclear(response.status);
        }
    }

    // A refusal here says nothing about the order, so it stays unknown.
    Answer lookup_answer(const tributary_payout_job& job, const tributary_http_response& response) const {
        if (response.is_truncated != 0) return sdk::unknown("truncated_answer", "The answer is longer than the limit.");
        if (response.status == 200) return judge_order(text(response.body), {job, is_link_});
        if (response.status == 404) {
            return sdk::answer(TRIBUTARY_OUTCOME_NOT_FOUND, "not_found", "Tremendous has no order with our key.");
        }
        if (response.status == 429) return slow_down(response);
        if (response.status == 401 || response.status == 403) {
            return sdk::unknown("unauthorized", "The look-up was refused; check the API key.");
        }
        return unclear(response.status);
    }

    // Making a link again is harmless: whatever is unclear is tried again.
    Answer link_answer(const tributary_payout_job& job, const tributary_http_response& response) const {
        if (response.status == 200 && response.is_truncated == 0)
            return judge_link(text(response.body), {job, is_link_});
        if (response.status == 429) return slow_down(response);
        if (response.status == 401 || response.status == 403) {
            return sdk::answer(TRIBUTARY_OUTCOME_OPERATOR, "unauthorized",
                               told(response, "The API key is not accepted; replace the credential."));
        }
        if (response.status >= 500 || response.status == 408) {
            return sdk::answer(TRIBUTARY_OUTCOME_RETRY_SAME_KEY, "status_" + std::to_string(response.status),
                               "Paid; the reward link could not be made yet.");
        }
        return sdk::answer(TRIBUTARY_OUTCOME_OPERATOR, "link_refused",
                           told(response, "Paid, but the link was refused; look at the reward in the dashboard."));
    }

    sdk::Log log_;
    std::string base_url_, api_key_, funding_source_id_, campaign_id_, webhook_key_;
    bool is_link_;
};

constexpr tributary_option options[] = {
    sdk::option(TRIBUTARY_OPTION_SECRET, "api_key", nullptr, "API key (TEST_ or PROD_)"),
    sdk::option(TRIBUTARY_OPTION_URL, "base_url", "https://testflight.tremendous.com/api/v2",
                "production: https://www.tremendous.com/api/v2"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "funding_source_id", "balance", "funding source that pays: an id or balance"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "campaign_id", "", "campaign that offers the products when a payout names none"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "delivery_method", "EMAIL", "EMAIL: Tremendous mails it; LINK: we hand it out"),
    sdk::option(TRIBUTARY_OPTION_SECRET, "webhook_key", "", "private_key of the webhook; empty: webhooks are refused"),
};
constexpr const char* hosts[] = {"testflight.tremendous.com", "www.tremendous.com"};

tributary_connector descriptor() {
    auto made = sdk::describe<Tremendous>(TRIBUTARY_KIND_PAYOUT, "giftcard-tremendous", "1.0.0",
                                          "Tremendous gift cards and reward links");
    sdk::set_options(made, options);
    sdk::set_hosts(made, hosts);
    made.payout =
        sdk::payout_table<TRIBUTARY_PAYOUT_HAS_KEY | TRIBUTARY_PAYOUT_HAS_LOOKUP | TRIBUTARY_PAYOUT_HAS_WEBHOOK,
                          10>();
    return made;
}

}  // namespace
}  // namespace tributary::tremendous

TRIBUTARY_EXPORT_CONNECTOR(tributary::tremendous::descriptor)
