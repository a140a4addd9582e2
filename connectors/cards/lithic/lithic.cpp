// Prepaid cards by Lithic: the first payout to a recipient makes a card (step ""), then loads it (step "load"); later
// payouts load the card that recipient_state names. A load's token is the payout step's key and becomes the id of the
// transaction, so that it can be looked up and sent again. A card has an Idempotency-Key, but no look-up by it.
#include <optional>
#include <string>
#include <string_view>

#include "connectors/cards/lithic/answers.hpp"
#include "plugins/sdk/connector.hpp"
#include "plugins/sdk/json.hpp"
#include "plugins/sdk/payout.hpp"
#include "plugins/sdk/signature.hpp"

namespace tributary::lithic {
namespace {

using sdk::Answer;
using sdk::text;

constexpr uint64_t rate_pause_ms = 1000;
constexpr size_t memo_size_max = 512;

class Lithic final : public sdk::PayoutConnector {
public:
    Lithic(const sdk::Options& options, sdk::Log log)
        : log_(log),
          base_url_(sdk::without_slash(options["base_url"])),
          api_key_(options["api_key"]),
          card_program_token_(options["card_program_token"]),
          account_token_(options["account_token"]),
          from_(options["financial_account_token"]),
          transfer_type_(options["book_transfer_type"]),
          transfer_subtype_(options["book_transfer_subtype"]),
          card_type_(options["card_type"]),
          webhook_secret_(options["webhook_secret"]) {
        sdk::require_header_value("api_key", api_key_);
        if (base_url_.empty()) throw sdk::BadOption{"base_url: empty; use https://api.lithic.com"};
        require_uuid("financial_account_token", from_, true);
        require_uuid("card_program_token", card_program_token_, false);
        require_uuid("account_token", account_token_, false);
        if (transfer_type_.empty() || transfer_subtype_.empty()) {
            throw sdk::BadOption{
                "book_transfer_type, book_transfer_subtype: both are needed; Lithic names the pair that "
                "your program may use"};
        }
        if (card_type_ != "VIRTUAL") throw sdk::BadOption{"card_type: only VIRTUAL is supported"};
        if (webhook_secret_.empty()) return;
        const auto key = sdk::standard_webhooks_key(webhook_secret_);
        if (!key)
            throw sdk::BadOption{"webhook_secret: must be whsec_ and base64; copy it from the event subscription"};
        webhook_key_ = *key;
    }

    int32_t build(const tributary_payout_job& job, const tributary_http_sink& sink) override {
        const std::string_view reason = unusable(job);
        if (!reason.empty()) {
            log_(TRIBUTARY_LOG_ERROR, "the payout cannot be sent: " + std::string(reason));
            return TRIBUTARY_BAD_ARGUMENT;
        }
        const auto card = card_of(job);
        if (!card) return card_call(job).send(sink);
        return load_call(job, *card).send(sink);
    }

    int32_t interpret(const tributary_payout_job& job, const tributary_http_response& response,
                      const tributary_payout_sink& sink) override {
        const auto card = card_of(job);
        const bool is_card_step = !card || (text(job.step).empty() && response.status / 100 == 2 &&
                                            is_card_answer(text(response.body)));
        return (is_card_step ? card_answer(response) : load_answer(job, *card, response)).send(sink);
    }

    int32_t lookup_build(const tributary_payout_job& job, const tributary_http_sink& sink) override {
        if (!card_of(job)) return TRIBUTARY_UNSUPPORTED;  // Lithic finds no card by our key; repeating it is safe
        if (!sdk::is_uuid(text(job.key))) return TRIBUTARY_BAD_ARGUMENT;
        return call("GET", "/v1/book_transfers/" + std::string(text(job.key)), {}).send(sink);
    }

    int32_t lookup_interpret(const tributary_payout_job& job, const tributary_http_response& response,
                             const tributary_payout_sink& sink) override {
        const auto card = card_of(job);
        if (!card && response.status == 429) return slow_down(response).send(sink);
        if (!card) return sdk::unknown("no_lookup", "A card cannot be looked up by our key.").send(sink);
        return lookup_answer(job, *card, response).send(sink);
    }

