#include "plugins/host/wire.hpp"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "plugins/host/loader.hpp"
#include "plugins/host/records.hpp"
#include "plugins/host/worker_pool.hpp"

namespace tributary::host {
namespace {

// An event with something in every field.
class FullEvent {
public:
    FullEvent() {
        abi.struct_size = sizeof abi;
        abi.set = 7, abi.kind = TRIBUTARY_EVENT_RETURN, abi.invoice_date = 20261101, abi.ship_date = 20261102;
        abi.ordinal = 99, abi.at = {1, 2, 3, 4, 0};
        tributary_span* const texts[] = {&abi.line_id,
                                         &abi.sale_kind,
                                         &abi.rep_name,
                                         &abi.rep_email,
                                         &abi.rep_phone,
                                         &abi.rep_id,
                                         &abi.invoice,
                                         &abi.order,
                                         &abi.purchase_order,
                                         &abi.debit_reference,
                                         &abi.contract,
                                         &abi.credit_memo,
                                         &abi.description,
                                         &abi.uom,
                                         &abi.reseller.qualifier,
                                         &abi.reseller.id,
                                         &abi.reseller.name,
                                         &abi.reseller.city,
                                         &abi.reseller.region,
                                         &abi.reseller.postal_code,
                                         &abi.reseller.country,
                                         &abi.end_customer.id,
                                         &abi.end_customer.country};
        values_.reserve(std::size(texts));
        for (tributary_span* text : texts) {
            values_.push_back("value " + std::to_string(values_.size()));
            *text = span_of(values_.back());
        }
        abi.quantity = {-250, 2, 1};
        abi.product_ids = ids_, abi.product_id_count = 2;
        abi.prices = prices_, abi.price_count = 1;
        abi.serials = serials_, abi.serial_count = 3;
    }
    tributary_event abi{};

private:
    std::vector<std::string> values_;
    tributary_pair ids_[2] = {{span_of("VP"), span_of("A-1")}, {span_of("UP"), span_of("0123")}};
    tributary_price prices_[1] = {{span_of("RS"), span_of("EUR"), span_of("EA"), {11950, 2, 1}}};
    tributary_span serials_[3] = {span_of("s1"), span_of(""), span_of("s3")};
};

TEST(Wire, CarriesARecordThroughUnchanged) {
    const FullEvent event;
    std::string bytes;
    ASSERT_TRUE(encode_record(event_shape, &event.abi, bytes));
    Arena arena;
    WireReader in(bytes);
    const auto* decoded = static_cast<const tributary_event*>(decode_record(event_shape, in, arena));
    ASSERT_NE(decoded, nullptr);
    EXPECT_TRUE(in.rest().empty());
    EXPECT_TRUE(validate(*decoded));
    EXPECT_EQ(own(*decoded), own(event.abi));
}

TEST(Wire, CarriesNestedPointers) {
    AckRequest request;
    request.interchange.sender = "ACME", request.interchange.phase = TRIBUTARY_END;
    request.groups.resize(2), request.sets.resize(3);
    request.sets[2].control_number = "0003";
    request.format = "TA1+997", request.control_number = 12;
    const LentAckRequest lent(request);
    std::string bytes;
    ASSERT_TRUE(encode_record(ack_request_shape, &*lent, bytes));
    Arena arena;
    WireReader in(bytes);
    const auto* decoded = static_cast<const tributary_ack_request*>(decode_record(ack_request_shape, in, arena));
    ASSERT_NE(decoded, nullptr);
    EXPECT_EQ(own(*decoded->interchange), request.interchange);
    ASSERT_EQ(decoded->set_count, 3u);
    EXPECT_EQ(own(decoded->sets[2]), request.sets[2]);
    EXPECT_EQ(view(decoded->format), "TA1+997");
}

TEST(Wire, RefusesToCarryNullPointersAndWhatIsPastItsLimit) {
    std::string bytes;
    EXPECT_FALSE(encode_record(event_shape, nullptr, bytes));
    tributary_event event{};
    EXPECT_FALSE(encode_record(event_shape, &event, bytes)) << "struct_size 0";
    event.struct_size = sizeof event;
    EXPECT_TRUE(encode_record(event_shape, &event, bytes));
    event.invoice = {nullptr, 1};
    EXPECT_FALSE(encode_record(event_shape, &event, bytes));
    event.invoice = {reinterpret_cast<const uint8_t*>(""), 1ull << 40};
    EXPECT_FALSE(encode_record(event_shape, &event, bytes));
    event.invoice = {};
    event.serial_count = 1;
    EXPECT_FALSE(encode_record(event_shape, &event, bytes));
}

TEST(Wire, EveryCutIsRefused) {
    const FullEvent event;
    std::string bytes;
    ASSERT_TRUE(encode_record(event_shape, &event.abi, bytes));
    for (size_t size = 0; size < bytes.size(); ++size) {
        Arena arena;
        WireReader in(std::string_view(bytes).substr(0, size));
        EXPECT_EQ(decode_record(event_shape, in, arena), nullptr) << size;
    }
}

TEST(Wire, SpoiledBytesGiveARecordInBoundsOrNone) {
    SeededRandom random(1);
    const FullEvent event;
    std::string bytes;
    ASSERT_TRUE(encode_record(event_shape, &event.abi, bytes));
    Arena arena;
    for (int i = 0; i < 20'000; ++i) {
        std::string spoiled = bytes;
        for (uint64_t flips = 1 + random.below(4); flips > 0; --flips)
            spoiled[random.below(spoiled.size())] = random.bytes(1)[0];
        arena.reset();
        WireReader in(spoiled);
        const auto* decoded = static_cast<const tributary_event*>(decode_record(event_shape, in, arena));
        if (decoded == nullptr || !validate(*decoded)) continue;
        EXPECT_LE(own(*decoded).serials.size(), spoiled.size());
    }
}

TEST(Wire, GarbageOfAnyShapeIsRefusedOrReadInBounds) {
    SeededRandom random(2);
    Arena arena;
    for (int i = 0; i < 20'000; ++i) {
        const std::string bytes = random.bytes(random.below(300));
        const Shape& shape = *shape_of_id(1 + static_cast<uint32_t>(random.below(16)));
        arena.reset();
        WireReader in(bytes);
        const void* decoded = decode_record(shape, in, arena);
        if (decoded != nullptr) static_cast<void>(check_shape(shape, decoded).has_value());
    }
}

TEST(Wire, CarriesAManifest) {
    Manifest manifest;
    manifest.id = "card-acme", manifest.version = "1.0.0", manifest.title = "Acme", manifest.kind = Kind::payout;
    manifest.options = {{"url", OptionType::url, "", "Where"}, {"key", OptionType::secret, std::nullopt, "Key"}};
    manifest.hosts = {"a.example"}, manifest.countries = {"DE"}, manifest.units = {"EUR"};
    manifest.capabilities = 7, manifest.rate_per_second = 12, manifest.interval_s = 3;
    std::string bytes;
    encode_manifest(manifest, bytes);
    const auto decoded = decode_manifest(bytes);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->options[0].fallback, std::optional<std::string>(""));
    EXPECT_EQ(decoded->options[1].fallback, std::nullopt);
    EXPECT_EQ(decoded->units, manifest.units);
    EXPECT_TRUE(decoded->has_webhook());
    for (size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(decode_manifest(std::string_view(bytes).substr(0, size)));
    EXPECT_FALSE(decode_manifest(bytes + "x"));
}

TEST(RestartDelay, IsNoneAtFirstThenDoublesToAMinuteWithDice) {
    SeededRandom random(3);
    EXPECT_EQ(restart_delay_ms(0, random), 0);
    EXPECT_EQ(restart_delay_ms(1, random), 0);
    const struct {
        uint32_t failures;
        int64_t least;
    } table[] = {{2, 250}, {3, 500}, {4, 1000}, {9, 32'000}, {10, 60'000}, {1000, 60'000}};
    for (const auto& row : table) {
        for (int i = 0; i < 20; ++i) {
            const int64_t delay_ms = restart_delay_ms(row.failures, random);
            EXPECT_GE(delay_ms, row.least);
            EXPECT_LE(delay_ms, row.least + row.least / 4);
        }
    }
}

}  // namespace
}  // namespace tributary::host
