#include "connectors/cards/lithic/answers.hpp"

#include "plugins/sdk/json.hpp"
#include "plugins/sdk/money_text.hpp"

namespace tributary::lithic {
namespace {

using sdk::Answer;
using sdk::Json;

bool is_four_digits(std::string_view text) {
    return text.size() == 4 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<int64_t> integer(const Json& value) {
    return sdk::minor_units(value.number(), 0);
}

// The first difference between transfer and job: its code, or "" when they agree. Amounts are judged with the status.
std::string_view difference(const Json& transfer, const Transfer& expected) {
    if (!sdk::equal_ignoring_case(transfer["token"].text(), expected.token)) return "token_mismatch";
    if (transfer["currency"].text() != sdk::currency_of(expected.amount)) return "currency_mismatch";
    if (!sdk::equal_ignoring_case(transfer["to_financial_account_token"].text(), expected.to)) {
        return "recipient_mismatch";
    }
    if (!sdk::equal_ignoring_case(transfer["from_financial_account_token"].text(), expected.from)) {
        return "source_mismatch";
    }
    const std::string_view external_id = transfer["external_id"].text();
    if (!external_id.empty() && external_id != expected.payout_id) return "external_id_mismatch";
    return {};
}

// "funds_insufficient" from the events of a declined transfer, else "declined".
std::string decline_code(const Json& transfer) {
    for (const Json& event : transfer["events"].items()) {
        for (const Json& detail : event["detailed_results"].items()) {
            std::string code(sdk::clip(detail.text(), 64));
            for (char& c : code) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            const bool is_plain = code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
            if (is_plain && !code.empty() && code != "approved") return code;
        }
    }
    return "declined";
}

Answer approved(const Json& transfer, std::string_view status, const tributary_money& amount) {
    const bool is_settled = status == "SETTLED";
    const auto minor = integer(transfer[is_settled ? "settled_amount" : "pending_amount"]);
    if (!minor || *minor != amount.minor) {
        return sdk::unknown("amount_mismatch", "Lithic names another amount than the one asked for.");
    }
    Answer made = is_settled ? sdk::answer(TRIBUTARY_OUTCOME_DONE, "settled", "The card was loaded.")
                             : sdk::answer(TRIBUTARY_OUTCOME_PENDING, "pending", "The load waits at Lithic.");
    made.has_amount = true;
    made.amount = amount;
    return made;
}

Answer judge_status(const Json& transfer, const tributary_money& amount) {
    const std::string_view status = transfer["status"].text(), result = transfer["result"].text();
    if (status == "REVERSED" || status == "RETURNED" || status == "CANCELED") {
        return sdk::answer(TRIBUTARY_OUTCOME_REFUSED, status == "CANCELED" ? "canceled" : "reversed",
                           "The load was taken back at Lithic (" + std::string(status) + ").");
    }
    const bool is_known = status == "PENDING" || status == "SETTLED" || status == "DECLINED";
    if (!is_known) return sdk::unknown("status_unknown", "The transfer has a status that we do not know.");
    if (result == "DECLINED" && status != "SETTLED") {
        return sdk::answer(TRIBUTARY_OUTCOME_REFUSED, decline_code(transfer), "Lithic declined the load.");
    }
    if (result != "APPROVED" || status == "DECLINED") {
        return sdk::unknown("contradictory_answer", "Status and result of the transfer contradict each other.");
    }
    return approved(transfer, status, amount);
}

}  // namespace

std::optional<Card> card_of_state(std::string_view state) {
    const auto document = sdk::parse_json(state);
    if (!document) return std::nullopt;
    Card card{std::string((*document)["card_token"].text()), std::string((*document)["last_four"].text())};
    if (!sdk::is_uuid(card.token)) return std::nullopt;
    return card;
}

std::string state_of_card(const Card& card) {
    sdk::JsonObject state;
    return state.text("card_token", card.token).text("last_four", card.last_four).str();
}

bool is_card_answer(std::string_view body) {
    const auto document = sdk::parse_json(body);
    return document && !(*document)["last_four"].text().empty() && (*document)["family"].text().empty();
}

Answer judge_card(std::string_view body, std::string_view card_type) {
    const auto document = sdk::parse_json(body);
    if (!document) return sdk::unknown("unreadable_answer", "Lithic answered something that is not JSON.");
    const Json& made_card = *document;
    const Card card{std::string(made_card["token"].text()), std::string(made_card["last_four"].text())};
    if (!sdk::is_uuid(card.token) || !is_four_digits(card.last_four)) {
        return sdk::unknown("unreadable_answer", "The answer holds no card.");
    }
    Answer made;
    const std::string_view state = made_card["state"].text();
    if (made_card["type"].text() != card_type) {
        made = sdk::unknown("card_type_mismatch", "Lithic made a card of another type than the one asked for.");
    } else if (state != "OPEN" && state != "PENDING_ACTIVATION" && state != "PENDING_FULFILLMENT") {
        made = sdk::unknown("card_state_unknown", "The card was made in a state that cannot be loaded.");
    } else {
        made = sdk::answer(TRIBUTARY_OUTCOME_DONE, "card_made", "A card was made, ending in " + card.last_four + ".");
        made.next_step = "load";
        made.state = made.recipient_state = state_of_card(card);
    }
    made.references.push_back(card.token);
    return made;
}

Answer judge_transfer(std::string_view body, const Transfer& expected) {
    const auto document = sdk::parse_json(body);
    if (!document) return sdk::unknown("unreadable_answer", "Lithic answered something that is not JSON.");
    const Json& transfer = *document;
    if (transfer["token"].text().empty()) return sdk::unknown("unreadable_answer", "The answer holds no transfer.");
    const std::string_view code = difference(transfer, expected);
    Answer made = code.empty()
                      ? judge_status(transfer, expected.amount)
                      : sdk::unknown(code, "Lithic answered with a transfer that differs from the one asked for.");
    made.references.emplace_back(transfer["token"].text());
    return made;
}

std::string error_message(std::string_view body) {
    const auto document = sdk::parse_json(body);
    return document ? std::string((*document)["message"].text()) : std::string();
}

}  // namespace tributary::lithic
