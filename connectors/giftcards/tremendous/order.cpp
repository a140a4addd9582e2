#include "connectors/giftcards/tremendous/order.hpp"

#include "plugins/sdk/json.hpp"
#include "plugins/sdk/money_text.hpp"

namespace tributary::tremendous {
namespace {

using sdk::Answer;
using sdk::Json;

// POST and GET list rewards in an array; the answer to a repeated external_id holds one in "reward".
const Json* only_reward(const Json& order) {
    const Json& rewards = order["rewards"];
    if (rewards.is_array()) return rewards.size() == 1 ? &rewards.at(0) : nullptr;
    return order["reward"].is_object() ? &order["reward"] : nullptr;
}

// The first difference between order and job: its code, or "" when they agree.
std::string_view difference(const Json& order, const Json& reward, const Expectation& expected) {
    const tributary_payout_job& job = expected.job;
    if (order["external_id"].text() != sdk::text(job.key)) return "external_id_mismatch";
    const Json& value = reward["value"];
    const auto minor = sdk::minor_units(value["denomination"].number(), job.amount.exponent);
    if (!minor || *minor != job.amount.minor) return "amount_mismatch";
    if (value["currency_code"].text() != sdk::currency_of(job.amount)) return "currency_mismatch";
    const std::string_view email = reward["recipient"]["email"].text();
    const bool must_name_recipient = !expected.is_link || !email.empty();
    if (must_name_recipient && !sdk::equal_ignoring_case(email, sdk::text(job.recipient_email))) {
        return "recipient_mismatch";
    }
    const std::string_view method = reward["delivery"]["method"].text();
    if (!method.empty() && method != (expected.is_link ? "LINK" : "EMAIL")) return "delivery_mismatch";
    return {};
}

Answer executed_by_email(std::string_view delivery) {
    if (delivery == "SUCCEEDED") return sdk::answer(TRIBUTARY_OUTCOME_DONE, "delivered", "The reward was e-mailed.");
    if (delivery == "SCHEDULED" || delivery == "PENDING") {
        return sdk::answer(TRIBUTARY_OUTCOME_PENDING, "delivery_pending", "Paid; the e-mail is on its way.");
    }
    if (delivery == "FAILED") {
        return sdk::answer(TRIBUTARY_OUTCOME_PENDING, "delivery_failed",
                           "Paid, but the e-mail could not be delivered; correct the address and resend the reward in "
                           "the Tremendous dashboard.");
    }
    return sdk::unknown("delivery_status_unknown", "Paid, but the delivery status is not one we know.");
}

Answer executed_by_link(const Json& reward) {
    Answer made = sdk::answer(TRIBUTARY_OUTCOME_DONE, "link_made", "The reward link was made.");
    made.bearer = reward["delivery"]["link"].text();
    if (made.bearer.empty() && reward["id"].text().empty()) {
        return sdk::unknown("reward_id_missing", "Paid, but the answer names no reward to ask a link for.");
    }
    if (made.bearer.empty()) {  // only the first answer carries it: ask for another link to the same reward
        made.code = "link_needed";
        made.message = "Paid; the reward link has to be asked for.";
        made.next_step = "link";
        made.state = reward["id"].text();
    }
    return made;
}

Answer judge_status(const Json& order, const Json& reward, bool is_link) {
    const std::string_view status = order["status"].text();
    if (status == "EXECUTED") {
        return is_link ? executed_by_link(reward) : executed_by_email(reward["delivery"]["status"].text());
    }
    if (status == "CANCELED")
        return sdk::answer(TRIBUTARY_OUTCOME_REFUSED, "order_canceled", "The order was canceled.");
    if (status == "FAILED") return sdk::answer(TRIBUTARY_OUTCOME_REFUSED, "order_failed", "The order failed.");
    if (status.starts_with("PENDING ") || status == "OPEN" || status == "CART") {
        return sdk::answer(TRIBUTARY_OUTCOME_PENDING, "order_pending",
                           "The order waits at Tremendous: " + sdk::for_people(status, {}) + ".");
    }
    return sdk::unknown("order_status_unknown", "The order has a status that we do not know.");
}

}  // namespace

Answer judge_order(std::string_view body, const Expectation& expected) {
    const auto document = sdk::parse_json(body);
    if (!document) return sdk::unknown("unreadable_answer", "Tremendous answered something that is not JSON.");
    const Json& order = (*document)["order"];
    if (order["id"].text().empty()) return sdk::unknown("unreadable_answer", "The answer holds no order.");

    const Json* reward = only_reward(order);
    std::string_view code = reward == nullptr ? "reward_count_mismatch" : difference(order, *reward, expected);
    Answer made;
    if (!code.empty()) {
        made = sdk::unknown(code, "Tremendous answered with an order that differs from the one asked for.");
    } else {
        made = judge_status(order, *reward, expected.is_link);
        made.has_amount = true;
        made.amount = expected.job.amount;
    }
    made.references.emplace_back(order["id"].text());
    if (reward != nullptr && !(*reward)["id"].text().empty()) made.references.emplace_back((*reward)["id"].text());
    return made;
}

Answer judge_link(std::string_view body, const Expectation& expected) {
    const auto document = sdk::parse_json(body);
    if (!document) return sdk::unknown("unreadable_answer", "Tremendous answered something that is not JSON.");
    const Json& reward = (*document)["reward"];
    if (reward["id"].text() != sdk::text(expected.job.state)) {
        return sdk::unknown("reward_mismatch", "Tremendous made a link to another reward than the one asked for.");
    }
    Answer made = sdk::answer(TRIBUTARY_OUTCOME_DONE, "link_made", "The reward link was made.");
    made.bearer = reward["link"].text().empty() ? reward["delivery"]["link"].text() : reward["link"].text();
    if (made.bearer.empty()) return sdk::unknown("link_missing", "The answer holds no link.");
    made.references.emplace_back(reward["id"].text());
    return made;
}

std::string error_message(std::string_view body) {
    const auto document = sdk::parse_json(body);
    if (!document) return {};
    const std::string_view message = (*document)["errors"]["message"].text();
    return std::string(message.empty() ? (*document)["error"]["message"].text() : message);
}

}  // namespace tributary::tremendous
