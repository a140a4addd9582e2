// source-poll, the smallest source connector: GETs the URL option with ?after=<cursor> and turns the answer
//   {"events": [{"id": 7, "person": "rep7", "course": "laser-basics"}], "more": false}
// into training events. The cursor is the highest id seen; the core stores it with the events or not at all, so an
// answer read twice gives the same events.
#include "plugins/sdk/json.hpp"
#include "plugins/sdk/payout.hpp"

namespace {
using namespace tributary::sdk;

class Poll final : public SourceConnector {
public:
    Poll(const Options& options, Log) : url_(options["url"]) {}

    int32_t build(const tributary_source_poll& poll, const tributary_http_sink& sink) override {
        std::string url = url_;
        if (poll.cursor.size > 0)
            url += (url.find('?') == url.npos ? "?after=" : "&after=") + std::string(text(poll.cursor));
        return HttpCall{"GET", url, {}, {{"accept", "application/json"}}}.send(sink);
    }

    int32_t interpret(const tributary_source_poll& poll, const tributary_http_response& response,
                      const tributary_feed_sink& sink, const tributary_sink& cursor, uint32_t& more) override {
        if (response.status != 200 || response.is_truncated) return TRIBUTARY_BAD_INPUT;
        const auto answer = parse_json(text(response.body));
        if (!answer || !(*answer)["events"].is_array()) return TRIBUTARY_BAD_INPUT;
        std::string last(text(poll.cursor));
        uint64_t ordinal = 0;
        for (const Json& item : (*answer)["events"].items()) {
            const int32_t status = give(item, ++ordinal, sink, last);
            if (status != TRIBUTARY_OK) return status;
        }
        more = (*answer)["more"].is_true();
        return cursor.write(cursor.context, span(last));
    }

private:
    static int32_t give(const Json& item, uint64_t ordinal, const tributary_feed_sink& sink, std::string& last) {
        last = item["id"].number();
        if (last.empty()) return TRIBUTARY_BAD_INPUT;
        auto event = make<tributary_event>();
        const tributary_pair course = pair("course", item["course"].text());
        event.kind = TRIBUTARY_EVENT_TRAINING, event.ordinal = ordinal, event.line_id = span(last);
        event.rep_id = span(item["person"].text());
        event.product_ids = &course, event.product_id_count = 1;
        event.quantity = {1, 0, 1}, event.uom = span("EA");
        return sink.event(sink.context, &event);
    }

    std::string url_;
};

tributary_connector manifest() {
    static const tributary_option options[] = {
        option(TRIBUTARY_OPTION_URL, "url", nullptr, "What is polled, a JSON document")};
    auto descriptor =
        describe<Poll>(TRIBUTARY_KIND_SOURCE, "source-poll", "1.0.0", "Teaching source: polls a JSON URL");
    set_options(descriptor, options);
    descriptor.source = source_table<300>();
    return descriptor;
}
}  // namespace

TRIBUTARY_EXPORT_CONNECTOR(manifest)
