// A whole small world around one Engine: store, ledger, clock that stands still, provider. restart() is a crash.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <future>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/base/assert.hpp"
#include "core/base/log.hpp"
#include "core/payout/engine.hpp"
#include "core/payout/hold.hpp"
#include "core/store/chain.hpp"
#include "tests/unit/payout/fakes.hpp"

namespace tributary::payout::testing {

inline constexpr uint32_t has_key = TRIBUTARY_PAYOUT_HAS_KEY, has_lookup = TRIBUTARY_PAYOUT_HAS_LOOKUP,
                          has_webhook = TRIBUTARY_PAYOUT_HAS_WEBHOOK;

class World : public ::testing::Test {
protected:
    World() {
        set_log(LogLevel::error, LogFormat::text);
        std::string pattern = (std::filesystem::temp_directory_path() / "tributary-payout-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
        auto opened = store::Store::open({directory_ + "/store.db"}, clock);
        TRIBUTARY_ASSERT(opened.has_value());
        real_store_ = *std::move(opened);
        ledger = store::Ledger::create(clock);
        real_store_->add_participant(ledger);
        real_store_->add_participant(store::make_chain(clock));
        add_connector("gift", has_key | has_lookup | has_webhook);
        options.bearer_key = Secret(std::string(32, 'k'));
        options.public_url = "https://tributary.example";
    }
    ~World() override {
        engine.reset();
        clients_.clear();
        mortal_.clear();
        real_store_.reset();
        std::filesystem::remove_all(directory_);
    }

    FakeConnector& add_connector(const std::string& name, uint32_t capabilities) {
        auto made = std::make_shared<FakeConnector>(name, capabilities, *death_);
        PayoutRoute route;
        route.connector = name, route.title = "Gift card", route.unit = "points", route.currency = "USD";
        route.product = "P1";
        options.routes[name] = route;
        options.connectors[name] = made;
        connectors[name] = made;
        return *made;
    }
    FakeConnector& gift() { return *connectors["gift"]; }
    void set_capabilities(uint32_t capabilities) { gift().change_manifest().capabilities = capabilities; }
    PayoutRoute& route() { return options.routes["gift"]; }

    // Persons with wallets.
    void add_person(const std::string& code, int64_t points, const std::string& country = "US") {
        add_people({code}, points, country);
    }
    void add_people(const std::vector<std::string>& codes, int64_t points, const std::string& country = "US") {
        ASSERT_TRUE(real_store_->write([&](store::Tx& tx) {
            for (const std::string& code : codes) add_person_in(tx, code, points, country);
        }));
    }
    void add_people(const std::string& prefix, int count, int64_t points) {
        std::vector<std::string> codes;
        for (int i = 0; i < count; ++i) codes.push_back(fmt::format("{}{}", prefix, i));
        add_people(codes, points);
    }
    void add_person_in(store::Tx& tx, const std::string& code, int64_t points, const std::string& country) {
        tx.run("INSERT INTO party(code, kind, created_at) VALUES (?, 'person', 0)", code);
        const int64_t id = tx.last_id();
        tx.run("INSERT INTO party_version(party, valid_from, data) VALUES (?, 20000101, ?)", id,
               to_text(json::object{{"name", "Jo " + code}, {"email", code + "@example.com"}, {"country", country},
                                    {"language", "en"}}));
        if (points == 0) return;
        const AccountId from = ledger->account(tx, "funding", "points", ledger::Constraint::none);
        const AccountId wallet =
            ledger->account(tx, wallet_code(code, "points"), "points", ledger::Constraint::debits_within_credits);
        ledger->post(tx, {{ledger::Origin::funding, id, 0, ledger::TransferKind::posted, from, wallet, points, {}}});
    }

    void start() {  // and after a crash: restart
        engine.reset();
        death_->is_dead = false;
        mortal_.push_back(std::make_unique<MortalStore>(*real_store_, *death_));
        clients_.push_back(std::make_unique<FakeClient>(provider, clock, *death_));
        engine = std::make_unique<Engine>(*mortal_.back(), *ledger, *clients_.back(), clock, random, options);
        ASSERT_TRUE(engine->recover());
    }
    FakeClient& client() { return *clients_.back(); }

    Result<json::object> redeem(const RedeemRequest& request) {
        auto answer = std::make_shared<std::promise<Result<json::object>>>();
        auto future = answer->get_future();
        engine->redeem(request, [answer](Result<json::object> result) { answer->set_value(std::move(result)); });
        if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
            return fail(ErrorCode::timeout, "no answer");
        }
        return future.get();
    }
    // Many at once: they share the writer's batches.
    void redeem_all(const std::vector<RedeemRequest>& requests) {
        std::vector<std::future<Result<json::object>>> answers;
        for (const RedeemRequest& request : requests) {
            auto answer = std::make_shared<std::promise<Result<json::object>>>();
            answers.push_back(answer->get_future());
            engine->redeem(request, [answer](Result<json::object> made) { answer->set_value(std::move(made)); });
        }
        for (auto& answer : answers) EXPECT_TRUE(answer.get());
    }
    // count requests of 10 points, keys <key>0.., by the persons <who>0..<people-1> in turn.
    std::vector<RedeemRequest> requests_of(const std::string& key, int count, const std::string& who, int people,
                                           const std::string& connector = "gift") {
        std::vector<RedeemRequest> made;
        for (int i = 0; i < count; ++i) {
            made.push_back(
                request_of(fmt::format("{}{}", key, i), fmt::format("{}{}", who, i % people), 10, connector));
        }
        return made;
    }
    RedeemRequest request_of(const std::string& key, const std::string& who = "R1", int64_t amount = 1000,
                             const std::string& connector = "gift") {
        RedeemRequest request;
        request.key = key, request.recipient = who, request.connector = connector, request.amount = amount;
        request.actor = "tester", request.trace_id = "t";
        return request;
    }
    PayoutId redeem_ok(const std::string& key, const std::string& who = "R1", int64_t amount = 1000,
                       const std::string& connector = "gift") {
        const auto made = redeem(request_of(key, who, amount, connector));
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        return made ? *parse_payout_id(text_or(*made, "id")) : PayoutId{};
    }

