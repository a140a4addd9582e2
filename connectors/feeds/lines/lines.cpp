// feed-lines, the smallest feed connector: a line `sku;quantity;rep;invoice` is one sale, a return when the quantity is
// negative. Start reading at push(); every record goes to the sink, which may be full: then nothing is lost, the same
// record is offered again by the next push; step_ knows how far the envelope has been opened (1..3) or closed (4..6).
#include <algorithm>
#include <charconv>
#include "plugins/sdk/connector.hpp"

namespace {
using namespace tributary::sdk;
class LineSession final : public FeedSession {
public:
    explicit LineSession(const tributary_feed_sink& sink) : sink_(sink) {}
    int32_t push(std::string_view bytes, uint64_t& taken) override {  // any chunking: line_ keeps what came before
        for (const char c : bytes) {
            const int32_t status = c == '\n' ? end_line() : line_.size() == 4096 ? TRIBUTARY_BAD_INPUT : TRIBUTARY_OK;
            if (status != TRIBUTARY_OK) return status;
            if (c != '\n') line_ += c;
            ++taken;
        }
        return TRIBUTARY_OK;
    }
    int32_t finish() override {
        const int32_t status = end_line();
        return status == TRIBUTARY_OK ? envelope(6) : status;
    }
private:
    int32_t end_line() {
        int32_t status = envelope(3);
        if (status == TRIBUTARY_OK && !line_.empty()) status = give_line();
        if (status == TRIBUTARY_OK) line_.clear(), ++number_;
        return status;
    }
    int32_t give_line() {
        std::string_view field[4], rest = line_;
        for (int i = 0; i < 4; ++i) {
            field[i] = rest.substr(0, i < 3 ? rest.find(';') : rest.npos);
            rest.remove_prefix(std::min(rest.size(), field[i].size() + 1));
        }
        int64_t quantity = 0;
        const char* end = field[1].data() + field[1].size();
        const bool is_number = std::from_chars(field[1].data(), end, quantity).ptr == end;
        const bool is_ascii = std::ranges::all_of(line_, [](char c) { return c >= 0x20 && c < 0x7f; });
        if (!is_number || quantity == 0 || !is_ascii || std::ranges::count(line_, ';') != 3) return give_error();
        auto event = make<tributary_event>();
        const tributary_pair sku = pair("VP", field[0]);
        event.set = 1, event.ordinal = number_, event.at.line = static_cast<uint32_t>(number_);
        event.kind = quantity < 0 ? TRIBUTARY_EVENT_RETURN : TRIBUTARY_EVENT_SALE;
        event.product_ids = &sku, event.product_id_count = 1;
        event.quantity = {quantity, 0, 1}, event.uom = span("EA");
        event.rep_id = span(field[2]), event.invoice = span(field[3]);
        return sink_.event(sink_.context, &event);
    }
    int32_t give_error() {
        auto finding = make<tributary_diagnostic>();
        finding.severity = TRIBUTARY_ERROR, finding.scope = TRIBUTARY_SCOPE_LINE;
        finding.interchange = finding.group = finding.set = 1, finding.at.line = static_cast<uint32_t>(number_);
        finding.code = span("LINES-E0001"), finding.value = span(std::string_view(line_).substr(0, 64));
        finding.message = span("A line must be sku;quantity;rep;invoice in ASCII, with a whole quantity other than 0.");
        verdict_ = TRIBUTARY_ACCEPTED_WITH_ERRORS;
        return sink_.diagnostic(sink_.context, &finding);
    }
    int32_t envelope(int last) {
        auto in = make<tributary_interchange>();
        auto group = make<tributary_group>();
        auto set = make<tributary_set>();
        for (; step_ <= last; ++step_) {
            in.phase = group.phase = set.phase = step_ <= 3 ? TRIBUTARY_BEGIN : TRIBUTARY_END;
            in.verdict = group.verdict = set.verdict = step_ <= 3 ? 0 : verdict_;
            in.ordinal = group.interchange = group.ordinal = set.interchange = set.group = set.ordinal = 1;
            const int32_t status = step_ == 1 || step_ == 6   ? sink_.interchange(sink_.context, &in)
                                   : step_ == 2 || step_ == 5 ? sink_.group(sink_.context, &group)
                                                              : sink_.set(sink_.context, &set);
            if (status != TRIBUTARY_OK) return status;
        }
        return TRIBUTARY_OK;
    }
    tributary_feed_sink sink_;
    std::string line_;
    uint64_t number_ = 1;
    int step_ = 1;
    uint32_t verdict_ = TRIBUTARY_ACCEPTED;
};
class Lines final : public FeedConnector {
public:
    Lines(const Options&, Log) {}
    std::unique_ptr<FeedSession> open(const Options&, const tributary_feed_sink& sink) override {
        return std::make_unique<LineSession>(sink);
    }
    int32_t acknowledge(const tributary_ack_request& request, const tributary_sink& sink) override {
        return sink.write(sink.context, span(request.interchange->verdict == TRIBUTARY_REJECTED ? "NO\n" : "OK\n"));
    }
};
tributary_connector manifest() {
    auto descriptor = describe<Lines>(TRIBUTARY_KIND_FEED, "feed-lines", "1.0.0", "Teaching feed: a line is a sale");
    descriptor.feed = feed_table();
    return descriptor;
}
}  // namespace
TRIBUTARY_EXPORT_CONNECTOR(manifest)
