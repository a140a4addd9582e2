#include "tests/simulators/tremendous_sim.hpp"

#include <algorithm>

#include "core/base/digest.hpp"
#include "core/base/encoding.hpp"
#include "plugins/sdk/json.hpp"
#include "plugins/sdk/money_text.hpp"

namespace tributary::simulators {
namespace {

using sdk::Json;
using sdk::JsonObject;

net::Response json_text(int status, const JsonObject& body) {
    return net::Response{status, {{"content-type", "application/json"}}, body.str()};
}

// As the real service writes numbers: "10.5", "50.0", "1500.0".
std::string number_text(int64_t minor, uint32_t exponent) {
    std::string text = sdk::decimal_text(minor, exponent);
    if (exponent == 0) return text + ".0";
    while (text.ends_with('0') && text[text.size() - 2] != '.') text.pop_back();
    return text;
}

// The same for bodies that differ only in blanks, order of members or trailing zeros.
std::string canonical(const Json& value) {
    switch (value.kind()) {
        case Json::Kind::number: {
            const auto exact = sdk::minor_units(value.number(), 6);
            return exact ? std::to_string(*exact) : std::string(value.number());
        }
        case Json::Kind::text: return sdk::json_quote(value.text());
        case Json::Kind::boolean: return value.is_true() ? "true" : "false";
        case Json::Kind::null: return "null";
        case Json::Kind::array: {
            std::string out = "[";
            for (const Json& item : value.items()) out += canonical(item) + ",";
            return out + "]";
        }
        case Json::Kind::object: {
            std::string out = "{";
            for (const auto& [name, member] : value.members()) out += sdk::json_quote(name) + canonical(member) + ",";
            return out + "}";
        }
    }
    return {};
}

std::optional<uint32_t> exponent_of(std::string_view currency) {
    for (const std::string_view known : {"JPY", "KRW", "VND", "CLP"}) {
        if (currency == known) return 0;
    }
    for (const std::string_view known : {"KWD", "BHD", "TND"}) {
        if (currency == known) return 3;
    }
    for (const std::string_view known : {"USD", "CAD", "EUR", "GBP", "CHF", "AUD", "SEK", "PLN", "INR", "MXN", "BRL"}) {
        if (currency == known) return 2;
    }
    return std::nullopt;
}

bool is_tremendous_id(std::string_view text) {
    return text.size() >= 4 && text.size() <= 20 &&
           text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string_view::npos;
}

bool has_products(const Json& reward) {
    const auto& products = reward["products"].items();
    if (products.empty()) return is_tremendous_id(reward["campaign_id"].text());
    return std::all_of(products.begin(), products.end(), [](const Json& id) { return is_tremendous_id(id.text()); });
}

}  // namespace

TremendousSim::TremendousSim(SimWorld world, TremendousOptions options)
    : ProviderSim("tremendous", world, options.rate_per_second), options_(std::move(options)) {}

net::Response TremendousSim::error(int status, std::string_view message) {
    JsonObject inner, outer;
    inner.text("message", message).raw("payload", "{}");
    return json_text(status, outer.object(status == 429 ? "error" : "errors", inner));
}

net::Response TremendousSim::serve(const net::Request& request) {
    if (request.header("authorization") != "Bearer " + options_.api_key) return error(401, "Unauthorized");
    constexpr std::string_view base = "/api/v2/";
    if (!request.path.starts_with(base)) return error(404, "Not found");
    const std::string rest = request.path.substr(base.size());
    const std::vector<std::string_view> parts = split(rest, '/');
    const std::string id(parts.size() > 1 ? parts[1] : std::string_view());
    const bool is_get = request.method == "GET", is_post = request.method == "POST";
    if (parts[0] == "orders" && parts.size() == 1 && is_post) return create_order(request.body);
    if (parts[0] == "orders" && parts.size() == 1 && is_get) {
        const auto wanted = request.query.find("external_id");
        return list_orders(wanted == request.query.end() ? std::string() : wanted->second);
    }
    if (parts[0] == "orders" && parts.size() == 2 && is_get) {
        const Order* order = find_order(id);
        if (order == nullptr) return error(404, "Order not found");
        JsonObject body;
        return json_text(200, body.raw("order", order_text(*order, Shape::listed, false)));
    }
    if (parts[0] == "rewards" && parts.size() >= 2) {
        Order* order = find_reward(id);
        if (order == nullptr) return error(404, "Reward not found");
        if (parts.size() == 2 && is_get) {
            return json_text(200, JsonObject().raw("reward", reward_text(*order, false)));
        }
        if (parts.size() == 3 && is_post) return reward_action(*order, std::string(parts[2]));
    }
    if (parts[0] == "webhooks" && parts.size() == 1 && is_post) return register_webhook(request.body);
    return error(404, "Not found");
}

net::Response TremendousSim::create_order(const std::string& body) {
    const auto document = sdk::parse_json(body);
    if (!document || !document->is_object()) return error(400, "The body is not JSON");
    const Json &reward = (*document)["reward"], &value = reward["value"], &recipient = reward["recipient"];
    Order order;
    order.external_id = (*document)["external_id"].text();
    order.content = canonical(*document);
    if (const auto known = ids_.find(order.external_id); !order.external_id.empty() && known != ids_.end()) {
        const Order& first = orders_.at(known->second);
        if (first.content != order.content) {
            count_conflict();
            return error(409, "external_id has been used for another order");
        }
        count_repeat();
        return json_text(201, JsonObject().raw("order", order_text(first, Shape::repeated, false)));
    }
    const auto exponent = exponent_of(value["currency_code"].text());
    const auto minor = sdk::minor_units(value["denomination"].number(), exponent.value_or(0));
    order.method = reward["delivery"]["method"].text();
    order.email = recipient["email"].text();
    order.name = recipient["name"].text();
    order.campaign_id = reward["campaign_id"].text();
    if ((*document)["payment"]["funding_source_id"].text().empty()) return error(422, "funding_source_id is missing");
    if (!has_products(reward)) return error(422, "campaign_id or products must be given");
    if (!exponent) return error(422, "currency_code is not supported");
    if (!minor || *minor <= 0) return error(422, "denomination is not a valid amount");
    if (order.method != "EMAIL" && order.method != "LINK") return error(422, "delivery method is not valid");
    if (order.method == "EMAIL" && order.email.find('@') == std::string::npos) return error(422, "email is not valid");
    order.currency = value["currency_code"].text();
    order.exponent = *exponent;
    order.minor = *minor;
    return place(std::move(order));
}

net::Response TremendousSim::place(Order order) {
    if (funds(order.currency) < order.minor) return error(402, "Not enough funds to carry out the request");
    funds(order.currency) -= order.minor;
    order.id = new_id(12);
    order.reward_id = new_id(12);
    order.created_ms = now_ms();
    record({order.external_id.empty() ? order.id : order.external_id, {}, order.email, order.currency, order.minor});
    const bool must_wait = order.email.starts_with("approval");
    order.status = must_wait ? "PENDING APPROVAL" : "EXECUTED";
    order.delivery = "SCHEDULED";
    order.approved_ms = must_wait ? now_ms() + options_.approval_delay_ms : 0;
    if (!order.external_id.empty()) ids_[order.external_id] = order.id;
    Order& placed = orders_[order.id] = std::move(order);
    notify("ORDERS.CREATED", "orders", placed.id);
    if (!must_wait) execute(placed);
    return json_text(must_wait ? 202 : 200, JsonObject().raw("order", order_text(placed, Shape::listed, true)));
}

void TremendousSim::execute(Order& order) {
    order.approved_ms = 0;
    order.status = "EXECUTED";
    if (order.method == "LINK") {
        order.delivery = "SUCCEEDED";
        order.link = options_.link_base + new_id(16);
        return;
    }
    order.delivery = "PENDING";
    order.delivered_ms = now_ms() + options_.delivery_delay_ms;
}

void TremendousSim::complete_delivery(Order& order) {
    order.delivered_ms = 0;
    if (order.email.starts_with("cancel") || order.email.starts_with("fail")) {
        const bool is_canceled = order.email.starts_with("cancel");
        order.status = is_canceled ? "CANCELED" : "FAILED";
        undo(order.external_id.empty() ? order.id : order.external_id);
        notify(is_canceled ? "ORDERS.CANCELED" : "ORDERS.FAILED", "orders", order.id);
        return;
    }
    const bool bounces = order.email.starts_with("bounce");
    order.delivery = bounces ? "FAILED" : "SUCCEEDED";
    notify(bounces ? "REWARDS.DELIVERY.FAILED" : "REWARDS.DELIVERY.SUCCEEDED", "rewards", order.reward_id);
}

void TremendousSim::advance() {
    for (auto& [id, order] : orders_) {
        if (order.approved_ms != 0 && order.approved_ms <= now_ms()) {
            execute(order);
            notify("ORDERS.APPROVED", "orders", id);
        }
        if (order.delivered_ms != 0 && order.delivered_ms <= now_ms()) complete_delivery(order);
    }
}

net::Response TremendousSim::reward_action(Order& order, const std::string& action) {
    if (action == "generate_link") {
        if (order.status != "EXECUTED" || order.method != "LINK") return error(422, "No link can be made for it");
        order.link = options_.link_base + new_id(16);
        return json_text(200, JsonObject().raw("reward", reward_text(order, true)));
    }
    if (action == "resend") {
        if (order.delivery != "FAILED") return error(422, "Only a reward whose delivery failed can be resent");
        order.email = order.email.substr(std::string_view("bounce").size());
        order.delivery = "PENDING";
        order.delivered_ms = now_ms() + options_.delivery_delay_ms;
        return json_text(200, JsonObject());
    }
    if (action == "cancel") {
        if (order.status != "EXECUTED") return error(422, "It cannot be canceled");
        order.status = "CANCELED";
        order.delivered_ms = 0;
        undo(order.external_id.empty() ? order.id : order.external_id);
        notify("REWARDS.CANCELED", "rewards", order.reward_id);
        return json_text(200, JsonObject().raw("reward", reward_text(order, false)));
    }
    return error(404, "Not found");
}

net::Response TremendousSim::list_orders(const std::string& external_id) {
    std::string list;
    int64_t count = 0;
    for (const auto& [id, order] : orders_) {
        if (!external_id.empty() && order.external_id != external_id) continue;
        ++count;
        list += (list.empty() ? "" : ",") + order_text(order, Shape::listed, false);
    }
    JsonObject body;
    return json_text(200, body.raw("orders", "[" + list + "]").raw("total_count", std::to_string(count)));
}

net::Response TremendousSim::register_webhook(const std::string& body) {
    const auto document = sdk::parse_json(body);
    if (!document || (*document)["url"].text().empty()) return error(400, "url is missing");
    webhook_url_ = (*document)["url"].text();
    JsonObject webhook, out;
    webhook.text("id", new_id(12)).text("url", webhook_url_).text("private_key", options_.webhook_key);
    return json_text(200, out.object("webhook", webhook));
}

void TremendousSim::notify(const std::string& event, const std::string& type, const std::string& id) {
    const std::string uuid = new_uuid();
    JsonObject resource, payload, body;
    resource.text("id", id).text("type", type);
    payload.object("resource", resource).raw("meta", "{}");
    body.text("event", event).text("uuid", uuid).text("created_utc", iso_instant(now_ms())).object("payload", payload);
    emit(uuid, event, body.str());
}

std::vector<net::Header> TremendousSim::webhook_headers(const std::string&, const std::string& body, bool is_forged) {
    const Digest digest = hmac_sha256(is_forged ? "a guess" : std::string_view(options_.webhook_key), body);
    return {{"content-type", "application/json"}, {"tremendous-webhook-signature", "sha256=" + hex_of(digest)}};
}

TremendousSim::Order* TremendousSim::find_order(const std::string& id_or_external_id) {
    const auto known = ids_.find(id_or_external_id);
    const auto found = orders_.find(known == ids_.end() ? id_or_external_id : known->second);
    return found == orders_.end() ? nullptr : &found->second;
}

TremendousSim::Order* TremendousSim::find_reward(const std::string& id) {
    for (auto& [order_id, order] : orders_) {
        if (order.reward_id == id) return &order;
    }
    return nullptr;
}

std::string TremendousSim::order_text(const Order& order, Shape shape, bool shows_link) const {
    const std::string total = number_text(order.minor, order.exponent);
    JsonObject payment, out;
    payment.raw("subtotal", total).raw("total", total).raw("fees", "0.0");
    const std::string external_id = distorts(FaultKind::changed_id) ? order.external_id + "0" : order.external_id;
    out.text("id", order.id)
        .raw("external_id", external_id.empty() ? "null" : sdk::json_quote(external_id))
        .raw("campaign_id", order.campaign_id.empty() ? "null" : sdk::json_quote(order.campaign_id))
        .text("created_at", iso_instant(order.created_ms))
        .text("status", order.status)
        .text("channel", "API")
        .object("payment", payment);
    const std::string reward = reward_text(order, shows_link);
    return (shape == Shape::repeated ? out.raw("reward", reward) : out.raw("rewards", "[" + reward + "]")).str();
}

std::string TremendousSim::reward_text(const Order& order, bool shows_link) const {
    JsonObject value, recipient, delivery, reward;
    const int64_t minor = order.minor + (distorts(FaultKind::wrong_amount) ? 1 : 0);
    const std::string_view other = order.currency == "CAD" ? "USD" : "CAD";
    value.raw("denomination", number_text(minor, order.exponent))
        .text("currency_code", distorts(FaultKind::wrong_currency) ? other : std::string_view(order.currency));
    recipient.text("name", order.name).text("email", order.email);
    delivery.text("method", order.method).text("status", order.delivery);
    if (shows_link) delivery.text_if("link", order.link);
    reward.text("id", order.reward_id)
        .text("order_id", order.id)
        .text("created_at", iso_instant(order.created_ms))
        .object("value", value)
        .object("recipient", recipient)
        .object("delivery", delivery);
    return reward.str();
}

}  // namespace tributary::simulators
