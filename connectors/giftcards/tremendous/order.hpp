// Reads a Tremendous order answer and judges it against the job: what it says happened, and whether it is the order we
// asked for. Pure functions.
#pragma once
#include <string>
#include <string_view>

#include "plugins/sdk/payout.hpp"

namespace tributary::tremendous {

struct Expectation {
    const tributary_payout_job& job;
    bool is_link = false;  // delivery LINK: the link in the answer is the reward; EMAIL: the provider mails it
};

// The body of POST /orders (200, 201, 202) or GET /orders/{external_id} (200). Anything unreadable, incomplete or
// different from the job is unknown.
sdk::Answer judge_order(std::string_view body, const Expectation& expected);

// The body of POST /rewards/{id}/generate_link.
sdk::Answer judge_link(std::string_view body, const Expectation& expected);

// "errors.message" of an error answer, or of the differently named one that 429 has; "" when there is none.
std::string error_message(std::string_view body);

}  // namespace tributary::tremendous
