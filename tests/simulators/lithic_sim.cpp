#include "tests/simulators/lithic_sim.hpp"

#include <algorithm>

#include "core/base/digest.hpp"
#include "core/base/encoding.hpp"
#include "plugins/sdk/json.hpp"
#include "plugins/sdk/money_text.hpp"

namespace tributary::simulators {
namespace {

using sdk::Json;
using sdk::JsonObject;

constexpr std::string_view currency = "USD";

net::Response json_text(int status, const std::string& body) {
    return net::Response{status, {{"content-type", "application/json"}, {"x-requests-remaining", "100"}}, body};
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> all) {
    return std::find(all.begin(), all.end(), text) != all.end();
}

bool is_uuid_text(std::string_view text) {
    const auto dashes = std::count(text.begin(), text.end(), '-');
    return text.size() == 36 && dashes == 4 &&
           text.find_first_not_of("0123456789abcdefABCDEF-") == std::string_view::npos;
}

}  // namespace

LithicSim::LithicSim(SimWorld world, LithicOptions options)
    : ProviderSim("lithic", world, options.rate_per_second), options_(std::move(options)) {
    const std::string_view secret = options_.webhook_secret;
    webhook_key_ = base64_decode(secret.substr(std::min<size_t>(6, secret.size()))).value_or(std::string());
}

net::Response LithicSim::error(int status, std::string_view message) {
    JsonObject body;
    return json_text(status, body.text("debugging_request_id", new_uuid()).text("message", message).str());
}

net::Response LithicSim::serve(const net::Request& request) {
    if (request.header("authorization") != options_.api_key) return error(401, "Please provide a valid API key");
    const std::vector<std::string_view> parts = split(std::string_view(request.path), '/');
    if (parts.size() < 3 || parts[1] != "v1") return error(404, "Not found");
    if (parts[2] == "cards") return cards(request, parts);
    if (parts[2] == "book_transfers") return transfers(request, parts);
    return error(404, "Not found");
}

net::Response LithicSim::cards(const net::Request& request, const std::vector<std::string_view>& parts) {
    if (parts.size() == 3 && request.method == "POST") return create_card(request);
    if (parts.size() < 4 || request.method != "GET") return error(404, "Not found");
    const auto found = cards_.find(std::string(parts[3]));
    if (found == cards_.end()) return error(404, "Card not found");
    if (parts.size() == 4) return json_text(200, card_text(found->second));
    if (parts[4] != "balances") return error(404, "Not found");
    JsonObject balance, body;
    balance.text("token", found->first).text("type", "RESERVE").text("currency", currency);
    balance.raw("available_amount", std::to_string(found->second.balance)).raw("pending_amount", "0");
    balance.raw("total_amount", std::to_string(found->second.balance));
    return json_text(200, body.raw("data", "[" + balance.str() + "]").raw("has_more", "false").str());
}

net::Response LithicSim::create_card(const net::Request& request) {
    const std::string key(request.header("idempotency-key"));
    if (!key.empty() && !is_uuid_text(key)) return error(400, "Idempotency-Key must be a UUID");
    if (const auto known = card_keys_.find(key); !key.empty() && known != card_keys_.end()) {
        if (known->second.first != request.body) {
            count_conflict();
            return error(409, "The Idempotency-Key was used with another body");
        }
        count_repeat();
        return json_text(200, card_text(cards_.at(known->second.second)));
    }
    const auto document = sdk::parse_json(request.body);
    if (!document || !document->is_object()) return error(400, "The body is not JSON");
    const std::string_view type = (*document)["type"].text();
    if (!is_one_of(type, {"VIRTUAL", "PHYSICAL", "SINGLE_USE", "MERCHANT_LOCKED"}))
        return error(422, "type is invalid");
    for (const std::string_view name : {"account_token", "card_program_token"}) {
        const std::string_view token = (*document)[name].text();
        if (!token.empty() && !is_uuid_text(token)) return error(400, std::string(name) + " must be a UUID");
    }
    Card card;
    card.token = new_uuid();
    const std::string number = std::to_string(1000 + cards_.size() % 9000);
    card.last_four = number;
    card.type = type;
    card.state = (*document)["state"].text().empty() ? "OPEN" : (*document)["state"].text();
    card.memo = (*document)["memo"].text();
    card.created_ms = now_ms();
    if (!key.empty()) card_keys_[key] = {request.body, card.token};
    const Card& made = cards_[card.token] = card;
    JsonObject event;
    event.text("event_type", "card.created").text("card_token", made.token);
    emit("msg_" + new_id(20), "card.created", event.str());
    return json_text(200, card_text(made));
}

net::Response LithicSim::transfers(const net::Request& request, const std::vector<std::string_view>& parts) {
    const bool is_get = request.method == "GET", is_post = request.method == "POST";
    if (parts.size() == 3 && is_post) return create_transfer(request.body);
    if (parts.size() == 3 && is_get) {
        std::string list;
        for (const auto& [token, transfer] : transfers_)
            list += (list.empty() ? "" : ",") + transfer_text(transfer, {});
        JsonObject body;
        return json_text(200, body.raw("data", "[" + list + "]").raw("has_more", "false").str());
    }
    if (parts.size() < 4) return error(404, "Not found");
    const auto found = transfers_.find(lower_ascii(parts[3]));
    if (found == transfers_.end()) return error(404, "Book transfer not found");
    if (parts.size() == 4 && is_get) return json_text(200, transfer_text(found->second, {}));
    if (parts.size() == 5 && is_post && parts[4] == "reverse") return reverse(found->second);
    return error(404, "Not found");
}

net::Response LithicSim::create_transfer(const std::string& body) {
    const auto document = sdk::parse_json(body);
    if (!document || !document->is_object()) return error(400, "The body is not JSON");
    const Json& asked = *document;
    const std::string_view amount = asked["amount"].number();
    const auto minor = sdk::minor_units(amount, 0);
    if (!minor || *minor < 1 || amount.find_first_of(".eE") != std::string_view::npos) {
        return error(400, "amount must be a positive integer");
    }
    Transfer transfer;
    transfer.token = lower_ascii(asked["token"].text());
    transfer.category = asked["category"].text();
    transfer.type = asked["type"].text();
    transfer.subtype = asked["subtype"].text();
    transfer.from = asked["from_financial_account_token"].text();
    transfer.to = asked["to_financial_account_token"].text();
    transfer.external_id = asked["external_id"].text();
    transfer.memo = asked["memo"].text();
    transfer.amount = *minor;
    transfer.content = std::to_string(*minor) + " " + transfer.category + " " + transfer.type + " " + transfer.subtype +
                       " " + transfer.from + " " + transfer.to + " " + transfer.external_id;
    if (!is_one_of(transfer.category, {"REWARD", "TRANSFER", "ADJUSTMENT", "BALANCE_OR_FUNDING", "INTERNAL"})) {
        return error(400, "category is invalid");
    }
    if (!is_one_of(transfer.type, {"DISBURSE", "TRANSFER", "CASH_BACK", "SERVICE"}))
        return error(400, "type is invalid");
    if (transfer.subtype.empty()) return error(400, "subtype is missing");
    if (transfer.memo.size() > 512) return error(400, "memo is too long");
    if (!transfer.token.empty() && !is_uuid_text(transfer.token)) return error(400, "token must be a UUID");
    if (transfer.token.empty()) transfer.token = new_uuid();
    if (const auto known = transfers_.find(transfer.token); known != transfers_.end()) {
        if (known->second.content != transfer.content) {
            count_conflict();
            return error(409, "The token was used for another transfer");
        }
        count_repeat();
        return json_text(200, transfer_text(known->second, {}));
    }
    if (transfer.from != options_.financial_account) return error(404, "from_financial_account_token was not found");
    const auto card = cards_.find(transfer.to);
    if (card == cards_.end()) return error(404, "to_financial_account_token was not found");
    if (card->second.state == "CLOSED") return error(422, "The card is closed");
    return place(std::move(transfer));
}

net::Response LithicSim::place(Transfer transfer) {
    const std::string usd(currency);
    const bool is_covered = funds(usd) >= transfer.amount;
    transfer.created_ms = transfer.updated_ms = now_ms();
    transfer.event_token = new_uuid();
    transfer.result = is_covered ? "APPROVED" : "DECLINED";
    transfer.status = is_covered ? "PENDING" : "DECLINED";
    if (is_covered) {
        funds(usd) -= transfer.amount;
        record({transfer.token, transfer.external_id, transfer.to, usd, transfer.amount});
        transfer.settles_ms = now_ms() + options_.settle_delay_ms;
    }
    Transfer& placed = transfers_[transfer.token] = std::move(transfer);
    if (is_covered && options_.settle_delay_ms == 0) settle(placed);
    notify(placed, "book_transfer_transaction.created");
    return json_text(200, transfer_text(placed, {}));
}

void LithicSim::settle(Transfer& transfer) {
    transfer.settles_ms = 0;
    transfer.status = "SETTLED";
    transfer.updated_ms = now_ms();
    cards_.at(transfer.to).balance += transfer.amount;
}

net::Response LithicSim::reverse(Transfer& transfer) {
    if (transfer.status != "SETTLED") return error(422, "Only a settled transfer can be reversed");
    transfer.status = "REVERSED";
    transfer.updated_ms = now_ms();
    cards_.at(transfer.to).balance -= transfer.amount;
    undo(transfer.token);
    notify(transfer, "book_transfer_transaction.updated");
    return json_text(200, transfer_text(transfer, {}));
}

void LithicSim::advance() {
    for (auto& [token, transfer] : transfers_) {
        if (transfer.settles_ms == 0 || transfer.settles_ms > now_ms()) continue;
        settle(transfer);
        notify(transfer, "book_transfer_transaction.updated");
    }
}

void LithicSim::notify(const Transfer& transfer, const std::string& event) {
    emit("msg_" + new_id(20), event, transfer_text(transfer, event));
}

std::vector<net::Header> LithicSim::webhook_headers(const std::string& id, const std::string& body, bool is_forged) {
    const std::string at = std::to_string(now_ms() / 1000);
    const std::string_view key = is_forged ? std::string_view("a guess") : std::string_view(webhook_key_);
    const Digest digest = hmac_sha256(key, id + "." + at + "." + body);
    return {{"content-type", "application/json"}, {"webhook-id", id}, {"webhook-timestamp", at},
            {"webhook-signature", "v1," + base64_encode(bytes_of(digest))}};
}

std::string LithicSim::card_text(const Card& card) const {
    JsonObject out;
    return out.text("token", card.token)
        .text("last_four", card.last_four)
        .text("type", card.type)
        .text("state", card.state)
        .text("memo", card.memo)
        .text("created", iso_instant(card.created_ms))
        .raw("spend_limit", "0")
        .text("spend_limit_duration", "TRANSACTION")
        .str();
}

std::string LithicSim::transfer_text(const Transfer& transfer, const std::string& event) const {
    const int64_t shown = transfer.amount + (distorts(FaultKind::wrong_amount) ? 1 : 0);
    const bool is_pending = transfer.status == "PENDING", is_settled = transfer.status == "SETTLED";
    JsonObject moved, out;
    moved.raw("amount", std::to_string(transfer.amount))
        .text("type", transfer.type)
        .text("subtype", transfer.subtype)
        .text("result", transfer.result)
        .text("token", transfer.event_token)
        .text("created", iso_instant(transfer.created_ms))
        .text("memo", transfer.memo)
        .raw("detailed_results", transfer.result == "DECLINED" ? "[\"FUNDS_INSUFFICIENT\"]" : "[\"APPROVED\"]");
    return out.text_if("event_type", event)
        .text("token", distorts(FaultKind::changed_id) ? options_.financial_account : transfer.token)
        .text("family", "TRANSFER")
        .text("status", transfer.status)
        .text("result", transfer.result)
        .text("category", transfer.category)
        .text("currency", distorts(FaultKind::wrong_currency) ? "CAD" : currency)
        .raw("pending_amount", std::to_string(is_pending ? shown : 0))
        .raw("settled_amount", std::to_string(is_settled ? shown : 0))
        .raw("events", "[" + moved.str() + "]")
        .text("from_financial_account_token", transfer.from)
        .text("to_financial_account_token", transfer.to)
        .raw("external_id", transfer.external_id.empty() ? "null" : sdk::json_quote(transfer.external_id))
        .text("created", iso_instant(transfer.created_ms))
        .text("updated", iso_instant(transfer.updated_ms))
        .str();
}

}  // namespace tributary::simulators
