#include "plugins/host/shape.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/host/records.hpp"

namespace tributary::host {
namespace {

using testing::HasSubstr;

template <class T>
T make() {
    T value{};
    value.struct_size = sizeof(T);
    return value;
}

tributary_event event() {
    auto made = make<tributary_event>();
    made.kind = TRIBUTARY_EVENT_SALE;
    return made;
}

TEST(Validate, TakesAnEmptyEvent) {
    EXPECT_TRUE(validate(event()));
}

struct SpoiledEvent {
    const char* message;
    void (*spoil)(tributary_event&);
};

const tributary_pair pair_with_null = {{nullptr, 3}, {nullptr, 0}};
const tributary_span bad_text = span_of("\xc0\x80");

TEST(Validate, NamesTheFieldOfAnEvent) {
    const SpoiledEvent table[] = {
        {"event.struct_size is 8", [](tributary_event& e) { e.struct_size = 8; }},
        {"event.kind is 13; 1 to 12 are allowed", [](tributary_event& e) { e.kind = 13; }},
        {"event.kind is 0", [](tributary_event& e) { e.kind = 0; }},
        {"event.invoice_date is 20260231, not a calendar day", [](tributary_event& e) { e.invoice_date = 20260231; }},
        {"event.quantity.scale is 10", [](tributary_event& e) { e.quantity.scale = 10; }},
        {"event.invoice has size 5 and no data",
         [](tributary_event& e) {
             e.invoice = {nullptr, 5};
         }},
        {"event.reseller.city is not UTF-8", [](tributary_event& e) { e.reseller.city = bad_text; }},
        {"event.serials has 2 items and no pointer", [](tributary_event& e) { e.serial_count = 2; }},
        {"event.product_ids[0].name has size 3 and no data",
         [](tributary_event& e) { e.product_ids = &pair_with_null, e.product_id_count = 1; }},
        {"event.serials[0] is not UTF-8", [](tributary_event& e) { e.serials = &bad_text, e.serial_count = 1; }},
        {"event.product_ids has 65 items; 64 are allowed",
         [](tributary_event& e) { e.product_ids = &pair_with_null, e.product_id_count = 65; }},
    };
    for (const SpoiledEvent& spoiled : table) {
        tributary_event made = event();
        spoiled.spoil(made);
        const auto checked = validate(made);
        ASSERT_FALSE(checked) << spoiled.message;
        EXPECT_EQ(checked.error().code, ErrorCode::corrupt);
        EXPECT_THAT(checked.error().message, HasSubstr(spoiled.message));
    }
}

TEST(Validate, RefusesTextPastItsLimitWithoutReadingIt) {
    tributary_event made = event();
    made.description = {reinterpret_cast<const uint8_t*>("x"), uint64_t{1} << 60};
    EXPECT_THAT(validate(made).error().message, HasSubstr("event.description has 1152921504606846976 bytes"));
}

TEST(Validate, LetsForeignBytesStandInADiagnosticOnly) {
    auto diagnostic = make<tributary_diagnostic>();
    diagnostic.severity = TRIBUTARY_ERROR, diagnostic.scope = TRIBUTARY_SCOPE_LINE;
    diagnostic.value = diagnostic.tag = diagnostic.message = bad_text;
    EXPECT_TRUE(validate(diagnostic));
    diagnostic.code = bad_text;
    EXPECT_FALSE(validate(diagnostic));
}

TEST(Validate, NeedsAResultWithTheVerdictThatPromisesOne) {
    auto result = make<tributary_webhook_result>();
    result.verdict = TRIBUTARY_WEBHOOK_RESULT;
    EXPECT_THAT(validate(result).error().message, HasSubstr("result is null"));
    result.verdict = TRIBUTARY_WEBHOOK_FORGED;
    EXPECT_TRUE(validate(result));
    result.verdict = 9;
    EXPECT_FALSE(validate(result));
}

TEST(Validate, ChecksTheCurrencyOfAnAmount) {
    auto result = make<tributary_payout_result>();
    for (const char* good : {"USD", "", "ABCDEFGH"}) {
        std::memset(result.amount.currency, 0, 8);
        std::memcpy(result.amount.currency, good, std::strlen(good));
        EXPECT_TRUE(validate(result)) << good;
    }
    for (const char* bad : {"usd", "US\xff", "U D"}) {
        std::memset(result.amount.currency, 0, 8);
        std::memcpy(result.amount.currency, bad, std::strlen(bad));
        EXPECT_FALSE(validate(result)) << bad;
    }
}

TEST(Shapes, EveryIdLeadsToItsShape) {
    for (uint32_t id = 1; shape_of_id(id) != nullptr; ++id) EXPECT_EQ(shape_of_id(id)->id, id);
    EXPECT_EQ(shape_of_id(0), nullptr);
    EXPECT_EQ(shape_of_id(17), nullptr);
}

TEST(Records, LendAndOwnGiveBackWhatTheyWereGiven) {
    Interchange interchange;
    interchange.phase = TRIBUTARY_END, interchange.ordinal = 3, interchange.verdict = TRIBUTARY_ACCEPTED;
    interchange.at = {10, 2, 3, 4};
    interchange.standard = "X12", interchange.sender = "ACME", interchange.ack_context = std::string("*~\0:", 4);
    interchange.note_code = "000", interchange.wants_ack = true, interchange.groups_seen = 2, interchange.size = 99;
    EXPECT_EQ(own(lend(interchange)), interchange);

    Group group{TRIBUTARY_END, 1, 2, TRIBUTARY_REJECTED, 5, 4, 3, {1, 2, 3, 4}, "PT", "S", "R", "77", "004010", "5 4"};
    EXPECT_EQ(own(lend(group)), group);
    Set set{TRIBUTARY_END, 1, 2, 3, TRIBUTARY_ACCEPTED, {1, 2, 3, 4}, "867", "0001", "impl", "3", 12, 7};
    EXPECT_EQ(own(lend(set)), set);
    Diagnostic diagnostic;
    diagnostic.severity = TRIBUTARY_ERROR, diagnostic.scope = TRIBUTARY_SCOPE_LINE, diagnostic.element = 2;
    diagnostic.code = "X12-E0204", diagnostic.tag = "QTY", diagnostic.value = "1x", diagnostic.ack_element = "6";
    EXPECT_EQ(own(lend(diagnostic)), diagnostic);
}

}  // namespace
}  // namespace tributary::host
