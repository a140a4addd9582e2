// Metrics in Prometheus' text format. Two kinds: what is counted as it happens (requests, reloads), and what sources
// tell when somebody asks (queues, balances, ages), so that a fact lives in one place only. Names begin with
// tributary_, units are base units, labels are bounded: never a rep, a product or a file name. Values are doubles
// because the format's are; nothing reads them back. Thread safe.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tributary::ops {

using Labels = std::vector<std::pair<std::string, std::string>>;

// What a source adds to. The same name again adds a sample to it.
class Scrape {
public:
    Scrape();
    ~Scrape();
    void gauge(const std::string& name, const std::string& help, int64_t value, const Labels& labels = {});
    void counter(const std::string& name, const std::string& help, int64_t value, const Labels& labels = {});
    void seconds(const std::string& name, const std::string& help, int64_t value_ms);  // gauge, given in ms
    std::string text() const;

private:
    friend class Metrics;
    struct State;
    std::unique_ptr<State> state_;
};

using Source = std::function<void(Scrape&)>;

class Metrics {
public:
    explicit Metrics(std::string version);
    ~Metrics();
    // route: the pattern, not the path.
    void count_request(const std::string& method, const std::string& route, int status, int64_t elapsed_ms);
    void count_reload(bool is_successful, int64_t now_ms);
    void add_source(Source source);
    std::string text();  // calls every source

private:
    struct State;
    std::unique_ptr<State> state_;
    std::mutex mutex_;
    std::vector<Source> sources_;
};

}  // namespace tributary::ops
