#include "tests/unit/x12/feed_harness.hpp"

#include "connectors/feeds/x12/connector.hpp"

namespace tributary::x12::test {
namespace {

using sdk::text;

const char* verdict_name(uint32_t verdict) {
    static constexpr const char* names[] = {"-", "A", "E", "R"};
    return verdict < 4 ? names[verdict] : "?";
}

// One instance serves all tests, as one serves all files of the daemon.
struct Instance {
    tributary_connector connector = descriptor();
    tributary_instance* instance = nullptr;
    tributary_host host = sdk::make<tributary_host>();
    std::vector<std::string>* log = nullptr;

    Instance() {
        host.context = this;
        host.log = [](void* self, int32_t, tributary_span line) {
            auto* lines = static_cast<Instance*>(self)->log;
            if (lines != nullptr) lines->emplace_back(text(line));
        };
        connector.create(&host, nullptr, 0, &instance);
    }
    ~Instance() { connector.destroy(instance); }
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;
};

// Records of one interchange, kept for the acknowledgement.
struct Kept {
    tributary_interchange interchange{};
    std::vector<tributary_group> groups;
    std::vector<tributary_set> sets;
    std::vector<tributary_diagnostic> diagnostics;
};

class Recorder {
public:
    Recorder(Outcome& outcome, bool is_full_at_times) : outcome_(outcome), is_full_at_times_(is_full_at_times) {}

    tributary_feed_sink sink() {
        auto sink = sdk::make<tributary_feed_sink>();
        sink.context = this;
        sink.interchange = [](void* self, const tributary_interchange* r) { return of(self).take(*r); };
        sink.group = [](void* self, const tributary_group* r) { return of(self).take(*r); };
        sink.set = [](void* self, const tributary_set* r) { return of(self).take(*r); };
        sink.report = [](void* self, const tributary_report* r) { return of(self).take(*r); };
        sink.event = [](void* self, const tributary_event* r) { return of(self).take(*r); };
        sink.diagnostic = [](void* self, const tributary_diagnostic* r) { return of(self).take(*r); };
        return sink;
    }
    std::deque<Kept>& kept() { return kept_; }

private:
    static Recorder& of(void* self) { return *static_cast<Recorder*>(self); }

    template <class Record>
    int32_t take(const Record& record) {
        if (is_full_at_times_ && (refused_ = !refused_)) return TRIBUTARY_FULL;
        write(record);
        return TRIBUTARY_OK;
    }

    std::string& line(const char* kind) { return outcome_.dump += kind; }
    void end_line() { outcome_.dump += '\n'; }
    void field(const char* name, std::string_view value) {
        if (!value.empty()) outcome_.dump += std::string(" ") + name + "=" + std::string(value);
    }
    void field(const char* name, tributary_span value) { field(name, text(value)); }
    void number(const char* name, uint64_t value) {
        if (value != 0) field(name, std::to_string(value));
    }
    void position(const tributary_position& at) {
        outcome_.dump +=
            " @" + std::to_string(at.byte) + " " + std::to_string(at.line) + ":" + std::to_string(at.column);
        if (at.segment != 0) outcome_.dump += " #" + std::to_string(at.segment);
    }
    static std::string decimal(const tributary_decimal& value) {
        if (value.is_set == 0) return "-";
        std::string digits = std::to_string(value.value < 0 ? -value.value : value.value);
        if (digits.size() <= value.scale) digits.insert(0, value.scale + 1 - digits.size(), '0');
        if (value.scale != 0) digits.insert(digits.size() - value.scale, ".");
        return (value.value < 0 ? "-" : "") + digits;
    }
    void party(const char* name, const tributary_party& party) {
        std::string value;
        for (const tributary_span part :
             {party.qualifier, party.id, party.name, party.city, party.region, party.postal_code, party.country}) {
            value += (value.empty() ? "" : "|") + std::string(text(part));
        }
        if (value.find_first_not_of('|') != std::string::npos) field(name, "[" + value + "]");
    }

