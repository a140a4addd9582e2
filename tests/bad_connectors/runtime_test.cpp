// What becomes of a call into a connector that misbehaves: a clear Error, or a result that says unknown; never more.
// In-process cases are the ones a process survives; the rest needs the isolated worker (isolation_test.cpp).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/kit/recording.hpp"

namespace tributary::host {
namespace {

using kit::wait_for;
using testing::HasSubstr;

ConnectorConfig config_of(const std::string& name, Isolation isolation) {
    ConnectorConfig config;
    config.name = name;
    config.path = std::string(BAD_CONNECTOR_DIR) + "/" + name + ".so";
    config.isolation = isolation;
    return config;
}

PayoutJob job() {
    PayoutJob made;
    made.payout_id = "p-1", made.key = "3f2c";
    made.amount = {1050, "USD", 2};
    return made;
}

class Misbehaving : public testing::TestWithParam<Isolation> {
protected:
    void open(const std::string& name) {
        auto opened = open_connector(config_of(name, GetParam()));
        ASSERT_TRUE(opened) << opened.error().message;
        connector_ = std::move(*opened);
    }
    Result<HttpRequest> build() {
        return wait_for<HttpRequest>([&](auto done) { connector_->as_payout()->build(job(), done); });
    }
    Result<PayoutResult> interpret() {
        HttpResponse response;
        response.status = 200;
        return wait_for<PayoutResult>([&](auto done) { connector_->as_payout()->interpret(job(), response, done); });
    }
    Result<DecodeSummary> decode(std::string_view text, const DecodeLimits& limits = {}) {
        kit::TextSource source(text);
        kit::RecordingSink sink;
        return connector_->as_feed()->decode(source, sink, {}, limits);
    }
    std::shared_ptr<Connector> connector_;
};

struct Expected {
    const char* name;
    ErrorCode code;
    const char* message_part;
};

TEST_P(Misbehaving, BuildGivesAnErrorThatNamesTheFault) {
    const Expected table[] = {
        {"garbage_status", ErrorCode::corrupt, "status 24301, which does not exist"},
        {"throws_raw", ErrorCode::internal, "bug in the connector"},
        {"null_pointers", ErrorCode::corrupt, "null pointer"},
        {"says_nothing", ErrorCode::corrupt, "no request"},
        {"wrong_host", ErrorCode::forbidden, "api.bad.example.evil.test"},
        {"header_injection", ErrorCode::corrupt, "control byte"},
        {"huge_output", ErrorCode::corrupt, "body"},
    };
    for (const Expected& expected : table) {
        SCOPED_TRACE(expected.name);
        open(expected.name);
        const auto request = build();
        ASSERT_FALSE(request);
        EXPECT_EQ(request.error().code, expected.code) << request.error().message;
        EXPECT_THAT(request.error().message, HasSubstr(expected.message_part));
        EXPECT_THAT(request.error().message, HasSubstr(expected.name));
    }
}

TEST_P(Misbehaving, InterpretGivesAnErrorThatNamesTheFault) {
    const Expected table[] = {
        {"invalid_utf8", ErrorCode::corrupt, "message is not UTF-8"},
        {"says_nothing", ErrorCode::corrupt, "no result"},
        {"says_twice", ErrorCode::corrupt, "second payout_result"},
    };
    for (const Expected& expected : table) {
        SCOPED_TRACE(expected.name);
        open(expected.name);
        const auto result = interpret();
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, expected.code) << result.error().message;
        EXPECT_THAT(result.error().message, HasSubstr(expected.message_part));
    }
}

TEST_P(Misbehaving, AnotherAmountThanTheJobsIsUnknown) {
    open("lies_about_amount");
    const auto result = interpret();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->outcome, Outcome::unknown);
    EXPECT_EQ(result->code, "amount_mismatch");
    EXPECT_THAT(result->message, HasSubstr("10500 USD"));
}

TEST_P(Misbehaving, AnOutcomeThatDoesNotExistIsUnknown) {
    open("unknown_outcome");
    const auto result = interpret();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->outcome, Outcome::unknown);
    EXPECT_EQ(result->code, "no_such_outcome");
}

TEST_P(Misbehaving, DecodeGivesAnErrorThatNamesTheFault) {
    const Expected table[] = {
        {"throws", ErrorCode::internal, "bug in the connector"},
        {"feed_floods", ErrorCode::too_large, "records out of 5 bytes"},
        {"feed_invalid_utf8", ErrorCode::corrupt, "event.end_customer.name is not UTF-8"},
        {"feed_out_of_order", ErrorCode::corrupt, "out of order"},
        {"feed_takes_nothing", ErrorCode::too_large, "output full"},
    };
    for (const Expected& expected : table) {
        SCOPED_TRACE(expected.name);
        open(expected.name);
        const auto decoded = decode("bytes");
        ASSERT_FALSE(decoded);
        EXPECT_EQ(decoded.error().code, expected.code) << decoded.error().message;
        EXPECT_THAT(decoded.error().message, HasSubstr(expected.message_part));
    }
}

TEST_P(Misbehaving, AnAcknowledgementWithoutEndIsCutAtTheCap) {
    open("feed_endless_ack");
    const auto answer = connector_->as_feed()->acknowledge({});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::too_large);
}

TEST_P(Misbehaving, AnExceptionInTheConstructorRefusesTheConnector) {
    ConnectorConfig config = config_of("throws", GetParam());
    config.options["throw_early"] = "true";
    const auto opened = open_connector(config);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr("create failed by a bug"));
}

INSTANTIATE_TEST_SUITE_P(Isolation, Misbehaving, testing::Values(Isolation::none, Isolation::process),
                         [](const auto& test) { return test.param == Isolation::none ? "InProcess" : "Isolated"; });

}  // namespace
}  // namespace tributary::host
