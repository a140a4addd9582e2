#include "plugins/host/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/kit/recording.hpp"

namespace tributary::host {
namespace {

// Speaks the records of a feed in short: igsreeSGI is interchange, group, set, report, two events and the three ends.
class Script {
public:
    explicit Script(DecodeLimits limits = {}) : gate_(sink, limits, RecordGate::Order::interchange) {
        gate_.count_input(1000);
    }

    Script& run(std::string_view records) {
        for (const char c : records) give(c);
        return *this;
    }
    std::string failure() const { return gate_.failure() ? gate_.failure()->message : ""; }
    const DecodeSummary& summary() const { return gate_.summary(); }
    kit::RecordingSink sink;
    uint64_t next_event = 1;

private:
    template <class T>
    static T make() {
        T value{};
        value.struct_size = sizeof(T);
        return value;
    }
    void give(char c) {
        const uint32_t phase = c >= 'A' && c <= 'Z' ? TRIBUTARY_END : TRIBUTARY_BEGIN;
        auto interchange = make<tributary_interchange>();
        auto group = make<tributary_group>();
        auto set = make<tributary_set>();
        interchange.phase = group.phase = set.phase = phase;
        interchange.ordinal = group.ordinal = group.interchange = set.ordinal = set.group = set.interchange = 1;
        auto report = make<tributary_report>();
        report.set = 1, report.purpose = TRIBUTARY_PURPOSE_ORIGINAL;
        auto event = make<tributary_event>();
        event.set = 1, event.kind = TRIBUTARY_EVENT_SALE, event.ordinal = next_event;
        auto diagnostic = make<tributary_diagnostic>();
        diagnostic.severity = TRIBUTARY_NOTE, diagnostic.scope = TRIBUTARY_SCOPE_SET;
        switch (c) {
            case 'i':
            case 'I':
                gate_.record(interchange_shape, &interchange);
                break;
            case 'g':
            case 'G':
                gate_.record(group_shape, &group);
                break;
            case 's':
            case 'S':
                gate_.record(set_shape, &set);
                break;
            case 'r':
                gate_.record(report_shape, &report);
                break;
            case 'e':
                gate_.record(event_shape, &event), ++next_event;
                break;
            default:
                gate_.record(diagnostic_shape, &diagnostic);
                break;
        }
    }
    RecordGate gate_;
};

TEST(RecordOrder, LetsEveryGoodOrderThrough) {
    for (const char* good :
         {"", "d", "iI", "igGI", "igsSGI", "igsreeSGI", "igsreSseSGgGI", "diddgdsdreddSdGdId", "iIiI"}) {
        Script script;
        EXPECT_EQ(script.run(good).failure(), "") << good;
        EXPECT_EQ(script.sink.records.size(), std::string_view(good).size());
    }
}

TEST(RecordOrder, ClosesAtTheFirstRecordOutOfPlace) {
    for (const char* bad : {"e", "r", "s", "g", "I", "ii", "igg", "igss", "ie", "ige", "igsG", "igI", "igsSe", "igserS",
                            "igsrr", "igsSS", "igsGI"}) {
        Script script;
        EXPECT_THAT(script.run(bad).failure(), testing::HasSubstr("out of order")) << bad;
        EXPECT_LT(script.sink.records.size(), std::string_view(bad).size()) << bad;
    }
}

TEST(RecordOrder, WantsEventOrdinalsToGrow) {
    Script script;
    script.run("igse");
    script.next_event = 1;
    EXPECT_THAT(script.run("e").failure(), testing::HasSubstr("event ordinal 1 after 1"));
}

TEST(RecordLimits, DropsDiagnosticsPastTheirCapAndCountsThem) {
    DecodeLimits limits;
    limits.diagnostic_count_max = 2;
    Script script(limits);
    EXPECT_EQ(script.run("ddddd").failure(), "");
    EXPECT_EQ(script.sink.records.size(), 2u);
    EXPECT_EQ(script.summary().diagnostics, 2u);
    EXPECT_EQ(script.summary().diagnostics_dropped, 3u);
}

TEST(RecordLimits, StopsAtTheEventCap) {
    DecodeLimits limits;
    limits.event_count_max = 2;
    Script script(limits);
    EXPECT_THAT(script.run("igseee").failure(), testing::HasSubstr("more than 2 events"));
    EXPECT_EQ(script.summary().events, 2u);
}

TEST(RecordLimits, StopsAConnectorThatMakesMuchOfNothing) {
    Script script;
    EXPECT_THAT(script.run(std::string(9000, 'd')).failure(), testing::HasSubstr("records out of 1000 bytes"));
}

TEST(RecordGate, MakesWhatADiagnosticQuotesReadable) {
    kit::RecordingSink sink;
    RecordGate gate(sink, {}, RecordGate::Order::interchange);
    auto diagnostic = tributary_diagnostic{};
    diagnostic.struct_size = sizeof diagnostic, diagnostic.severity = TRIBUTARY_ERROR,
    diagnostic.scope = TRIBUTARY_SCOPE_LINE;
    diagnostic.value = span_of("caf\xe9"), diagnostic.message = span_of("The value caf\xe9 is bad."),
    diagnostic.hint = span_of("caf\xc3\xa9");
    EXPECT_EQ(gate.record(diagnostic_shape, &diagnostic), TRIBUTARY_OK);
    const auto found = sink.all<Diagnostic>();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].value, "caf\\xe9");
    EXPECT_EQ(found[0].message, "The value caf\\xe9 is bad.");
    EXPECT_EQ(found[0].hint, "caf\xc3\xa9");
}

class RefusingSink final : public RecordSink {
public:
    Result<void> interchange(const tributary_interchange&) override { return fail(ErrorCode::io, "disk full"); }
    Result<void> group(const tributary_group&) override { return {}; }
    Result<void> set(const tributary_set&) override { return {}; }
    Result<void> report(const tributary_report&) override { return {}; }
    Result<void> event(const tributary_event&) override { return {}; }
    Result<void> diagnostic(const tributary_diagnostic&) override { return {}; }
};

TEST(RecordGate, HandsTheSinksErrorOn) {
    RefusingSink sink;
    RecordGate gate(sink, {}, RecordGate::Order::interchange);
    auto interchange = tributary_interchange{};
    interchange.struct_size = sizeof interchange, interchange.phase = TRIBUTARY_BEGIN, interchange.ordinal = 1;
    EXPECT_EQ(gate.record(interchange_shape, &interchange), TRIBUTARY_FULL);
    ASSERT_TRUE(gate.failure());
    EXPECT_EQ(gate.failure()->code, ErrorCode::io);
    EXPECT_EQ(gate.record(interchange_shape, &interchange), TRIBUTARY_FULL);
}

}  // namespace
}  // namespace tributary::host
