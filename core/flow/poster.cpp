#include "core/flow/poster.hpp"

#include <fmt/format.h>

#include "core/base/json.hpp"
#include "core/flow/raw_event.hpp"

namespace tributary::flow {
namespace {

// The price that counts for the record: resale before anything else.
const Price* price_of(const Event& event) {
    for (const Price& price : event.prices)
        if (price.type == "RS") return &price;
    return event.prices.empty() ? nullptr : &event.prices.front();
}

std::string personal_of(const host::Event& raw) {
    json::object personal;
    const auto add = [&](const char* key, const std::string& value) {
        if (!value.empty()) personal[key] = value;
    };
    add("rep_name", raw.rep_name);
    add("rep_email", raw.rep_email);
    add("rep_phone", raw.rep_phone);
    add("end_customer", raw.end_customer.name);
    add("end_customer_id", raw.end_customer.id);
    add("end_customer_city", raw.end_customer.city);
    return personal.empty() ? std::string() : to_text(personal);
}

LineOutcome exception_of(Unresolved why) {
    LineOutcome outcome;
    outcome.result = LineResult::exception;
    outcome.why = std::move(why);
    return outcome;
}

LineOutcome outcome_of(const ClaimAnswer& answer) {
    LineOutcome outcome;
    outcome.other = answer.other;
    outcome.result = LineResult::duplicate;
    if (answer.claim == Claim::differs)
        return exception_of(
            {"sale_differs", event_name(answer.other),
             fmt::format("line {} reported the same sale with another quantity; send a replacing report",
                         event_name(answer.other))});
    if (answer.claim == Claim::serial_taken)
        return exception_of({"serial_sold_twice", answer.serial,
                             fmt::format("serial {} was sold by line {} and not returned since", answer.serial,
                                         event_name(answer.other))});
    return outcome;
}

}  // namespace

LineOutcome Poster::post_line(store::Tx& tx, const ReportFacts& report, EventId id, const host::Event& raw,
                              bool keep_exception) {
    auto resolved = resolver_.resolve(tx, report, id, raw);
    LineOutcome outcome;
    if (auto* missing = std::get_if<Unresolved>(&resolved)) {
        outcome = exception_of(std::move(*missing));
    } else {
        const Event& event = std::get<Event>(resolved);
        outcome = event.kind == EventKind::sale      ? post_sale(tx, report, event, raw)
                  : event.kind == EventKind::return_ ? post_return(tx, report, event, raw)
                                                     : post_other(tx, report, event, raw);
    }
    if (outcome.result == LineResult::exception && keep_exception) insert_exception(tx, report, id, raw, outcome.why);
    return outcome;
}

LineOutcome Poster::post_sale(store::Tx& tx, const ReportFacts& report, const Event& event, const host::Event& raw) {
    const SaleKey key = sale_key_of(tx, event, raw.line_id);
    const ClaimAnswer claimed = claim(tx, event, key);
    if (claimed.claim != Claim::fresh) return outcome_of(claimed);
    const rules::Evaluation evaluation = rules::evaluate(event, *programs_);
    insert_event(tx, report, event, raw, EventId{}, rules::explanation_data(evaluation, *programs_));
    LineOutcome outcome;
    outcome.awards = awards_.post(tx, event.id, evaluation, *programs_);
    int64_t back = 0;
    for (const Orphan& orphan : orphans_of(tx, key)) {
        adopt(tx, orphan, event.id, key);
        back += orphan.quantity;
        outcome.reversed += awards_.reverse_part(tx, orphan.return_event, event.id,
                                                 std::min(back, event.quantity.value), event.quantity.value);
    }
    return outcome;
}

LineOutcome Poster::post_return(store::Tx& tx, const ReportFacts& report, const Event& event, const host::Event& raw) {
    const SaleKey key = sale_key_of(tx, event, raw.line_id);
    const ClaimAnswer claimed = claim(tx, event, key);
    if (claimed.claim != Claim::fresh) return outcome_of(claimed);
    auto matched = match_return(tx, event);
    if (auto* missing = std::get_if<Unresolved>(&matched)) {
        tx.run(
            "DELETE FROM sale_line WHERE distributor = ? AND period = ? AND invoice = ? AND product = ? AND "
            "discriminator = ?",
            key.distributor, key.period, key.invoice, key.product, key.discriminator);
        return exception_of(std::move(*missing));
    }
    const auto& matches = std::get<std::vector<Match>>(matched);
    insert_event(tx, report, event, raw, matches.front().sale, "[]");
    take_back(tx, event, matches);
    LineOutcome outcome;
    for (const Match& match : matches)
        outcome.reversed +=
            awards_.reverse_part(tx, event.id, match.sale, match.returned_before + match.taken, match.sold);
    return outcome;
}

LineOutcome Poster::post_other(store::Tx& tx, const ReportFacts& report, const Event& event, const host::Event& raw) {
    const rules::Evaluation evaluation = rules::evaluate(event, *programs_);
    insert_event(tx, report, event, raw, EventId{}, rules::explanation_data(evaluation, *programs_));
    LineOutcome outcome;
    outcome.awards = awards_.post(tx, event.id, evaluation, *programs_);
    return outcome;
}

void Poster::insert_event(store::Tx& tx, const ReportFacts& report, const Event& event, const host::Event& raw,
                          EventId returns, const std::string& explanation) {
    const Price* price = price_of(event);
    const std::string personal = personal_of(raw);
    const std::string salt = random_.bytes(16);
    const Digest digest = sha256(salt + personal);
    tx.run(
        "INSERT INTO event (id, report, kind, date, distributor, reseller, rep, product, quantity, quantity_scale, "
        "uom, "
        "price_type, price, price_scale, currency, invoice, line_id, sale_kind, debit_reference, serials, line, byte, "
        "returns_event, explanation, personal_salt, personal, personal_digest) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        event.id, report.row, event.kind, event.date, event.distributor->id,
        event.reseller ? event.reseller->id : PartyId{}, event.rep ? event.rep->id : PartyId{}, event.product->id,
        event.quantity.value, event.quantity.scale, event.uom, price != nullptr ? price->type : std::string(),
        price != nullptr ? price->amount.value : 0, price != nullptr ? price->amount.scale : 0,
        price != nullptr ? price->currency : std::string(), event.invoice, raw.line_id, event.sale_kind,
        raw.debit_reference, join_serials(event.serials), raw.at.line, raw.at.byte, returns, explanation,
        store::Blob{salt}, personal, digest);
}

void Poster::insert_exception(store::Tx& tx, const ReportFacts& report, EventId id, const host::Event& raw,
                              const Unresolved& why) {
    tx.run(
        "INSERT OR IGNORE INTO exception (event_id, report, cause, subject, detail, raw, state, created_at) VALUES (?, "
        "?, ?, ?, ?, ?, 'open', ?)",
        id, report.row, why.cause, why.subject, why.detail, to_text(to_json(raw)), clock_.now_ms());
}

std::string Poster::title_of(IncentiveId incentive) const {
    for (const rules::AppliedProgram& program : *programs_)
        for (size_t i = 0; i < program.incentive_ids.size(); ++i)
            if (program.incentive_ids[i] == incentive) return program.program.incentives[i].title;
    return {};
}

void Poster::reverse_event(store::Tx& tx, EventId id) {
    const auto kind = tx.one_integer("SELECT kind FROM event WHERE id = ?", id);
    if (!kind) return;
    if (*kind == static_cast<int64_t>(EventKind::return_)) {
        awards_.undo_reversals(tx, id);
        give_back(tx, id);
    } else {
        awards_.reverse_all(tx, id);
    }
    release(tx, id);
}

}  // namespace tributary::flow
