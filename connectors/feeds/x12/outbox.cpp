#include "connectors/feeds/x12/outbox.hpp"

#include <cstring>

namespace tributary::x12 {
namespace {

template <class F>
void each_span(tributary_party& party, F&& f) {
    for (tributary_span* span :
         {&party.qualifier, &party.id, &party.name, &party.city, &party.region, &party.postal_code, &party.country}) {
        f(*span);
    }
}
template <class F>
void each_span(tributary_interchange& r, F&& f) {
    for (tributary_span* span : {&r.standard, &r.version, &r.sender_qualifier, &r.sender, &r.receiver_qualifier,
                                 &r.receiver, &r.control_number, &r.date, &r.time, &r.ack_context, &r.note_code}) {
        f(*span);
    }
}
template <class F>
void each_span(tributary_group& r, F&& f) {
    for (tributary_span* span :
         {&r.functional_id, &r.sender, &r.receiver, &r.control_number, &r.version, &r.error_codes}) {
        f(*span);
    }
}
template <class F>
void each_span(tributary_set& r, F&& f) {
    for (tributary_span* span : {&r.id, &r.control_number, &r.implementation, &r.error_codes}) f(*span);
}
template <class F>
void each_span(tributary_report& r, F&& f) {
    for (tributary_span* span : {&r.id, &r.type, &r.currency}) f(*span);
    each_span(r.distributor, f);
    each_span(r.vendor, f);
}
template <class F>
void each_span(tributary_event& r, F&& f) {
    for (tributary_span* span :
         {&r.line_id, &r.sale_kind, &r.rep_name, &r.rep_email, &r.rep_phone, &r.rep_id, &r.invoice, &r.order,
          &r.purchase_order, &r.debit_reference, &r.contract, &r.credit_memo, &r.description, &r.uom}) {
        f(*span);
    }
    each_span(r.reseller, f);
    each_span(r.end_customer, f);
}
template <class F>
void each_span(tributary_diagnostic& r, F&& f) {
    for (tributary_span* span :
         {&r.code, &r.tag, &r.value, &r.rule, &r.message, &r.hint, &r.ack_segment, &r.ack_element, &r.ack_reference}) {
        f(*span);
    }
}

}  // namespace

template <class T>
void Outbox::keep(const T& record) {
    Kept& kept = waiting_.emplace_back();
    kept.record = record;
    T& copy = std::get<T>(kept.record);
    if constexpr (std::is_same_v<T, tributary_event>) {
        kept.product_ids.assign(copy.product_ids, copy.product_ids + copy.product_id_count);
        kept.prices.assign(copy.prices, copy.prices + copy.price_count);
        kept.serials.assign(copy.serials, copy.serials + copy.serial_count);
        copy.product_ids = kept.product_ids.data();
        copy.prices = kept.prices.data();
        copy.serials = kept.serials.data();
    }
    const auto every = [&](auto&& f) {
        each_span(copy, f);
        for (tributary_pair& pair : kept.product_ids) f(pair.name), f(pair.value);
        for (tributary_price& price : kept.prices) f(price.type), f(price.currency), f(price.uom);
        for (tributary_span& serial : kept.serials) f(serial);
    };
    uint64_t total = 0;
    every([&](tributary_span& span) { total += span.size; });
    kept.bytes = std::make_unique<char[]>(total);
    char* cursor = kept.bytes.get();
    every([&](tributary_span& span) {
        if (span.size == 0) return;
        std::memcpy(cursor, span.data, span.size);
        span.data = reinterpret_cast<const uint8_t*>(cursor);
        cursor += span.size;
    });
}

template void Outbox::keep(const tributary_interchange&);
template void Outbox::keep(const tributary_group&);
template void Outbox::keep(const tributary_set&);
template void Outbox::keep(const tributary_report&);
template void Outbox::keep(const tributary_event&);
template void Outbox::keep(const tributary_diagnostic&);

bool Outbox::drain() {
    while (status_ >= 0 && !waiting_.empty()) {
        const int32_t answer = std::visit([this](const auto& record) { return send(record); }, waiting_.front().record);
        if (answer == TRIBUTARY_FULL) return false;
        if (answer < 0) {
            status_ = answer;
            return false;
        }
        waiting_.pop_front();
    }
    return status_ >= 0;
}

}  // namespace tributary::x12