    void write(const tributary_interchange& r) {
        const bool is_end = r.phase == TRIBUTARY_END;
        line(is_end ? "interchange end" : "interchange begin");
        number("ordinal", r.ordinal);
        position(r.at);
        field("version", r.version);
        field("from", std::string(text(r.sender_qualifier)) + "/" + std::string(text(r.sender)));
        field("to", std::string(text(r.receiver_qualifier)) + "/" + std::string(text(r.receiver)));
        field("number", r.control_number);
        field("date", r.date);
        field("time", r.time);
        number("test", r.is_test);
        number("wants_ack", r.wants_ack);
        field("context", r.ack_context);
        if (is_end) {
            field("verdict", verdict_name(r.verdict));
            field("note", r.note_code);
            number("claimed", r.groups_claimed);
            number("seen", r.groups_seen);
            number("size", r.size);
            outcome_.verdicts.push_back(std::string("interchange ") + verdict_name(r.verdict) + " " +
                                        std::string(text(r.note_code)));
            kept_.resize(std::max<size_t>(kept_.size(), r.ordinal));
            kept_[r.ordinal - 1].interchange = copy(r);
        }
        end_line();
    }
    void write(const tributary_group& r) {
        const bool is_end = r.phase == TRIBUTARY_END;
        line(is_end ? "group end" : "group begin");
        number("ordinal", r.ordinal);
        position(r.at);
        field("id", r.functional_id);
        field("from", r.sender);
        field("to", r.receiver);
        field("number", r.control_number);
        field("version", r.version);
        if (is_end) {
            field("verdict", verdict_name(r.verdict));
            field("claimed", std::to_string(r.sets_claimed));
            field("seen", std::to_string(r.sets_seen));
            field("accepted", std::to_string(r.sets_accepted));
            field("codes", r.error_codes);
            outcome_.verdicts.push_back(std::string("group ") + verdict_name(r.verdict) + " " +
                                        std::string(text(r.error_codes)));
            kept_.resize(std::max<size_t>(kept_.size(), r.interchange));
            kept_[r.interchange - 1].groups.push_back(copy(r));
        }
        end_line();
    }
    void write(const tributary_set& r) {
        const bool is_end = r.phase == TRIBUTARY_END;
        line(is_end ? "set end" : "set begin");
        number("ordinal", r.ordinal);
        position(r.at);
        number("group", r.group);
        field("id", r.id);
        field("number", r.control_number);
        field("implementation", r.implementation);
        if (is_end) {
            field("verdict", verdict_name(r.verdict));
            field("codes", r.error_codes);
            field("segments", std::to_string(r.segments));
            field("events", std::to_string(r.events));
            outcome_.verdicts.push_back(std::string("set ") + verdict_name(r.verdict) + " " +
                                        std::string(text(r.error_codes)));
            kept_.resize(std::max<size_t>(kept_.size(), r.interchange));
            kept_[r.interchange - 1].sets.push_back(copy(r));
        }
        end_line();
    }
    void write(const tributary_report& r) {
        line("report");
        number("set", r.set);
        position(r.at);
        number("purpose", r.purpose);
        field("id", r.id);
        field("type", r.type);
        number("date", uint64_t(r.date));
        number("from", uint64_t(r.period_start));
        number("to", uint64_t(r.period_end));
        field("currency", r.currency);
        party("distributor", r.distributor);
        party("vendor", r.vendor);
        ++outcome_.reports;
        end_line();
    }
    void write(const tributary_event& r) {
        line(r.kind == TRIBUTARY_EVENT_SALE ? "sale" : r.kind == TRIBUTARY_EVENT_RETURN ? "return" : "event?");
        number("set", r.set);
        number("ordinal", r.ordinal);
        position(r.at);
        field("kind", r.sale_kind);
        field("quantity", decimal(r.quantity));
        field("uom", r.uom);
        field("line", r.line_id);
        party("reseller", r.reseller);
        party("end_customer", r.end_customer);
        field("rep", r.rep_name);
        field("rep_email", r.rep_email);
        field("rep_phone", r.rep_phone);
        field("rep_id", r.rep_id);
        field("invoice", r.invoice);
        number("invoice_date", uint64_t(r.invoice_date));
        number("ship_date", uint64_t(r.ship_date));
        field("order", r.order);
        field("purchase_order", r.purchase_order);
        field("debit", r.debit_reference);
        field("contract", r.contract);
        field("credit_memo", r.credit_memo);
        field("description", r.description);
        for (uint32_t i = 0; i < r.product_id_count; ++i) {
            field("product",
                  std::string(text(r.product_ids[i].name)) + ":" + std::string(text(r.product_ids[i].value)));
        }
        for (uint32_t i = 0; i < r.price_count; ++i) {
            const tributary_price& price = r.prices[i];
            field("price", std::string(text(price.type)) + ":" + decimal(price.amount) + "/" +
                               std::string(text(price.uom)) + "/" + std::string(text(price.currency)));
        }
        for (uint32_t i = 0; i < r.serial_count; ++i) field("serial", r.serials[i]);
        ++outcome_.events;
        end_line();
    }
    void write(const tributary_diagnostic& r) {
        static constexpr const char* severities[] = {"?", "note", "warning", "error"};
        static constexpr const char* scopes[] = {"?", "interchange", "group", "set", "line"};
        line(severities[r.severity % 4]);
        field("code", r.code);
        field("scope", scopes[r.scope % 5]);
        position(r.at);
        outcome_.dump +=
            " in=" + std::to_string(r.interchange) + "/" + std::to_string(r.group) + "/" + std::to_string(r.set);
        field("tag", r.tag);
        number("element", r.element);
        number("component", r.component);
        if (r.value.size != 0) field("value", "'" + std::string(text(r.value)) + "'");
        if (r.ack_segment.size + r.ack_element.size + r.ack_reference.size != 0) {
            field("ack", std::string(text(r.ack_segment)) + "," + std::string(text(r.ack_element)) + "," +
                             std::string(text(r.ack_reference)));
        }
        outcome_.dump += " | " + std::string(text(r.message)) + " | " + std::string(text(r.rule)) + " | " +
                         std::string(text(r.hint));
        outcome_.codes.emplace_back(text(r.code));
        if (r.ack_segment.size != 0 && r.interchange != 0) {
            kept_.resize(std::max<size_t>(kept_.size(), r.interchange));
            kept_[r.interchange - 1].diagnostics.push_back(copy(r));
        }
        end_line();
    }