    // Runs the dispatcher until nothing moves without the clock.
    void run() {
        int quiet = 0;
        for (int round = 0; round < 100'000 && quiet < 3; ++round) {
            const auto before = std::pair(provider.sent_count(), engine->in_flight());
            const int64_t wait_ms = engine->tick();
            for (int i = 0; i < 2'000 && !engine->wait_until_still(10) && !death_->is_dead; ++i) {}
            if (death_->is_dead) return;
            const bool is_same = before == std::pair(provider.sent_count(), engine->in_flight());
            quiet = is_same && wait_ms > 0 ? quiet + 1 : 0;
        }
    }
    void advance(int64_t by_ms) {
        clock.advance_ms(by_ms);
        run();
    }
    // Lets time pass, from one due moment to the next, until nothing is due by itself or the time is over.
    void run_out(int64_t max_ms = 400LL * 3'600'000) {
        const int64_t end = clock.now_ms() + max_ms;
        run();
        while (!death_->is_dead && clock.now_ms() < end) {
            const auto next =
                number("SELECT MIN(next_at) FROM payout_state WHERE next_at > 0 AND state NOT IN ('sending')");
            if (!next && engine->in_flight() == 0) return;
            advance(std::max<int64_t>(next ? *next - clock.now_ms() : 0, 1'000));
        }
    }

    template <class... Args>
    std::optional<int64_t> number(const char* sql, const Args&... args) {
        std::optional<int64_t> found;
        EXPECT_TRUE(real_store_->read([&](store::Tx& tx) { found = tx.one_integer(sql, args...); }));
        return found;
    }
    json::object payout(PayoutId id) {
        json::object found;
        EXPECT_TRUE(real_store_->read([&](store::Tx& tx) { found = payout_json(tx, id); }));
        return found;
    }
    std::string state_of(PayoutId id) { return text_or(payout(id), "state"); }
    std::string code_of(PayoutId id) { return text_or(payout(id), "code"); }
    ledger::Account account(const std::string& code) {
        ledger::Account found;
        EXPECT_TRUE(real_store_->read([&](store::Tx& tx) {
            for (const auto& one : store::accounts(tx, code)) {
                if (one.code == code) found = one;
            }
        }));
        return found;
    }
    int64_t available(const std::string& who = "R1") { return account(wallet_code(who, "points")).available(); }
    int64_t balance(const std::string& who = "R1") { return account(wallet_code(who, "points")).balance(); }
    void expect_books_balance() {
        store::LedgerReport report;
        store::ChainReport chain;
        EXPECT_TRUE(real_store_->read([&](store::Tx& tx) {
            report = store::verify_ledger(tx);
            chain = store::verify_chain(tx, nullptr);
        }));
        EXPECT_TRUE(report.is_balanced) << fmt::format("{}", fmt::join(report.findings, "; "));
        EXPECT_TRUE(chain.is_intact) << chain.broken;
    }
    net::Response post_webhook(const json::object& body, const std::string& connector = "gift") {
        net::Request request;
        request.method = "POST", request.target = request.path = "/webhooks/" + connector;
        request.body = to_text(body);
        auto answer = std::make_shared<std::promise<net::Response>>();
        auto future = answer->get_future();
        engine->webhook(connector, request,
                        [answer](net::Response response) { answer->set_value(std::move(response)); });
        return future.get();
    }
    static Reply reply(json::object body, bool has_effect = false) {
        return {has_effect, net::Delivery::answered, std::move(body)};
    }
    static Reply lost(bool has_effect) { return {has_effect, net::Delivery::maybe_sent, {}}; }
    store::Store& real_store() { return *real_store_; }

    ManualClock clock{1'790'000'000'000};
    SeededRandom random{7};
    FakeProvider provider;
    PayoutOptions options;
    std::map<std::string, std::shared_ptr<FakeConnector>> connectors;
    std::shared_ptr<store::Ledger> ledger;
    std::unique_ptr<Engine> engine;
    std::unique_ptr<Death> death_ = std::make_unique<Death>();

private:
    std::string directory_;
    std::unique_ptr<store::Store> real_store_;
    std::vector<std::unique_ptr<MortalStore>> mortal_;    // an engine's callbacks may outlive it
    std::vector<std::unique_ptr<FakeClient>> clients_;
};

}  // namespace tributary::payout::testing
