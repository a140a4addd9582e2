#include "core/ops/metrics.hpp"

#include <map>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace tributary::ops {

struct Scrape::State {
    std::vector<prometheus::MetricFamily> families;
    std::map<std::string, size_t> by_name;

    prometheus::ClientMetric& sample(const std::string& name, const std::string& help, prometheus::MetricType type,
                                     const Labels& labels) {
        const auto [found, is_new] = by_name.emplace(name, families.size());
        if (is_new) families.push_back({name, help, type, {}});
        prometheus::ClientMetric metric;
        for (const auto& [label, value] : labels) metric.label.push_back({label, value});
        return families[found->second].metric.emplace_back(std::move(metric));
    }
};

Scrape::Scrape() : state_(std::make_unique<State>()) {}
Scrape::~Scrape() = default;

void Scrape::gauge(const std::string& name, const std::string& help, int64_t value, const Labels& labels) {
    state_->sample(name, help, prometheus::MetricType::Gauge, labels).gauge.value = static_cast<double>(value);
}

void Scrape::counter(const std::string& name, const std::string& help, int64_t value, const Labels& labels) {
    state_->sample(name, help, prometheus::MetricType::Counter, labels).counter.value = static_cast<double>(value);
}

void Scrape::seconds(const std::string& name, const std::string& help, int64_t value_ms) {
    state_->sample(name, help, prometheus::MetricType::Gauge, {}).gauge.value = static_cast<double>(value_ms) / 1000;
}

std::string Scrape::text() const {
    return prometheus::TextSerializer().Serialize(state_->families);
}

struct Metrics::State {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests =
        prometheus::BuildCounter().Name("tributary_http_requests_total").Help("Requests answered.").Register(registry);
    prometheus::Histogram& request_seconds =
        prometheus::BuildHistogram()
            .Name("tributary_http_request_duration_seconds")
            .Help("From the request's head to its answer.")
            .Register(registry)
            .Add({}, prometheus::Histogram::BucketBoundaries{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60});
    prometheus::Family<prometheus::Counter>& reloads = prometheus::BuildCounter()
                                                           .Name("tributary_config_reloads_total")
                                                           .Help("Reloads of the configuration, by result.")
                                                           .Register(registry);
    prometheus::Gauge& last_reload_ok = prometheus::BuildGauge()
                                            .Name("tributary_config_last_reload_successful")
                                            .Help("1 when the running configuration is the newest that was loaded.")
                                            .Register(registry)
                                            .Add({});
    prometheus::Gauge& last_reload_at = prometheus::BuildGauge()
                                            .Name("tributary_config_last_reload_success_timestamp_seconds")
                                            .Help("When the running configuration was loaded.")
                                            .Register(registry)
                                            .Add({});
};

Metrics::Metrics(std::string version) : state_(std::make_unique<State>()) {
    prometheus::BuildGauge()
        .Name("tributary_build_info")
        .Help("1; the version is in the label.")
        .Register(state_->registry)
        .Add({{"version", std::move(version)}})
        .Set(1);
}

Metrics::~Metrics() = default;

void Metrics::count_request(const std::string& method, const std::string& route, int status, int64_t elapsed_ms) {
    const std::string code = std::to_string(status / 100) + "xx";
    state_->requests.Add({{"method", method}, {"route", route}, {"code", code}}).Increment();
    state_->request_seconds.Observe(static_cast<double>(elapsed_ms) / 1000);
}

void Metrics::count_reload(bool is_successful, int64_t now_ms) {
    state_->reloads.Add({{"result", is_successful ? "success" : "failure"}}).Increment();
    state_->last_reload_ok.Set(is_successful ? 1 : 0);
    if (is_successful) state_->last_reload_at.Set(static_cast<double>(now_ms) / 1000);
}

void Metrics::add_source(Source source) {
    const std::lock_guard lock(mutex_);
    sources_.push_back(std::move(source));
}

std::string Metrics::text() {
    std::vector<Source> sources;
    {
        const std::lock_guard lock(mutex_);
        sources = sources_;
    }
    Scrape scrape;
    scrape.state_->families = state_->registry.Collect();
    for (const Source& source : sources) source(scrape);
    return scrape.text();
}

}  // namespace tributary::ops