    int32_t webhook(const tributary_webhook& webhook, const tributary_webhook_sink& sink) override {
        switch (sdk::verify(sdk::standard_webhooks, webhook_key_, webhook)) {
            case sdk::SignatureVerdict::forged: return sdk::send_verdict(sink, TRIBUTARY_WEBHOOK_FORGED);
            case sdk::SignatureVerdict::stale: return sdk::send_verdict(sink, TRIBUTARY_WEBHOOK_STALE);
            case sdk::SignatureVerdict::genuine: break;
        }
        const std::string_view id = sdk::header_of(webhook.headers, webhook.header_count, "webhook-id");
        const auto document = sdk::parse_json(text(webhook.body));
        if (!document) return sdk::send_verdict(sink, TRIBUTARY_WEBHOOK_IGNORED, id, "unreadable");
        const std::string_view kind = (*document)["event_type"].text(), token = (*document)["token"].text();
        const bool is_wanted = (kind == "book_transfer_transaction.created" ||
                                kind == "book_transfer_transaction.updated") && !token.empty();
        return sdk::send_verdict(sink, is_wanted ? TRIBUTARY_WEBHOOK_LOOK_UP : TRIBUTARY_WEBHOOK_IGNORED, id, kind,
                                 token);
    }

private:
    static void require_uuid(std::string_view option, std::string_view value, bool is_required) {
        if (value.empty() && !is_required) return;
        if (!sdk::is_uuid(value)) throw sdk::BadOption{std::string(option) + ": must be the UUID that Lithic gave it"};
    }

    // The card to load: the one that this payout's card step made, else the recipient's. None: this is the card step.
    static std::optional<Card> card_of(const tributary_payout_job& job) {
        if (text(job.step) == "load") {
            if (auto card = card_of_state(text(job.state))) return card;
        }
        if (text(job.step) == "card") return std::nullopt;
        return card_of_state(text(job.recipient_state));
    }

    // Why the job cannot be sent, or "".
    static std::string_view unusable(const tributary_payout_job& job) {
        const std::string_view step = text(job.step);
        if (!step.empty() && step != "card" && step != "load") return "its step is unknown to this connector";
        if (!sdk::is_uuid(text(job.key))) return "its key is no UUID";
        if (job.amount.minor <= 0) return "its amount is not positive";
        if (sdk::currency_of(job.amount) != "USD" || job.amount.exponent != 2) return "its currency is not USD";
        if (step == "load" && !card_of(job)) return "the state of step load names no card";
        if (step.empty() && !text(job.recipient_state).empty() && !card_of(job)) {
            return "the recipient's state names no card";
        }
        return {};
    }

    sdk::HttpCall call(std::string method, const std::string& path, std::string body) const {
        sdk::HttpCall made{std::move(method), base_url_ + path, std::move(body), {}};
        made.headers.emplace_back("Authorization", api_key_);
        made.headers.emplace_back("Accept", "application/json");
        if (made.method == "POST") made.headers.emplace_back("Content-Type", "application/json");
        return made;
    }

    sdk::HttpCall card_call(const tributary_payout_job& job) const {
        sdk::JsonObject card;
        card.text("type", card_type_)
            .text_if("account_token", account_token_)
            .text_if("card_program_token", card_program_token_)
            .text("memo", "Recipient " + std::string(sdk::clip(text(job.recipient_id), 100)))
            .text("state", "OPEN");
        sdk::HttpCall made = call("POST", "/v1/cards", card.str());
        made.headers.emplace_back("Idempotency-Key", text(job.key));
        return made;
    }

    sdk::HttpCall load_call(const tributary_payout_job& job, const Card& card) const {
        sdk::JsonObject transfer;
        transfer.text("token", text(job.key))
            .raw("amount", std::to_string(job.amount.minor))
            .text("category", "REWARD")
            .text("type", transfer_type_)
            .text("subtype", transfer_subtype_)
            .text("from_financial_account_token", from_)
            .text("to_financial_account_token", card.token)
            .text("external_id", text(job.payout_id))
            .text_if("memo", sdk::clip(text(job.memo), memo_size_max))
            .text("on_closed_account", "FAIL");
        return call("POST", "/v1/book_transfers", transfer.str());
    }

    std::string told(const tributary_http_response& response, std::string_view otherwise) const {
        const std::string said = sdk::for_people(error_message(text(response.body)), {api_key_, webhook_secret_});
        return said.empty() ? std::string(otherwise) : "Lithic: " + said;
    }

    Answer slow_down(const tributary_http_response& response) const {
        Answer made = sdk::answer(TRIBUTARY_OUTCOME_SLOW_DOWN, "rate_limited", told(response, "Too many requests."));
        made.retry_after_ms = sdk::retry_after_ms(response, rate_pause_ms);
        return made;
    }

    static Answer unclear(uint32_t outcome, uint32_t status) {
        return sdk::answer(outcome, "status_" + std::to_string(status),
                           "Lithic answered HTTP " + std::to_string(status) + "; the effect is uncertain.");
    }

    Transfer expected_transfer(const tributary_payout_job& job, const Card& card) const {
        return {text(job.key), from_, card.token, text(job.payout_id), job.amount};
    }

