// Reads Lithic's answers: a created card, a book transfer, an error. Judges them against what was asked; anything
// unreadable, incomplete, contradictory or different is unknown. Pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "plugins/sdk/payout.hpp"

namespace tributary::lithic {

// What the connector remembers of a recipient, as JSON: {"card_token":"...","last_four":"1234"}.
struct Card {
    std::string token;
    std::string last_four;
};
std::optional<Card> card_of_state(std::string_view state);
std::string state_of_card(const Card& card);

// True when a 2xx body is a card, not a transfer: a recipient may have got a card between request and answer.
bool is_card_answer(std::string_view body);

sdk::Answer judge_card(std::string_view body, std::string_view card_type);

struct Transfer {
    std::string_view token;      // ours
    std::string_view from;       // financial account
    std::string_view to;         // card
    std::string_view payout_id;
    tributary_money amount{};
};
sdk::Answer judge_transfer(std::string_view body, const Transfer& expected);

// "message" of an error answer, "" when there is none.
std::string error_message(std::string_view body);

}  // namespace tributary::lithic
