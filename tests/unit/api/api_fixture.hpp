// The API over a real store in a temporary directory; flow, intake and payouts are stand-ins that write down what they
// were asked and answer what the test says. Requests go through the guard and the handler, as the server would call
// them.
#pragma once
#include <filesystem>
#include <fstream>
#include <future>

#include <gmock/gmock.h>
#include <unistd.h>

#include "core/api/api.hpp"
#include "core/base/encoding.hpp"
#include "core/store/chain.hpp"

namespace tributary::api {

class StandInFlow final : public flow::Flow {
public:
    void replace_settings(flow::Settings) override {}
    Result<void> recover() override { return {}; }
    void start() override {}
    void stop() override {}
    void enqueue(InterchangeSeq) override {}
    void when_answered(InterchangeSeq seq, std::function<void(Result<flow::Outcome>)> done) override {
        if (!is_answering) return;
        flow::Outcome outcome;
        outcome.seq = seq;
        outcome.state = "posting";
        outcome.ack = ack;
        outcome.ack_format = "TA1+997";
        done(outcome);
    }
    void when_done(InterchangeSeq, std::function<void(Result<flow::Outcome>)>) override {}
    Result<json::object> validate(const std::string& feed, const std::string& path) override {
        return json::object{{"feed", feed}, {"size", std::filesystem::file_size(path)}};
    }
    Result<flow::RetryReport> retry_exceptions(int64_t id, const std::string& cause, const std::string&,
                                               bool dry) override {
        retried = fmt::format("{}/{}/{}", id, cause, dry);
        return flow::RetryReport{3, 2, 1, {{"unknown_rep", 1}}};
    }
    size_t queue_length() const override { return 0; }
    bool is_answering = true;
    std::string ack = "ISA*00~", retried;
};

class StandInIntake final : public intake::Intake {
public:
    void accept(intake::Arrival arrival, std::function<void(Result<intake::Accepted>)> done) override {
        arrivals.push_back(arrival);
        ::unlink(arrival.body.path.c_str());
        done(intake::Accepted{InterchangeSeq{12}, false});
    }
    std::string upload_directory() const override { return {}; }
    Result<uint64_t> sweep() override { return uint64_t{0}; }
    uint64_t spool_size() const override { return 0; }
    std::vector<intake::Arrival> arrivals;
};

class StandInPayouts final : public payout::Payouts {
public:
    void replace_options(payout::PayoutOptions) override {}
    Result<void> recover() override { return {}; }
    void start() override {}
    void stop(int64_t) override {}
    void redeem(payout::RedeemRequest request, std::function<void(Result<json::object>)> done) override {
        redeemed.push_back(request);
        done(json::object{{"id", "P7"}});
    }
    void webhook(const std::string&, const net::Request& request, net::Respond respond) override {
        respond(net::Response::text(200, request.body));
    }
    Result<json::object> resolve(PayoutId, const std::string& outcome, const std::string&, const std::string& actor,
                                 const std::string&) override {
        return json::object{{"outcome", outcome}, {"actor", actor}};
    }
    Result<json::object> look_up_now(PayoutId) override { return json::object{}; }
    Result<Secret> reveal_bearer(PayoutId, bool) override { return Secret("https://gift.example/abc"); }
    payout::PayoutCounters counters() const override { return {}; }
    size_t in_flight() const override { return 0; }
    void set_on_notice_enqueued(std::function<void()>) override {}
    std::vector<payout::RedeemRequest> redeemed;
};

class ApiTest : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/tributary-api-XXXXXX";
        directory_ = ::mkdtemp(name);
        store::StoreOptions options;
        options.path = directory_ + "/store.db";
        auto opened = store::Store::open(options, clock_);
        ASSERT_TRUE(opened);
        store_ = std::move(*opened);
        ledger_ = store::Ledger::create(clock_);
        store_->add_participant(ledger_);
        store_->add_participant(store::make_chain(clock_));
        Parts parts{*store_, *ledger_, flow_, intake_, payouts_, clock_, metrics_, health_, "1.2.3", {}, {}};
        parts.reload = [this](const std::string& actor, const std::string&) -> Result<json::object> {
            if (is_config_bad_) return fail(ErrorCode::config, "tributary.toml:3:1: no");
            return json::object{{"actor", actor}};
        };
        api_ = std::make_unique<Api>(std::move(parts), settings());
        for (net::Route& route : api_->metrics_routes()) routes_.push_back(std::move(route));
        for (net::Route& route : api_->routes()) routes_.push_back(std::move(route));
    }
    void TearDown() override {
        api_.reset();
        store_.reset();
        std::filesystem::remove_all(directory_);
    }

    static Settings settings() {
        Settings settings;
        for (const char* role : {"admin", "operator", "finance", "auditor", "rep_desk"})
            settings.access.add_token(Secret(std::string(role) + "-token-0123456789"), role, role);
        settings.access.add_feed_token(Secret("acme-token-0123456789"), "acme");
        settings.access.add_feed_token(Secret("other-token-0123456789"), "other");
        for (const char* feed : {"acme", "other"}) {
            settings.feeds[feed].name = feed;
            settings.feeds[feed].size_max = 1000;
        }
        settings.routes["card"].connector = "card";
        settings.routes["card"].unit = "EUR";
        return settings;
    }

    // ---- requests ----
    static net::Request request(std::string method, const std::string& target, std::string body = {}) {
        net::Request out;
        out.method = std::move(method);
        out.target = target;
        out.path = target.substr(0, target.find('?'));
        if (const size_t question = target.find('?'); question != std::string::npos)
            for (const std::string_view pair : split(std::string_view(target).substr(question + 1), '&')) {
                const size_t equals = std::min(pair.find('='), pair.size());
                out.query[std::string(pair.substr(0, equals))] = pair.substr(std::min(equals + 1, pair.size()));
            }
        out.body = std::move(body);
        out.trace_id = "0123456789abcdef0123456789abcdef";
        out.peer.is_unix = true;
        out.peer.uid = 0;
        return out;
    }
    static net::Request with_token(net::Request request, const std::string& token) {
        request.peer = {};
        request.peer.address = "127.0.0.1:5";
        request.headers.push_back({"authorization", "Bearer " + token});
        return request;
    }
    net::Request with_file(net::Request request, const std::string& bytes) const {
        const std::string path = directory_ + "/upload.body";
        std::ofstream(path) << bytes;
        request.body_file = net::BodyFile{path, bytes.size(), sha256(bytes)};
        return request;
    }
    bool upload_exists() const { return std::filesystem::exists(directory_ + "/upload.body"); }

    const net::Route* route_of(net::Request& request) const {
        const std::vector<std::string_view> path = split(request.path, '/');
        for (const net::Route& route : routes_) {
            const std::vector<std::string_view> pattern = split(route.pattern, '/');
            bool matches = route.method == request.method && pattern.size() == path.size();
            std::map<std::string, std::string> captures;
            for (size_t i = 0; matches && i < path.size(); ++i) {
                if (pattern[i].starts_with('{'))
                    captures[std::string(pattern[i].substr(1, pattern[i].size() - 2))] = path[i];
                else
                    matches = pattern[i] == path[i];
            }
            if (!matches) continue;
            request.captures = captures;
            return &route;
        }
        return nullptr;
    }
    net::Response send(net::Request request) const {
        const net::Route* route = route_of(request);
        if (route == nullptr) return net::Response::text(599, "no such route");
        if (auto refusal = route->guard(request)) return *refusal;
        std::promise<net::Response> answer;
        route->handler(std::move(request), [&](net::Response response) { answer.set_value(std::move(response)); });
        return answer.get_future().get();
    }
    net::Response get(const std::string& target) const { return send(request("GET", target)); }
    net::Response post(const std::string& target, const json::object& body) const {
        return send(request("POST", target, to_text(body)));
    }
    static json::object object(const net::Response& response) {
        const auto value = parse_json(response.body);
        return value && value->is_object() ? value->as_object() : json::object{};
    }
    static json::array items(const net::Response& response) {
        const json::object o = object(response);
        return o.contains("items") ? o.at("items").as_array() : json::array{};
    }
    void write(const std::function<void(store::Tx&)>& job) {
        const auto done = store_->write(job);
        ASSERT_TRUE(done) << done.error().message;
    }
    std::vector<std::string> audited() const {
        std::vector<std::string> out;
        for (const json::value& entry : items(get("/v1/audit")))
            out.push_back(fmt::format("{} {} {}", entry.at("actor").as_string().c_str(),
                                      entry.at("action").as_string().c_str(), entry.at("subject").as_string().c_str()));
        return out;
    }

    std::string directory_;
    ManualClock clock_{1'800'000'000'000};
    std::unique_ptr<store::Store> store_;
    std::shared_ptr<store::Ledger> ledger_;
    StandInFlow flow_;
    StandInIntake intake_;
    StandInPayouts payouts_;
    ops::Metrics metrics_{"1.2.3"};
    ops::Health health_;
    bool is_config_bad_ = false;
    std::unique_ptr<Api> api_;
    std::vector<net::Route> routes_;
};

}  // namespace tributary::api
