// redeem(): a wallet's balance becomes a payout; the checks, the reserve and the row are one writer job.
#include <algorithm>

#include <fmt/format.h>

#include "core/directory/directory.hpp"
#include "core/money/money.hpp"
#include "core/payout/engine.hpp"
#include "core/payout/guarded.hpp"
#include "core/payout/hold.hpp"
#include "core/payout/vault.hpp"

namespace tributary::payout {
namespace {

constexpr size_t key_size_max = 255;
constexpr size_t product_size_max = 500;

Digest digest_of(const RedeemRequest& request) {
    Hasher hasher;
    hasher.update_framed(request.recipient);
    hasher.update_framed(request.connector);
    hasher.update_framed(request.product);
    hasher.update_i64(request.amount);
    return hasher.finish();
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

std::string joined(const std::vector<std::string>& list) { return fmt::format("{}", fmt::join(list, ", ")); }

Error invalid(std::string message) { return fail(ErrorCode::invalid, std::move(message)); }

// amount * rate_money / rate_per when it comes out even; else an error with the amounts next to it that do.
Result<int64_t> convert(const PayoutRoute& route, int64_t amount) {
    if (route.rate_money <= 0 || route.rate_per <= 0) {
        return fail(ErrorCode::config, fmt::format("the rate of connector {} is {} for {}; both must be at least 1",
                                                   route.connector, route.rate_money, route.rate_per));
    }
    const auto money = mul_div(amount, route.rate_money, route.rate_per, Rounding::down);
    const auto up = mul_div(amount, route.rate_money, route.rate_per, Rounding::up);
    if (!money || !up) return invalid(fmt::format("{} is too much to convert", amount));
    if (*money == *up && *money > 0) return *money;
    const int exponent = exponent_of(route.unit);
    const Unit unit{route.unit, exponent};
    // The smallest amount that converts evenly, and so the distance between such amounts.
    int64_t a = route.rate_money % route.rate_per, b = route.rate_per;
    while (a != 0) std::swap(a, b), a %= b;
    const int64_t grain = route.rate_per / b;
    const int64_t lower = amount - amount % grain;
    const std::string higher = format_minor(lower + grain, unit);
    return invalid(fmt::format("{} does not convert evenly to {}: {}", format_minor(amount, unit), route.currency,
                               lower == 0 ? fmt::format("the least is {}", higher)
                                          : fmt::format("ask for {} or {}", format_minor(lower, exponent), higher)));
}

struct Plan {
    RedeemRequest request;
    Desk desk;
};

Result<void> check_route(const Plan& plan, const PayoutRoute*& route, std::shared_ptr<host::Connector>& connector) {
    const RedeemRequest& request = plan.request;
    route = plan.desk.route_of(request.connector);
    connector = plan.desk.connector_of(request.connector);
    if (route == nullptr || connector == nullptr) {
        return fail(ErrorCode::not_found,
                    fmt::format("there is no payout connector \"{}\"; see connectors.d", request.connector));
    }
    const host::Manifest& manifest = connector->manifest();
    if (!manifest.units.empty() && !contains(manifest.units, route->currency)) {
        return fail(ErrorCode::config, fmt::format("connector {} pays {} only, its route says {}; correct connectors.d",
                                                   request.connector, joined(manifest.units), route->currency));
    }
    const Unit unit{route->unit, exponent_of(route->unit)};
    if (request.amount <= 0) return invalid("the amount must be positive");
    if (request.amount < route->amount_min) {
        return invalid(fmt::format("{} is less than the minimum of {} for {}", format_minor(request.amount, unit),
                                   format_minor(route->amount_min, unit), request.connector));
    }
    if (request.amount > route->amount_max) {
        return invalid(fmt::format("{} is more than the maximum of {} for {}", format_minor(request.amount, unit),
                                   format_minor(route->amount_max, unit), request.connector));
    }
    if (request.product.size() > product_size_max) return invalid("the product is longer than 500 bytes");
    return {};
}

Result<PartyId> check_recipient(store::Tx& tx, const Plan& plan, const PayoutRoute& route,
                                const host::Manifest& manifest) {
    const std::string& code = plan.request.recipient;
    const auto party = directory::party_by_code(tx, code);
    if (!party) return fail(ErrorCode::not_found, fmt::format("there is no party \"{}\"", code));
    const auto contact = directory::contact_of(tx, *party, date_of_ms(plan.desk.clock.now_ms()));
    if (!contact) return invalid(fmt::format("{} is not valid today; import its current row", code));
    for (const auto* served : {&route.countries, &manifest.countries}) {
        if (served->empty() || contains(*served, contact->country)) continue;
        return invalid(fmt::format("{} {}; {} serves {}", code,
                                   contact->country.empty() ? std::string("has no country in the directory")
                                                            : "is in " + contact->country,
                                   plan.request.connector, joined(*served)));
    }
    return *party;
}

// The payout that the key stands for, or nothing. Another request under the same key is a conflict.
std::optional<PayoutId> earlier_payout(store::Tx& tx, const RedeemRequest& request) {
    auto rows = tx.query("SELECT seq, request_sha256 FROM payout WHERE redemption_key = ?", request.key);
    if (!rows.next()) return std::nullopt;
    const PayoutId earlier{rows.integer(0)};
    if (rows.text(1) != bytes_of(digest_of(request))) {
        tx.refuse(fail(ErrorCode::conflict, fmt::format("the key was used for another redemption, {}; take a new key",
                                                        payout_text(earlier))));
    }
    return earlier;
}

Result<PayoutRow> make_payout(store::Tx& tx, const Plan& plan) {
    const RedeemRequest& request = plan.request;
    const PayoutRoute* route = nullptr;
    std::shared_ptr<host::Connector> connector;
    TRIBUTARY_CHECK(check_route(plan, route, connector));
    TRIBUTARY_CHECK(check_bearer_key(plan.desk.options->bearer_key));
    TRIBUTARY_TRY(const PartyId party, check_recipient(tx, plan, *route, connector->manifest()));
    TRIBUTARY_TRY(const int64_t money, convert(*route, request.amount));
    PayoutRow row;
    row.recipient = party;
    row.connector = request.connector, row.unit = route->unit, row.currency = route->currency;
    row.product = request.product.empty() ? route->product : request.product;
    row.amount = request.amount, row.money = money, row.rate_money = route->rate_money, row.rate_per = route->rate_per;
    row.requested_at = row.changed_at = plan.desk.clock.now_ms();
    row.requested_by = request.actor, row.trace_id = request.trace_id;
    row.next_at = std::max<int64_t>(row.requested_at, 1);
    return row;
}

std::optional<PayoutRow> redeem_in(store::Tx& tx, const Plan& plan) {
    if (earlier_payout(tx, plan.request)) return std::nullopt;
    auto made = make_payout(tx, plan);
    if (!made) {
        tx.refuse(made.error());
        return std::nullopt;
    }
    PayoutRow& row = *made;
    make_store_id(tx, plan.desk.random.bytes(16));
    tx.run(
        "INSERT INTO payout(redemption_key, request_sha256, recipient, connector, product, unit, amount, currency, "
        "money,"
        " rate_money, rate_per, requested_at, requested_by, trace_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?)",
        plan.request.key, digest_of(plan.request), row.recipient, row.connector, row.product, row.unit, row.amount,
        row.currency, row.money, row.rate_money, row.rate_per, row.requested_at, row.requested_by, row.trace_id);
    row.id = PayoutId{tx.last_id()};
    reserve_money(tx, plan.desk.ledger, row, plan.request.recipient);
    tx.run("INSERT INTO payout_state(payout, state, next_at, changed_at) VALUES (?, 'reserved', ?, ?)", row.id,
           row.next_at, row.changed_at);
    return row;
}

}  // namespace

void Engine::redeem(RedeemRequest request, std::function<void(Result<json::object>)> done) {
    const Error stopping = fail(ErrorCode::unavailable, "the daemon stops; try again with the same key");
    if (request.key.empty() || request.key.size() > key_size_max) {
        return done(invalid("the idempotency key must have 1 to 255 bytes"));
    }
    struct Answer {
        json::object payout;
        std::optional<PayoutRow> made;
    };
    auto plan = std::make_shared<const Plan>(Plan{std::move(request), desk()});
    auto answer = std::make_shared<Answer>();
    const auto job = [plan, answer](store::Tx& tx) {
        answer->made = redeem_in(tx, *plan);
        if (!tx.ok()) return;
        const auto id = answer->made ? answer->made->id : earlier_payout(tx, plan->request);
        if (id) answer->payout = payout_json(tx, *id);
    };
    store_.submit(job, [this, gate = gate_, answer, stopping, done = std::move(done)](Result<void> stored) {
        if (!stored) return done(stored.error());
        {
            const CallbackGate::Pass pass(*gate);
            if (!pass) return done(stopping);
            if (answer->made) {
                Applied applied;
                applied.row = *answer->made;
                applied.before = State::refused;  // so that it is counted as entered
                note(applied);
            }
        }
        done(std::move(answer->payout));
    });
}

}  // namespace tributary::payout