    // Copies of records for the acknowledgement; their text moves into the pool.
    void own(tributary_span& span) {
        if (span.size == 0) return;
        pool_.emplace_back(text(span));
        span = sdk::span(pool_.back());
    }
    tributary_interchange copy(tributary_interchange r) {
        for (tributary_span* span : {&r.version, &r.sender_qualifier, &r.sender, &r.receiver_qualifier, &r.receiver,
                                     &r.control_number, &r.date, &r.time, &r.ack_context, &r.note_code}) {
            own(*span);
        }
        return r;
    }
    tributary_group copy(tributary_group r) {
        for (tributary_span* span :
             {&r.functional_id, &r.sender, &r.receiver, &r.control_number, &r.version, &r.error_codes}) {
            own(*span);
        }
        return r;
    }
    tributary_set copy(tributary_set r) {
        for (tributary_span* span : {&r.id, &r.control_number, &r.implementation, &r.error_codes}) own(*span);
        return r;
    }
    tributary_diagnostic copy(tributary_diagnostic r) {
        for (tributary_span* span : {&r.code, &r.tag, &r.value, &r.ack_segment, &r.ack_element, &r.ack_reference})
            own(*span);
        r.rule = r.message = r.hint = {};
        return r;
    }

    Outcome& outcome_;
    bool is_full_at_times_, refused_ = false;
    std::deque<Kept> kept_;
    std::deque<std::string> pool_;
};

void push_all(const tributary_feed& feed, tributary_session* session, std::string_view bytes, Outcome& outcome) {
    // The bytes live only as long as the push: a view that is kept too long shows under AddressSanitizer.
    while (outcome.status >= 0) {
        const std::string copy(bytes);
        uint64_t taken = 0;
        outcome.status = feed.push(session, sdk::span(copy), &taken);
        bytes.remove_prefix(taken);
        if (outcome.status != TRIBUTARY_FULL && bytes.empty()) return;
        if (outcome.status == TRIBUTARY_OK && taken == 0) outcome.status = TRIBUTARY_INTERNAL;
    }
}

void acknowledge(const tributary_feed& feed, tributary_instance* instance, const Kept& kept, std::string_view format,
                 uint64_t number, Outcome& outcome) {
    auto request = sdk::make<tributary_ack_request>();
    request.interchange = &kept.interchange;
    request.groups = kept.groups.data();
    request.sets = kept.sets.data();
    request.diagnostics = kept.diagnostics.data();
    request.group_count = uint32_t(kept.groups.size());
    request.set_count = uint32_t(kept.sets.size());
    request.diagnostic_count = uint32_t(kept.diagnostics.size());
    request.control_number = number;
    request.now_ms = answer_time_ms;
    const bool wants_ta1 = kept.interchange.wants_ack != 0 || kept.interchange.verdict == TRIBUTARY_REJECTED;
    request.format = sdk::span(!format.empty() ? format : wants_ta1 ? "TA1+997" : "997");
    auto sink = sdk::make<tributary_sink>();
    sink.context = &outcome.answer;
    sink.write = [](void* context, tributary_span bytes) {
        *static_cast<std::string*>(context) += text(bytes);
        return int32_t(TRIBUTARY_OK);
    };
    const int32_t status = feed.acknowledge(instance, &request, &sink);
    if (status != TRIBUTARY_OK) outcome.status = status;
}

}  // namespace

Outcome decode(std::string_view input, const ProfilePairs& profile, const Run& run, std::string_view format) {
    Outcome outcome;
    static Instance shared;
    const tributary_connector& connector = shared.connector;
    tributary_instance* instance = shared.instance;
    shared.log = &outcome.log;
    std::vector<tributary_pair> pairs;
    for (const auto& [name, value] : profile) pairs.push_back(sdk::pair(name, value));
    Recorder recorder(outcome, run.is_sink_full_at_times);
    const tributary_feed_sink sink = recorder.sink();
    tributary_session* session = nullptr;
    outcome.opened = connector.feed->open(instance, pairs.data(), pairs.size(), &sink, &session);
    if (outcome.opened == TRIBUTARY_OK) {
        size_t from = 0;
        for (const size_t split : run.splits) {
            push_all(*connector.feed, session, input.substr(from, split - from), outcome);
            from = split;
        }
        while (from < input.size()) {
            const std::string_view chunk = input.substr(from, run.chunk);
            push_all(*connector.feed, session, chunk, outcome);
            from += chunk.size();
        }
        do {
            outcome.status = connector.feed->finish(session);
        } while (outcome.status == TRIBUTARY_FULL);
        connector.feed->close(session);
        uint64_t number = 7;
        for (const Kept& kept : recorder.kept()) {
            acknowledge(*connector.feed, instance, kept, format, number++, outcome);
        }
    }
    return outcome;
}

}  // namespace tributary::x12::test
