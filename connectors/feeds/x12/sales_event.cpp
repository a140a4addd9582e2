// The records of an 867: what the lines and the header add up to. Second half of SalesReport.
#include <string>

#include "connectors/feeds/x12/sales_report.hpp"
#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {
namespace {

bool is_reset(const tributary_decimal& value) {
    return value.is_set == 0;
}

}  // namespace

// Decides what the line is worth; false when it gives no event, which has been said in a finding then.
bool SalesReport::quantity_of_line(tributary_decimal& quantity, bool& is_return) {
    if (transfer_ == Transfer::ignored) return false;
    if (!line_.has_quantity || is_reset(line_.quantity)) {
        warn(Finding::quantity_missing, line_.qualifier);
        return false;
    }
    const uint32_t kind = packed(line_.qualifier);
    const bool is_returned_kind = profile_.quantity_returned.has(kind);
    if (!is_returned_kind && !profile_.quantity_sold.has(kind)) {
        warn(Finding::quantity_unknown, line_.qualifier);
        return false;
    }
    quantity = line_.quantity;
    if (quantity.value == 0) {
        warn(Finding::quantity_zero, line_.qualifier);
        return false;
    }
    // A return is negative whatever the sender's habit; what is negative already is not turned round again.
    is_return = transfer_ == Transfer::returned || is_returned_kind || quantity.value < 0;
    if (is_return && quantity.value > 0) quantity.value = -quantity.value;
    return true;
}

void SalesReport::finish_line() {
    if (!line_.is_open) return;
    tributary_decimal quantity{};
    bool is_return = false;
    if (quantity_of_line(quantity, is_return)) {
        if (line_.serials_left_out != 0) {
            warn(Finding::serials_too_many, std::to_string(serials_.size() + line_.serials_left_out),
                 std::to_string(profile_.serials_max));
        } else if (!serials_.empty()) {
            int64_t units = quantity.value < 0 ? -quantity.value : quantity.value;
            for (uint32_t i = 0; i < quantity.scale; ++i) units = units % 10 == 0 ? units / 10 : -1;
            if (units != int64_t(serials_.size())) {
                warn(Finding::serial_count, std::to_string(serials_.size()),
                     units < 0 ? std::string("a whole quantity") : std::to_string(units) + " serial numbers");
            }
        }
        if (product_ids_.empty() && transfer_product_.value.size != 0) product_ids_.push_back(transfer_product_);
        if (product_ids_.empty()) warn(Finding::product_missing, "");
        send_event(quantity, is_return);
    }
    line_.is_open = false;
}

void SalesReport::send_event(const tributary_decimal& quantity, bool is_return) {
    const auto reference = [&](ReferenceField field) {
        const Ranked& own = line_facts_.references[size_t(field)];
        return sdk::span(own.rank != Codes::absent ? own.text : transfer_facts_.references[size_t(field)].text);
    };
    const auto either = [](std::string_view own, std::string_view other) {
        return sdk::span(own.empty() ? other : own);
    };
    const auto party = [](const Party& from) {
        return tributary_party{sdk::span(from.qualifier), sdk::span(from.id),     sdk::span(from.name),
                               sdk::span(from.city),      sdk::span(from.region), sdk::span(from.postal_code),
                               sdk::span(from.country)};
    };
    tributary_event& event = event_;
    event.set = set_;
    event.kind = is_return ? TRIBUTARY_EVENT_RETURN : TRIBUTARY_EVENT_SALE;
    event.invoice_date = line_facts_.invoice_date != 0 ? line_facts_.invoice_date : transfer_facts_.invoice_date;
    event.ship_date = line_facts_.ship_date != 0 ? line_facts_.ship_date : transfer_facts_.ship_date;
    event.ordinal = *lines_;
    event.at = line_.at;
    event.line_id = reference(ReferenceField::line_id);
    if (event.line_id.size == 0) event.line_id = sdk::span(line_.line_id);
    event.sale_kind = sdk::span(transfer_code_);
    event.reseller = party(reseller_);
    event.end_customer = party(end_customer_);
    const bool has_own_rep = !line_facts_.rep_name.empty() || !line_facts_.rep_email.empty();
    const Facts& rep = has_own_rep ? line_facts_ : transfer_facts_;
    event.rep_name = sdk::span(rep.rep_name);
    event.rep_email = sdk::span(rep.rep_email);
    event.rep_phone = sdk::span(rep.rep_phone);
    event.rep_id = reference(ReferenceField::rep_id);
    event.invoice = reference(ReferenceField::invoice);
    event.order = reference(ReferenceField::order);
    event.purchase_order = reference(ReferenceField::purchase_order);
    if (event.purchase_order.size == 0) {
        event.purchase_order = either(line_facts_.order_of_prf, transfer_facts_.order_of_prf);
    }
    event.debit_reference = reference(ReferenceField::debit_reference);
    event.contract = reference(ReferenceField::contract);
    event.credit_memo = reference(ReferenceField::credit_memo);
    event.description = sdk::span(line_.description);
    event.quantity = quantity;
    event.uom = sdk::span(line_.uom);
    for (tributary_price& price : prices_) price.currency = sdk::span(line_.currency);
    event.product_ids = product_ids_.data();
    event.prices = prices_.data();
    event.serials = serials_.data();
    event.product_id_count = uint32_t(product_ids_.size());
    event.price_count = uint32_t(prices_.size());
    event.serial_count = uint32_t(serials_.size());
    outbox_.event(event);
    ++events_;
}

