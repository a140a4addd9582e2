// Records on their way to the host. When the sink is full, records are copied whole and wait; the session then takes
// no further bytes until drain() has delivered them. At most the records of one segment ever wait.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "plugins/sdk/connector.hpp"

namespace tributary::x12 {

class Outbox {
public:
    explicit Outbox(const tributary_feed_sink& sink) : sink_(sink) {}

    void interchange(const tributary_interchange& record) { put(record); }
    void group(const tributary_group& record) { put(record); }
    void set(const tributary_set& record) { put(record); }
    void report(const tributary_report& record) { put(record); }
    void event(const tributary_event& record) { put(record); }
    void diagnostic(const tributary_diagnostic& record) { put(record); }

    // Delivers what waits; false while the sink is full or has failed.
    bool drain();
    bool is_waiting() const { return !waiting_.empty() || status_ < 0; }
    // TRIBUTARY_OK, or the error the sink answered; then nothing more is delivered.
    int32_t status() const { return status_; }

private:
    using Record = std::variant<tributary_interchange, tributary_group, tributary_set, tributary_report,
                                tributary_event, tributary_diagnostic>;
    // A record with its own copy of everything it points to.
    struct Kept {
        Record record;
        std::unique_ptr<char[]> bytes;
        std::vector<tributary_pair> product_ids;
        std::vector<tributary_price> prices;
        std::vector<tributary_span> serials;
    };

    template <class T>
    void put(const T& record) {
        if (status_ < 0) return;
        if (waiting_.empty()) {
            const int32_t answer = send(record);
            if (answer == TRIBUTARY_OK) return;
            if (answer < 0) {
                status_ = answer;
                return;
            }
        }
        keep(record);
    }
    template <class T>
    void keep(const T& record);

    int32_t send(const tributary_interchange& record) { return sink_.interchange(sink_.context, &record); }
    int32_t send(const tributary_group& record) { return sink_.group(sink_.context, &record); }
    int32_t send(const tributary_set& record) { return sink_.set(sink_.context, &record); }
    int32_t send(const tributary_report& record) { return sink_.report(sink_.context, &record); }
    int32_t send(const tributary_event& record) { return sink_.event(sink_.context, &record); }
    int32_t send(const tributary_diagnostic& record) { return sink_.diagnostic(sink_.context, &record); }

    tributary_feed_sink sink_;
    std::deque<Kept> waiting_;
    int32_t status_ = TRIBUTARY_OK;
};

}  // namespace tributary::x12
