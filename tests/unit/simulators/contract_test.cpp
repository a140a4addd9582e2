// Connector against simulator: each was written from the provider's contract alone.
#include <gtest/gtest.h>

#include "tests/simulators/lithic_sim.hpp"
#include "tests/simulators/tremendous_sim.hpp"
#include "tests/unit/connectors/rig.hpp"
#include "tests/unit/simulators/sim_rig.hpp"

extern "C" const tributary_connector* tremendous_connector(void);
extern "C" const tributary_connector* lithic_connector(void);

namespace tributary::testing {
namespace {

using simulators::FaultKind;
using simulators::LithicOptions;
using simulators::LithicSim;
using simulators::ProviderSim;
using simulators::Reply;
using simulators::TremendousOptions;
using simulators::TremendousSim;
using simulators::World;

// Sends what the connector built; the path starts where base ends.
Reply deliver(ProviderSim& sim, const Sent& sent, const std::string& base) {
    std::vector<net::Header> headers;
    for (const auto& [name, value] : sent.headers) headers.push_back({lower_ascii(name), value});
    return sim.handle(simulators::request(sent.method, sent.url.substr(base.size()), sent.body, headers));
}

Headers headers_of(const std::vector<net::Header>& given) {
    Headers out;
    for (const net::Header& header : given) out.emplace_back(header.name, header.value);
    return out;
}

template <class Sim>
struct Pair : ::testing::Test {
    World world;
    Job job;
    Told told_by(Rig& rig, Sim& sim, const std::string& base) {
        const Reply reply = deliver(sim, rig.build(job), base);
        if (!reply.response) return Told{};  // the core alone judges a lost answer
        return rig.interpret(job, static_cast<uint32_t>(reply.response->status), reply.response->body,
                             headers_of(reply.response->headers));
    }
    Told looked_up_by(Rig& rig, Sim& sim, const std::string& base) {
        const Reply reply = deliver(sim, rig.lookup_build(job), base);
        return rig.lookup_interpret(job, static_cast<uint32_t>(reply.response->status), reply.response->body);
    }
};

struct TremendousPair : Pair<TremendousSim> {
    TremendousOptions options;
    TremendousSim sim{world.view(), options};
    Rig rig{tremendous_connector(), {{"api_key", options.api_key}, {"webhook_key", options.webhook_key},
                                     {"campaign_id", "CAMP1"}, {"base_url", "http://127.0.0.1:9/api/v2"}}};
    std::string base = "http://127.0.0.1:9";
    Told send() { return told_by(rig, sim, base); }
    Told look_up() { return looked_up_by(rig, sim, base); }
};

TEST_F(TremendousPair, PaysOnceAndSeesTheDelivery) {
    EXPECT_EQ(send().outcome, TRIBUTARY_OUTCOME_PENDING);
    world.clock.advance_ms(300);
    EXPECT_EQ(look_up().outcome, TRIBUTARY_OUTCOME_DONE);
    EXPECT_EQ(send().outcome, TRIBUTARY_OUTCOME_DONE) << "201: the same order again";
    EXPECT_EQ(int_or(sim.effects(), "orders"), 1);
}

TEST_F(TremendousPair, PaysExactlyInEveryCurrency) {
    const struct {
        int64_t minor;
        const char* currency;
        uint32_t exponent;
    } rows[] = {{1, "USD", 2}, {1999, "USD", 2}, {1500, "JPY", 0}, {1234, "KWD", 3}, {1230, "KWD", 3}};
    int number = 0;
    for (const auto& row : rows) {
        job.minor = row.minor, job.currency = row.currency, job.exponent = row.exponent;
        job.key = "4d2c7a52-93a1-5c2e-8f60-00000000000" + std::to_string(++number);
        EXPECT_EQ(send().outcome, TRIBUTARY_OUTCOME_PENDING) << row.minor << row.currency;
    }
    const json::object moved = sim.effects().at("moved").as_object();
    EXPECT_EQ(int_or(moved, "USD"), 2000);
    EXPECT_EQ(int_or(moved, "JPY"), 1500);
    EXPECT_EQ(int_or(moved, "KWD"), 2464);
}

TEST_F(TremendousPair, ALostAnswerIsFoundByLookUp) {
    EXPECT_EQ(look_up().outcome, TRIBUTARY_OUTCOME_NOT_FOUND);
    ASSERT_TRUE(world.faults.add(R"([{"match":"/tremendous","kind":"drop_after"}])"));
    send();
    EXPECT_EQ(look_up().outcome, TRIBUTARY_OUTCOME_PENDING);
    EXPECT_EQ(int_or(sim.effects(), "orders"), 1);
}

TEST_F(TremendousPair, DistortedAndBrokenAnswersAreUnknown) {
    for (const char* kind : {"wrong_amount", "wrong_currency", "changed_id", "malformed", "error_after"}) {
        ASSERT_TRUE(world.faults.add(R"([{"match":"/tremendous","kind":")" + std::string(kind) + "\"}]"));
        EXPECT_EQ(send().outcome, TRIBUTARY_OUTCOME_UNKNOWN) << kind;
    }
    EXPECT_EQ(int_or(sim.effects(), "orders"), 1);
}

TEST_F(TremendousPair, ErrorsMeanWhatTheyShould) {
    sim.set_funds("USD", 5);
    EXPECT_EQ(send().code, "insufficient_funds");
    ASSERT_TRUE(world.faults.add(R"([{"match":"/tremendous","kind":"rate_limited"}])"));
    const Told slow = send();
    EXPECT_EQ(slow.outcome, TRIBUTARY_OUTCOME_SLOW_DOWN);
    EXPECT_EQ(slow.retry_after_ms, 1000u);
    sim.set_funds("USD", 100'000);
    send();
    job.minor = 1051;
    EXPECT_EQ(send().code, "external_id_conflict");
    EXPECT_EQ(look_up().code, "amount_mismatch");
}

TEST_F(TremendousPair, FollowsApprovalAndCancellation) {
    job.email = "approval@example.com";
    EXPECT_EQ(send().code, "order_pending");
    world.clock.advance_ms(600);
    EXPECT_EQ(look_up().code, "delivery_pending");
    job.email = "cancel@example.com", job.key.back() = '0';
    send();
    world.clock.advance_ms(300);
    EXPECT_EQ(look_up().outcome, TRIBUTARY_OUTCOME_REFUSED);
}

TEST_F(TremendousPair, LinksAreFoundAgainAfterALostAnswer) {
    Rig link_rig(tremendous_connector(), {{"api_key", options.api_key}, {"campaign_id", "CAMP1"},
                                          {"delivery_method", "LINK"}, {"base_url", base + "/api/v2"}});
    EXPECT_TRUE(told_by(link_rig, sim, base).bearer.starts_with("https://"));
    const Told found = looked_up_by(link_rig, sim, base);
    EXPECT_EQ(found.next_step, "link");
    job.step = found.next_step, job.state = found.state;
    const Told link = told_by(link_rig, sim, base);
    EXPECT_EQ(link.outcome, TRIBUTARY_OUTCOME_DONE);
    EXPECT_TRUE(link.bearer.starts_with("https://"));
}

TEST_F(TremendousPair, BelievesTheSimulatorsWebhooksButNotTheForgedOnes) {
    sim.set_webhook_url("http://127.0.0.1:1/");
    ASSERT_TRUE(world.faults.add(R"([{"match":"/tremendous/webhooks","kind":"webhook_forged"}])"));
    const Told told = send();
    const auto calls = sim.take_webhooks();
    ASSERT_EQ(calls.size(), 2u);
    EXPECT_EQ(rig.webhook(headers_of(calls[0].headers), calls[0].body, 0).verdict, TRIBUTARY_WEBHOOK_FORGED);
    const Judged judged = rig.webhook(headers_of(calls[1].headers), calls[1].body, 0);
    EXPECT_EQ(judged.verdict, TRIBUTARY_WEBHOOK_LOOK_UP);
    EXPECT_EQ(judged.reference, told.references.at(0));
}

struct LithicPair : Pair<LithicSim> {
    LithicPair() {
        options.settle_delay_ms = 200;
        sim = std::make_unique<LithicSim>(world.view(), options);
        rig = std::make_unique<Rig>(
            lithic_connector(),
            std::map<std::string, std::string>{{"api_key", options.api_key},
                                               {"financial_account_token", options.financial_account},
                                               {"book_transfer_subtype", "REWARD_LOAD"},
                                               {"webhook_secret", options.webhook_secret},
                                               {"base_url", base}});
    }
    LithicOptions options;
    std::string base = "http://127.0.0.1:9";
    std::unique_ptr<LithicSim> sim;
    std::unique_ptr<Rig> rig;
    Told send() { return told_by(*rig, *sim, base); }
    Told look_up() { return looked_up_by(*rig, *sim, base); }
    void make_card() {
        const Told card = send();
        ASSERT_EQ(card.next_step, "load") << card.code;
        job.step = card.next_step, job.state = card.state, job.recipient_state = card.recipient_state;
        job.key = "4d2c7a52-93a1-5c2e-8f60-000000000002";
    }
};

TEST_F(LithicPair, MakesACardLoadsItAndSeesTheSettlement) {
    make_card();
    EXPECT_EQ(look_up().outcome, TRIBUTARY_OUTCOME_NOT_FOUND);
    EXPECT_EQ(send().outcome, TRIBUTARY_OUTCOME_PENDING);
    world.clock.advance_ms(200);
    const Told done = look_up();
    EXPECT_EQ(done.outcome, TRIBUTARY_OUTCOME_DONE);
    EXPECT_EQ(done.amount.minor, job.minor);
    EXPECT_EQ(send().outcome, TRIBUTARY_OUTCOME_DONE) << "the same token again";
    EXPECT_EQ(int_or(sim->effects(), "orders"), 1);
}

TEST_F(LithicPair, ALostCardIsTheSameCardAgain) {
    ASSERT_TRUE(world.faults.add(R"([{"match":"/lithic/v1/cards","kind":"error_after"}])"));
    EXPECT_EQ(send().outcome, TRIBUTARY_OUTCOME_RETRY_SAME_KEY);
    EXPECT_EQ(send().outcome, TRIBUTARY_OUTCOME_DONE);
    EXPECT_EQ(int_or(sim->effects(), "repeats"), 1);
}

TEST_F(LithicPair, DistortedAndBrokenLoadsAreUnknown) {
    make_card();
    sim->set_rate(0);
    for (const char* kind :
         {"wrong_amount", "wrong_currency", "changed_id", "malformed", "error_after", "error_before"}) {
        ASSERT_TRUE(world.faults.add(R"([{"match":"/lithic/v1/book_transfers","kind":")" + std::string(kind) + "\"}]"));
        EXPECT_EQ(send().outcome, TRIBUTARY_OUTCOME_UNKNOWN) << kind;
    }
    EXPECT_EQ(int_or(sim->effects(), "orders"), 1);
}

TEST_F(LithicPair, DeclinesAreRefusals) {
    make_card();
    sim->set_funds("USD", 1);
    const Told told = send();
    EXPECT_EQ(told.outcome, TRIBUTARY_OUTCOME_REFUSED);
    EXPECT_EQ(told.code, "funds_insufficient");
}

TEST_F(LithicPair, BelievesTheSimulatorsWebhooks) {
    sim->set_webhook_url("http://127.0.0.1:1/");
    make_card();
    send();
    const auto calls = sim->take_webhooks();
    ASSERT_EQ(calls.size(), 2u);
    const int64_t now_ms = world.clock.now_ms();
    EXPECT_EQ(rig->webhook(headers_of(calls[0].headers), calls[0].body, now_ms).verdict, TRIBUTARY_WEBHOOK_IGNORED);
    const Judged judged = rig->webhook(headers_of(calls[1].headers), calls[1].body, now_ms);
    EXPECT_EQ(judged.verdict, TRIBUTARY_WEBHOOK_LOOK_UP);
    EXPECT_EQ(judged.reference, job.key);
}

}  // namespace
}  // namespace tributary::testing
