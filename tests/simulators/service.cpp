#include "tests/simulators/service.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <thread>

#include <fmt/format.h>

#include "core/net/client.hpp"
#include "core/net/server.hpp"
#include "tests/simulators/smtp_sink.hpp"

namespace tributary::simulators {
namespace {

constexpr int64_t pump_pause_ms = 10;
constexpr int64_t webhook_pause_ms = 300;  // doubled with each attempt
constexpr int webhook_attempts_max = 8;
constexpr size_t webhook_log_max = 5000;
constexpr uint64_t body_size_max = 1 << 20;

net::Response hang_up() {
    net::Response response;
    response.status = 0;
    return response;
}

std::string with_provider(std::string url, const std::string& provider) {
    constexpr std::string_view hole = "{provider}";
    const size_t at = url.find(hole);
    return at == std::string::npos ? url : url.replace(at, hole.size(), provider);
}

class ServiceImpl final : public Service {
public:
    explicit ServiceImpl(ServiceOptions options)
        : options_(std::move(options)),
          tremendous_({system_clock(), system_random(), faults_}, options_.tremendous),
          lithic_({system_clock(), system_random(), faults_}, options_.lithic) {}

    ~ServiceImpl() override {
        server_.reset();  // no request after this
        {
            const std::lock_guard lock(mutex_);
            is_stopping_ = true;
        }
        wake_.notify_all();
        if (pump_.joinable()) pump_.join();
        client_.reset();  // no callback after this
    }

    Result<void> start() {
        for (ProviderSim* provider : providers()) {
            if (options_.webhook_url.empty()) continue;
            provider->set_webhook_url(with_provider(options_.webhook_url, provider->name()));
        }
        TRIBUTARY_TRY(smtp_, SmtpSink::start(options_.smtp_port, options_.mail_folder, faults_));
        client_ = net::HttpClient::start({});
        net::Listener listener;
        listener.address = options_.listen;
        listener.port = options_.port;
        listener.routes = routes();
        net::ServerOptions server;
        server.listeners.push_back(std::move(listener));
        server.server_name = "tributary-sim";
        TRIBUTARY_TRY(server_, net::HttpServer::start(std::move(server)));
        pump_ = std::thread([this] { pump(); });
        return {};
    }

    uint16_t port() const override { return server_->endpoints().front().port; }
    uint16_t smtp_port() const override { return smtp_->port(); }

private:
    struct Delayed {
        int64_t due_ms;
        net::Respond respond;
        net::Response response;
    };
    struct Attempt {
        WebhookCall call;
        std::string provider;
        int number = 1;
    };

    std::vector<ProviderSim*> providers() { return {&tremendous_, &lithic_}; }

    // No guard: it serves loopback only, and the providers check their own keys.
    void add_route(std::vector<net::Route>& routes, std::string method, std::string pattern, net::Handler handler) {
        net::Route route;
        route.method = std::move(method);
        route.pattern = std::move(pattern);
        route.guard = [](net::Request&) { return std::optional<net::Response>(); };
        route.handler = std::move(handler);
        route.body_size_max = body_size_max;
        routes.push_back(std::move(route));
    }

    std::vector<net::Route> routes() {
        std::vector<net::Route> routes;
        for (ProviderSim* provider : providers()) {
            for (const char* method : {"GET", "POST"}) {
                add_route(routes, method, "/" + provider->name() + "/{rest...}",
                          [this, provider](net::Request request, net::Respond respond) {
                              request.path.erase(0, provider->name().size() + 1);
                              answer(provider->handle(request), std::move(respond));
                          });
            }
        }
        const auto add = [&](const char* method, const char* pattern, auto make) {
            add_route(routes, method, pattern, [make](net::Request request, net::Respond respond) {
                respond(make(request));
            });
        };
        add("POST", "/_sim/faults", [this](const net::Request& request) { return add_faults(request); });
        add("GET", "/_sim/faults", [this](const net::Request&) { return list(faults_.remaining()); });
        add("DELETE", "/_sim/faults", [this](const net::Request&) {
            faults_.clear();
            return list({});
        });
        add("POST", "/_sim/settings", [this](const net::Request& request) { return change_settings(request); });
        add("GET", "/_sim/effects", [this](const net::Request&) {
            return net::Response::json(
                200, json::object{{"tremendous", tremendous_.effects()}, {"lithic", lithic_.effects()}});
        });
        add("GET", "/_sim/requests", [this](const net::Request&) {
            return net::Response::json(
                200, json::object{{"tremendous", tremendous_.requests()}, {"lithic", lithic_.requests()}});
        });
        add("GET", "/_sim/mails", [this](const net::Request&) { return list(smtp_->mails_json()); });
        add("GET", "/_sim/webhooks", [this](const net::Request&) {
            const std::lock_guard lock(mutex_);
            return list(json::array(sent_.begin(), sent_.end()));
        });
        return routes;
    }

