#include "tests/unit/flow/fake_feed.hpp"

#include <map>
#include <sstream>

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/money/money.hpp"

namespace tributary::test {
namespace {

using host::span_of;

class Decoder {
public:
    explicit Decoder(host::RecordSink& sink) : sink_(sink) {}

    Result<void> run(const std::string& text) {
        size_t at = 0;
        for (size_t next = 0; at < text.size(); at = next) {
            next = text.find('\n', at);
            next = next == std::string::npos ? text.size() : next + 1;
            std::istringstream line(text.substr(at, next - at));
            std::string word;
            line >> word;
            TRIBUTARY_CHECK(record(word, line, at, next));
        }
        return {};
    }
    host::DecodeSummary summary;

private:
    Result<void> record(const std::string& word, std::istringstream& line, size_t at, size_t next) {
        if (word == "CRASH") return fail(ErrorCode::unavailable, "the connector crashed");
        if (word == "ISA") return begin(line, at);
        if (word == "REPORT") return report(line);
        if (word == "SALE" || word == "RETURN") return event(word == "SALE", line, at);
        if (word == "BAD") is_bad_ = true;
        if (word == "END") return end(next);
        return {};
    }

    Result<void> begin(std::istringstream& line, size_t at) {
        line >> control_;
        flags_ = line.str();
        begin_ = at;
        ++interchange_;
        set_ = 0;
        return sink_.interchange(envelope(TRIBUTARY_BEGIN, 0, 0));
    }

    tributary_interchange envelope(uint32_t phase, uint64_t size, uint32_t verdict) {
        tributary_interchange out{};
        out.struct_size = sizeof out;
        out.phase = phase;
        out.ordinal = interchange_;
        out.verdict = verdict;
        out.at.byte = begin_;
        out.sender_qualifier = span_of("ZZ"), out.sender = span_of("SENDER");
        out.receiver_qualifier = span_of("ZZ"), out.receiver = span_of("RECEIVER");
        out.control_number = span_of(control_);
        out.note_code = span_of("000");
        out.is_test = flags_.find(" test") != std::string::npos;
        out.wants_ack = flags_.find(" ack") != std::string::npos;
        out.size = size;
        return out;
    }

    tributary_set set(uint32_t phase) {
        tributary_set out{};
        out.struct_size = sizeof out;
        out.phase = phase;
        out.interchange = interchange_, out.group = 1, out.ordinal = set_;
        out.verdict =
            phase == TRIBUTARY_END ? (is_bad_ ? TRIBUTARY_REJECTED : TRIBUTARY_ACCEPTED) : TRIBUTARY_VERDICT_NONE;
        out.id = span_of("867");
        out.events = events_;
        return out;
    }

    Result<void> end_set() {
        if (set_ == 0) return {};
        const Result<void> ended = sink_.set(set(TRIBUTARY_END));
        events_ = 0;
        is_bad_ = false;
        return ended;
    }

    Result<void> report(std::istringstream& line) {
        TRIBUTARY_CHECK(end_set());
        ++set_;
        TRIBUTARY_CHECK(sink_.set(set(TRIBUTARY_BEGIN)));
        std::string id, purpose, distributor;
        line >> id >> purpose >> distributor;
        tributary_report out{};
        out.struct_size = sizeof out;
        out.set = set_;
        out.purpose = purpose == "replace"  ? TRIBUTARY_PURPOSE_REPLACE
                      : purpose == "cancel" ? TRIBUTARY_PURPOSE_CANCEL
                                            : TRIBUTARY_PURPOSE_ORIGINAL;
        out.date = 20261101;
        out.period_end = 20261031;
        out.id = span_of(id);
        out.currency = span_of("USD");
        const size_t colon = distributor.find(':');
        const std::string scheme = distributor.substr(0, colon), value = distributor.substr(colon + 1);
        out.distributor.qualifier = span_of(scheme);
        out.distributor.id = span_of(value);
        return sink_.report(out);
    }

    Result<void> event(bool is_sale, std::istringstream& line, size_t at) {
        std::map<std::string, std::string> fields;
        for (std::string word; line >> word;) fields[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
        ++events_;
        ++summary.events;
        tributary_event out{};
        out.struct_size = sizeof out;
        out.set = set_;
        out.kind = is_sale ? TRIBUTARY_EVENT_SALE : TRIBUTARY_EVENT_RETURN;
        out.ordinal = summary.events;
        out.at.byte = at;
        out.at.line = static_cast<uint32_t>(summary.events);
        out.invoice_date = fields["date"].empty() ? 20261015 : static_cast<int32_t>(*parse_int(fields["date"]));
        out.line_id = span_of(fields["id"]);
        out.invoice = span_of(fields["inv"]);
        out.uom = span_of("EA");
        if (!fields["reseller"].empty())
            out.reseller.qualifier = span_of("92"), out.reseller.id = span_of(fields["reseller"]);
        out.rep_email = span_of(fields["rep"]);
        const auto quantity = parse_decimal(fields["qty"]);
        out.quantity = {is_sale ? quantity->value : -quantity->value, static_cast<uint32_t>(quantity->scale), 1};
        const tributary_pair id{span_of("VP"), span_of(fields["sku"])};
        out.product_ids = &id;
        out.product_id_count = 1;
        std::vector<tributary_span> serials;
        if (!fields["serials"].empty())
            for (const std::string_view serial : split(fields["serials"], ',')) serials.push_back(span_of(serial));
        out.serials = serials.data();
        out.serial_count = static_cast<uint32_t>(serials.size());
        return sink_.event(out);
    }

    Result<void> end(size_t next) {
        TRIBUTARY_CHECK(end_set());
        return sink_.interchange(envelope(TRIBUTARY_END, next - begin_, TRIBUTARY_ACCEPTED));
    }

    host::RecordSink& sink_;
    std::string control_, flags_;
    size_t begin_ = 0;
    uint32_t interchange_ = 0, set_ = 0;
    uint64_t events_ = 0;
    bool is_bad_ = false;
};

class FakeFeed final : public host::Connector, public host::FeedConnector {
public:
    const std::string& name() const override { return name_; }
    const host::Manifest& manifest() const override { return manifest_; }
    host::ConnectorState state() const override { return {}; }
    host::FeedConnector* as_feed() override { return this; }
    host::PayoutConnector* as_payout() override { return nullptr; }
    host::NoticeConnector* as_notice() override { return nullptr; }
    host::SourceConnector* as_source() override { return nullptr; }

    Result<host::DecodeSummary> decode(host::ByteSource& source, host::RecordSink& sink, const host::Profile&,
                                       const host::DecodeLimits&) override {
        std::string text;
        char buffer[4096];
        for (;;) {
            TRIBUTARY_TRY(const size_t count, source.read(buffer, sizeof buffer));
            if (count == 0) break;
            text.append(buffer, count);
        }
        Decoder decoder(sink);
        TRIBUTARY_CHECK(decoder.run(text));
        return decoder.summary;
    }
    Result<std::string> acknowledge(const host::AckRequest& request) override {
        return fmt::format("ACK {} {} {} {}\n", request.interchange.control_number, request.format,
                           request.interchange.note_code, request.control_number);
    }

private:
    const std::string name_ = "fake";
    host::Manifest manifest_;
};

}  // namespace

std::shared_ptr<host::Connector> make_fake_feed() {
    return std::make_shared<FakeFeed>();
}

}  // namespace tributary::test