    // Answers that mean the same for a card and a load; nothing when it is a matter of the step.
    std::optional<Answer> common_answer(const tributary_http_response& response) const {
        if (response.is_truncated != 0) return sdk::unknown("truncated_answer", "The answer is longer than the limit.");
        switch (response.status) {
            case 400:
            case 404:
            case 422: return sdk::answer(TRIBUTARY_OUTCOME_REFUSED, "status_" + std::to_string(response.status),
                                         told(response, "Lithic refused the request."));
            case 401: return sdk::answer(TRIBUTARY_OUTCOME_OPERATOR, "unauthorized",
                                         told(response, "The API key is not accepted; replace the credential."));
            case 403:
                return sdk::answer(TRIBUTARY_OUTCOME_OPERATOR, "forbidden",
                                   told(response, "The API key may not do this; check the program's permissions."));
            case 429: return slow_down(response);
            default: return std::nullopt;
        }
    }

    Answer card_answer(const tributary_http_response& response) const {
        if (auto common = common_answer(response)) return *std::move(common);
        if (response.status == 200 || response.status == 201) return judge_card(text(response.body), card_type_);
        const bool is_repeatable = response.status >= 500 || response.status == 408 || response.status == 409;
        return unclear(is_repeatable ? TRIBUTARY_OUTCOME_RETRY_SAME_KEY : TRIBUTARY_OUTCOME_UNKNOWN, response.status);
    }

    Answer load_answer(const tributary_payout_job& job, const Card& card,
                       const tributary_http_response& response) const {
        if (auto common = common_answer(response)) return *std::move(common);
        if (response.status == 200) return judge_transfer(text(response.body), expected_transfer(job, card));
        return unclear(TRIBUTARY_OUTCOME_UNKNOWN, response.status);
    }

    // A refusal here says nothing about the load, so it stays unknown.
    Answer lookup_answer(const tributary_payout_job& job, const Card& card,
                         const tributary_http_response& response) const {
        if (response.is_truncated != 0) return sdk::unknown("truncated_answer", "The answer is longer than the limit.");
        if (response.status == 200) return judge_transfer(text(response.body), expected_transfer(job, card));
        if (response.status == 404) {
            return sdk::answer(TRIBUTARY_OUTCOME_NOT_FOUND, "not_found", "Lithic has no transfer with our token.");
        }
        if (response.status == 429) return slow_down(response);
        if (response.status == 401 || response.status == 403) {
            return sdk::unknown("unauthorized", "The look-up was refused; check the API key.");
        }
        return unclear(TRIBUTARY_OUTCOME_UNKNOWN, response.status);
    }

    sdk::Log log_;
    std::string base_url_, api_key_, card_program_token_, account_token_, from_, transfer_type_, transfer_subtype_;
    std::string card_type_, webhook_secret_, webhook_key_;
};

constexpr tributary_option options[] = {
    sdk::option(TRIBUTARY_OPTION_SECRET, "api_key", nullptr, "API key"),
    sdk::option(TRIBUTARY_OPTION_URL, "base_url", "https://sandbox.lithic.com", "production: https://api.lithic.com"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "financial_account_token", nullptr, "financial account that pays"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "book_transfer_type", "DISBURSE", "type of the load, as agreed with Lithic"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "book_transfer_subtype", nullptr,
                "subtype of the load, as agreed with Lithic"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "card_program_token", "", "card program, when there are several"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "account_token", "",
                "account that owns the cards, when the program needs one"),
    sdk::option(TRIBUTARY_OPTION_TEXT, "card_type", "VIRTUAL", "VIRTUAL"),
    sdk::option(TRIBUTARY_OPTION_SECRET, "webhook_secret", "",
                "whsec_... of the subscription; empty: webhooks are refused"),
};
constexpr const char* hosts[] = {"sandbox.lithic.com", "api.lithic.com"};
constexpr const char* units[] = {"USD"};

tributary_connector descriptor() {
    auto made = sdk::describe<Lithic>(TRIBUTARY_KIND_PAYOUT, "card-lithic", "1.0.0", "Lithic prepaid virtual cards");
    sdk::set_options(made, options);
    sdk::set_hosts(made, hosts);
    sdk::set_units(made, units);
    made.payout =
        sdk::payout_table<TRIBUTARY_PAYOUT_HAS_KEY | TRIBUTARY_PAYOUT_HAS_LOOKUP | TRIBUTARY_PAYOUT_HAS_WEBHOOK, 2>();
    return made;
}

}  // namespace
}  // namespace tributary::lithic

TRIBUTARY_EXPORT_CONNECTOR(tributary::lithic::descriptor)