    static net::Response list(json::array items) { return net::Response::json(200, items); }

    net::Response add_faults(const net::Request& request) {
        const auto added = faults_.add(request.body);
        if (!added) return net::Response::problem(added.error());
        return list(faults_.remaining());
    }

    net::Response change_settings(const net::Request& request) {
        const auto document = parse_json(request.body);
        if (!document) return net::Response::problem(document.error());
        if (!document->is_object()) return net::Response::problem(fail(ErrorCode::invalid, "an object is expected"));
        for (ProviderSim* provider : providers()) {
            const json::value* given = find(document->as_object(), provider->name());
            if (given == nullptr || !given->is_object()) continue;
            const json::object& settings = given->as_object();
            if (find(settings, "webhook_url") != nullptr) provider->set_webhook_url(text_or(settings, "webhook_url"));
            if (find(settings, "rate_per_second") != nullptr) {
                provider->set_rate(static_cast<unsigned>(int_or(settings, "rate_per_second")));
            }
            const json::value* funds = find(settings, "funds");
            if (funds == nullptr || !funds->is_object()) continue;
            for (const auto& [currency, minor] : funds->as_object()) {
                if (minor.is_int64()) provider->set_funds(std::string(currency), minor.as_int64());
            }
        }
        return net::Response::json(200, json::object{});
    }

    void answer(Reply reply, net::Respond respond) {
        net::Response response = reply.response ? std::move(*reply.response) : hang_up();
        if (reply.delay_ms == 0) return respond(std::move(response));
        const std::lock_guard lock(mutex_);
        delayed_.push_back({system_clock().monotonic_ms() + reply.delay_ms, std::move(respond), std::move(response)});
    }

    void pump() {
        std::unique_lock lock(mutex_);
        while (!is_stopping_) {
            wake_.wait_for(lock, std::chrono::milliseconds(pump_pause_ms));
            if (is_stopping_) return;
            std::vector<Delayed> due;
            const int64_t now = system_clock().monotonic_ms();
            std::erase_if(delayed_, [&](Delayed& delayed) {
                if (delayed.due_ms > now) return false;
                due.push_back(std::move(delayed));
                return true;
            });
            std::vector<Attempt> attempts = take_retries();
            lock.unlock();
            for (Delayed& delayed : due) delayed.respond(std::move(delayed.response));
            for (ProviderSim* provider : providers()) {
                for (WebhookCall& call : provider->take_webhooks()) {
                    attempts.push_back({std::move(call), provider->name()});
                }
            }
            for (Attempt& attempt : attempts) send(std::move(attempt));
            lock.lock();
        }
    }

    std::vector<Attempt> take_retries() {
        const int64_t now = system_clock().now_ms();
        std::vector<Attempt> due;
        std::erase_if(retries_, [&](Attempt& attempt) {
            if (attempt.call.due_ms > now) return false;
            due.push_back(std::move(attempt));
            return true;
        });
        return due;
    }

    void send(Attempt attempt) {
        net::OutgoingRequest request;
        request.method = "POST";
        request.url = attempt.call.url;
        request.headers = attempt.call.headers;
        request.body = attempt.call.body;
        request.timeout_ms = 15'000;
        client_->send(std::move(request), [this, attempt = std::move(attempt)](net::Outcome outcome) mutable {
            finish(std::move(attempt), outcome);
        });
    }

    // As providers do: anything but 2xx is tried again later; 401 too, for they cannot know why.
    void finish(Attempt attempt, const net::Outcome& outcome) {
        const int status = outcome.delivery == net::Delivery::answered ? outcome.response.status : 0;
        const std::lock_guard lock(mutex_);
        sent_.push_back(json::object{{"provider", attempt.provider},
                                     {"kind", attempt.call.kind},
                                     {"attempt", attempt.number},
                                     {"status", status}});
        if (sent_.size() > webhook_log_max) sent_.pop_front();
        if (status / 100 == 2 || attempt.number >= webhook_attempts_max) return;
        attempt.call.due_ms = system_clock().now_ms() + (webhook_pause_ms << attempt.number);
        ++attempt.number;
        retries_.push_back(std::move(attempt));
    }

    ServiceOptions options_;
    FaultPlan faults_;
    TremendousSim tremendous_;
    LithicSim lithic_;
    std::unique_ptr<SmtpSink> smtp_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool is_stopping_ = false;
    std::vector<Delayed> delayed_;
    std::vector<Attempt> retries_;
    std::deque<json::object> sent_;
    std::unique_ptr<net::HttpClient> client_;
    std::unique_ptr<net::HttpServer> server_;
    std::thread pump_;
};

}  // namespace

Result<std::unique_ptr<Service>> Service::start(ServiceOptions options) {
    auto service = std::make_unique<ServiceImpl>(std::move(options));
    TRIBUTARY_CHECK(service->start());
    return std::unique_ptr<Service>(std::move(service));
}

}  // namespace tributary::simulators
