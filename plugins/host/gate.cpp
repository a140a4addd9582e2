#include "plugins/host/gate.hpp"

#include <array>

#include <fmt/format.h>

#include "core/base/encoding.hpp"

namespace tributary::host {
namespace {

Error out_of_order(std::string_view what) {
    return fail(ErrorCode::corrupt, fmt::format("record out of order: {}", what));
}

template <class Record>
const Record& as(const void* record) {
    return *static_cast<const Record*>(record);
}

// BEGIN needs the level free and a fresh ordinal; END must close what is open.
Result<void> step(uint32_t phase, uint32_t ordinal, uint32_t& open, std::string_view what) {
    if (ordinal == 0) return out_of_order(fmt::format("{} with ordinal 0", what));
    if (phase == TRIBUTARY_BEGIN) {
        if (open != 0) return out_of_order(fmt::format("{}(BEGIN) {} while {} is open", what, ordinal, open));
        open = ordinal;
        return {};
    }
    if (open != ordinal) return out_of_order(fmt::format("{}(END) {} while {} is open", what, ordinal, open));
    open = 0;
    return {};
}

}  // namespace

int32_t RecordGate::record(const Shape& shape, const void* record) {
    if (failure_) return TRIBUTARY_FULL;
    Result<void> passed = check_shape(shape, record);
    if (passed) passed = pass(shape, record);
    if (passed) return TRIBUTARY_OK;
    failure_ = passed.error();
    return TRIBUTARY_FULL;
}

Result<void> RecordGate::pass(const Shape& shape, const void* record) {
    TRIBUTARY_CHECK(count_record());
    if (&shape == &event_shape) return pass(as<tributary_event>(record));
    if (&shape == &diagnostic_shape) return pass(as<tributary_diagnostic>(record));
    if (order_ == Order::events_only) return out_of_order(fmt::format("{} from a source", shape.name));
    if (&shape == &interchange_shape) return pass(as<tributary_interchange>(record));
    if (&shape == &group_shape) return pass(as<tributary_group>(record));
    if (&shape == &set_shape) return pass(as<tributary_set>(record));
    if (&shape == &report_shape) return pass(as<tributary_report>(record));
    return out_of_order(fmt::format("{} in a feed", shape.name));
}

// No format says much in no bytes: a connector that gives out several records per byte is looping.
Result<void> RecordGate::count_record() {
    if (++record_count_ <= 4 * summary_.bytes + 4096) return {};
    return fail(ErrorCode::too_large,
                fmt::format("{} records out of {} bytes of input", record_count_, summary_.bytes));
}

Result<void> RecordGate::pass(const tributary_interchange& record) {
    if (group_ != 0 || set_ != 0) return out_of_order("interchange inside a group or set");
    TRIBUTARY_CHECK(step(record.phase, record.ordinal, interchange_, "interchange"));
    if (record.phase == TRIBUTARY_BEGIN) ++summary_.interchanges, last_event_ = 0;
    return sink_.interchange(record);
}

Result<void> RecordGate::pass(const tributary_group& record) {
    if (interchange_ == 0 || set_ != 0) return out_of_order("group outside an interchange or inside a set");
    if (record.interchange != interchange_) return out_of_order("group names another interchange");
    TRIBUTARY_CHECK(step(record.phase, record.ordinal, group_, "group"));
    if (record.phase == TRIBUTARY_BEGIN) ++summary_.groups;
    return sink_.group(record);
}

Result<void> RecordGate::pass(const tributary_set& record) {
    if (group_ == 0) return out_of_order("set outside a group");
    if (record.interchange != interchange_ || record.group != group_) return out_of_order("set names another group");
    TRIBUTARY_CHECK(step(record.phase, record.ordinal, set_, "set"));
    if (record.phase == TRIBUTARY_BEGIN) ++summary_.sets, has_report_ = has_event_ = false;
    return sink_.set(record);
}

Result<void> RecordGate::pass(const tributary_report& record) {
    if (set_ == 0 || record.set != set_) return out_of_order("report outside its set");
    if (has_report_ || has_event_) return out_of_order("a second report, or a report after an event");
    has_report_ = true;
    ++summary_.reports;
    return sink_.report(record);
}

Result<void> RecordGate::pass(const tributary_event& record) {
    if (order_ == Order::interchange && (set_ == 0 || record.set != set_)) return out_of_order("event outside its set");
    if (record.ordinal <= last_event_) {
        return out_of_order(fmt::format("event ordinal {} after {}; they must grow", record.ordinal, last_event_));
    }
    if (record.ordinal > limits_.event_count_max || summary_.events >= limits_.event_count_max) {
        return fail(ErrorCode::too_large, fmt::format("more than {} events", limits_.event_count_max));
    }
    last_event_ = record.ordinal;
    has_event_ = true;
    ++summary_.events;
    return sink_.event(record);
}

Result<void> RecordGate::pass(const tributary_diagnostic& record) {
    if (summary_.diagnostics >= limits_.diagnostic_count_max) {
        ++summary_.diagnostics_dropped;
        return {};
    }
    ++summary_.diagnostics;
    tributary_diagnostic readable = record;
    std::array<std::string, 5> repaired;
    size_t count = 0;
    for (tributary_span* text : {&readable.tag, &readable.value, &readable.rule, &readable.message, &readable.hint}) {
        if (is_utf8(view(*text))) continue;
        repaired[count] = printable(view(*text), 1024);
        *text = span_of(repaired[count++]);
    }
    return sink_.diagnostic(readable);
}

}  // namespace tributary::host