void SalesReport::send_report(const tributary_position& at) {
    if (is_report_sent_) return;
    is_report_sent_ = true;
    if (distributor_.rank == Codes::absent) {
        Spot spot;
        spot.at = at;
        spot.value = sender_;
        findings_.report(Finding::no_distributor, spot);
        distributor_.qualifier = "GS02";
        distributor_.id = sender_;
    }
    const auto party = [](const Party& from) {
        return tributary_party{sdk::span(from.qualifier), sdk::span(from.id),     sdk::span(from.name),
                               sdk::span(from.city),      sdk::span(from.region), sdk::span(from.postal_code),
                               sdk::span(from.country)};
    };
    report_.at = report_at_;
    report_.distributor = party(distributor_);
    report_.vendor = party(vendor_);
    outbox_.report(report_);
}

void SalesReport::add_to_hash(const tributary_decimal& quantity) {
    static constexpr int64_t powers[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    int64_t scaled = 0;
    if (quantity.is_set == 0) return;
    is_hash_usable_ &= quantity.scale <= 6 &&
                       !__builtin_mul_overflow(quantity.value, powers[quantity.scale % 7], &scaled) &&
                       !__builtin_add_overflow(hash_, scaled, &hash_);
}

void SalesReport::read_totals(const Segment& segment) {
    finish_transfer();
    send_report(segment.at);
    where_ = Where::summary;
    const uint64_t counted = products_seen_ != 0 ? products_seen_ : quantities_seen_;
    const int64_t claimed = count_of(segment[1]);
    if (claimed >= 0 && uint64_t(claimed) != counted) {
        const std::string expected = std::to_string(counted);
        Spot spot = spot_of(segment, 1);
        spot.expected = expected;
        findings_.report(Finding::line_count, spot);
    }
    if (segment[2].empty() || !is_hash_usable_) return;
    const int64_t sum = hash_;
    hash_ = 0;
    add_to_hash(decimal_of(segment[2]));
    if (hash_ == sum || !is_hash_usable_) return;
    std::string expected = std::to_string(sum / 1000000);
    if (sum < 0 && sum / 1000000 == 0) expected = "-" + expected;
    if (sum % 1000000 != 0) {
        const int64_t decimals = sum % 1000000 < 0 ? -(sum % 1000000) : sum % 1000000;
        const std::string digits = std::to_string(decimals);
        expected += "." + std::string(6 - digits.size(), '0') + digits;
        while (expected.back() == '0') expected.pop_back();
    }
    Spot spot = spot_of(segment, 2);
    spot.expected = expected;
    findings_.report(Finding::hash_total, spot);
}

}  // namespace tributary::x12
