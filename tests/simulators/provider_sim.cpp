#include "tests/simulators/provider_sim.hpp"

#include <algorithm>
#include <set>

#include "core/base/uuid.hpp"

namespace tributary::simulators {
namespace {

constexpr size_t log_size_max = 5000;
constexpr int64_t funds_at_start = 10'000'000;  // minor units of each currency

}  // namespace

ProviderSim::ProviderSim(std::string name, SimWorld world, unsigned rate_per_second)
    : name_(std::move(name)), world_(world), rate_per_second_(rate_per_second) {
    tokens_milli_ = static_cast<int64_t>(rate_per_second) * 1000;
    refilled_ms_ = now_ms();
}

Reply ProviderSim::handle(const net::Request& request) {
    const std::lock_guard lock(mutex_);
    advance();
    Reply reply = answer(request);
    log(request, reply);
    return reply;
}

Reply ProviderSim::answer(const net::Request& request) {
    const auto fault = world_.faults.take_for_request(request.method, "/" + name_ + request.path);
    Reply reply;
    if (fault && fault->kind == FaultKind::drop_before) {
        reply.drop_before = true;
        return reply;
    }
    if (fault && fault->kind == FaultKind::error_before) {
        reply.response = error(500, "Something went wrong");
        return reply;
    }
    if ((fault && fault->kind == FaultKind::rate_limited) || is_over_rate()) {
        reply.response = error(429, "Rate limit exceeded");
        reply.response->headers.push_back({"retry-after", "1"});
        return reply;
    }
    if (fault) distortion_ = fault->kind;
    reply.response = serve(request);
    ++handled_;
    distortion_.reset();
    if (!fault) return reply;
    if (fault->kind == FaultKind::slow) reply.delay_ms = fault->delay_ms;
    if (fault->kind == FaultKind::malformed) reply.response->body.resize(reply.response->body.size() / 2);
    if (fault->kind == FaultKind::error_after) reply.response = error(500, "Something went wrong");
    if (fault->kind == FaultKind::drop_after) {
        reply.drop_after = true;
        reply.response.reset();
    }
    return reply;
}

// A bucket of one second's requests.
bool ProviderSim::is_over_rate() {
    if (rate_per_second_ == 0) return false;
    const int64_t now = now_ms(), rate = static_cast<int64_t>(rate_per_second_);
    tokens_milli_ = std::min(rate * 1000, tokens_milli_ + (now - refilled_ms_) * rate);
    refilled_ms_ = now;
    if (tokens_milli_ < 1000) return true;
    tokens_milli_ -= 1000;
    return false;
}

void ProviderSim::log(const net::Request& request, const Reply& reply) {
    json::object entry;
    entry["at_ms"] = now_ms();
    entry["method"] = request.method;
    entry["path"] = request.path;
    entry["body"] = request.body;
    entry["status"] = reply.response ? reply.response->status : 0;
    entry["drop"] = reply.drop_before ? "before" : reply.drop_after ? "after" : "";
    log_.push_back(std::move(entry));
    if (log_.size() > log_size_max) log_.pop_front();
}

std::vector<WebhookCall> ProviderSim::take_webhooks() {
    const std::lock_guard lock(mutex_);
    advance();
    const int64_t now = now_ms();
    const auto is_due = [&](const WebhookCall& call) { return call.due_ms <= now; };
    const auto rest = std::stable_partition(webhooks_.begin(), webhooks_.end(), is_due);
    std::vector<WebhookCall> due(std::make_move_iterator(webhooks_.begin()), std::make_move_iterator(rest));
    webhooks_.erase(webhooks_.begin(), rest);
    return due;
}

void ProviderSim::emit(const std::string& id, const std::string& kind, std::string body) {
    if (webhook_url_.empty()) return;
    WebhookCall call{now_ms(), webhook_url_, webhook_headers(id, body, false), body, kind};
    const auto fault = world_.faults.take_for_webhook("/" + name_ + "/webhooks");
    if (fault && fault->kind == FaultKind::webhook_lost) return;
    if (fault && fault->kind == FaultKind::webhook_forged) {
        webhooks_.push_back({now_ms(), webhook_url_, webhook_headers(id, body, true), body, kind});
    }
    if (fault && fault->kind == FaultKind::webhook_reordered) call.due_ms += fault->delay_ms;
    if (fault && fault->kind == FaultKind::webhook_duplicate) webhooks_.push_back(call);
    webhooks_.push_back(std::move(call));
}

void ProviderSim::set_webhook_url(std::string url) {
    const std::lock_guard lock(mutex_);
    webhook_url_ = std::move(url);
}

void ProviderSim::set_rate(unsigned rate_per_second) {
    const std::lock_guard lock(mutex_);
    rate_per_second_ = rate_per_second;
    tokens_milli_ = static_cast<int64_t>(rate_per_second) * 1000;
}

void ProviderSim::set_funds(const std::string& currency, int64_t minor) {
    const std::lock_guard lock(mutex_);
    funds_[currency] = minor;
}

int64_t& ProviderSim::funds(const std::string& currency) {
    return funds_.try_emplace(currency, funds_at_start).first->second;
}

Effect& ProviderSim::record(Effect effect) {
    effects_.push_back(std::move(effect));
    return effects_.back();
}

void ProviderSim::undo(const std::string& key) {
    for (Effect& effect : effects_) {
        if (effect.key != key || effect.is_undone) continue;
        effect.is_undone = true;
        funds(effect.currency) += effect.minor;
    }
}

std::string ProviderSim::new_uuid() { return uuid_v7(world_.clock, world_.random); }

std::string ProviderSim::new_id(size_t size) {
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    std::string id;
    while (id.size() < size) id += letters[world_.random.below(letters.size())];
    return id;
}

// "duplicates" counts movements beyond the first that name the same key or the same payout: a double payment.
json::object ProviderSim::effects() {
    const std::lock_guard lock(mutex_);
    advance();
    json::object by_key, by_recipient, moved;
    std::set<std::string> seen;
    int64_t duplicates = 0, count = 0;
    for (const Effect& effect : effects_) {
        if (effect.is_undone) continue;
        ++count;
        const bool is_key_new = seen.insert("key:" + effect.key).second;
        const bool is_reference_new = effect.reference.empty() || seen.insert("reference:" + effect.reference).second;
        if (!is_key_new || !is_reference_new) ++duplicates;
        const auto add = [&](json::object& to, const std::string& name) {
            json::value& sum = to[name];
            sum = (sum.is_null() ? 0 : sum.as_int64()) + effect.minor;
        };
        add(moved, effect.currency);
        add(by_recipient, effect.recipient + " " + effect.currency);
        by_key[effect.key] = json::object{{"recipient", effect.recipient},
                                          {"reference", effect.reference},
                                          {"currency", effect.currency},
                                          {"minor", effect.minor}};
    }
    json::object left;
    for (const auto& [currency, minor] : funds_) left[currency] = minor;
    return json::object{{"orders", count},          {"undone", static_cast<int64_t>(effects_.size()) - count},
                        {"duplicates", duplicates}, {"repeats", repeats_},
                        {"conflicts", conflicts_},  {"requests", handled_},
                        {"moved", moved},           {"by_recipient", by_recipient},
                        {"by_key", by_key},         {"funds", left}};
}

json::array ProviderSim::requests() {
    const std::lock_guard lock(mutex_);
    return json::array(log_.begin(), log_.end());
}

}  // namespace tributary::simulators
