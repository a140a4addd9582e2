// Sender: the Notices service. One thread calls tick(), which never sleeps; the rest happens in callbacks of the
// connector, the store's writer and the client. A notice is `sending` durably before its first byte leaves, so that a
// crash leaves it unknown, and unknown is not sent again unless the policy says so.
#pragma once
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/base/callback_gate.hpp"
#include "core/base/sliding_rate.hpp"
#include "core/notice/notice.hpp"

namespace tributary::notice {

struct Letter {  // one notice under way
    int64_t id = 0;
    std::string kind, subject, connector_name, trace_id;
    int64_t attempt = 0;                         // this one counted
    host::Message message;
    std::shared_ptr<host::Connector> connector;
    host::NoticeRequest request;
};
using LetterPtr = std::shared_ptr<Letter>;

class Sender final : public Notices {
public:
    static constexpr int64_t wait_max_ms = 1'000;
    static constexpr int64_t retry_max_ms = 21'600'000;
    static constexpr int64_t pause_first_ms = 1'000, pause_max_ms = 60'000;  // a connector that is out of reach

    Sender(store::Store& store, net::HttpClient& client, Clock& clock, NoticeOptions options);
    ~Sender() override;
    void replace_options(NoticeOptions options) override;
    Result<void> recover() override;
    void start() override;
    void stop(int64_t timeout_ms) override;
    void wake() override;
    size_t in_flight() const override;

    // One round; answers in how many ms the next is due. Called by the thread; by tests instead of start().
    int64_t tick();
    bool wait_until_idle(int64_t timeout_ms);    // nothing is under way. For tests.

private:
    struct Lane {
        SlidingRate rate;
        int64_t closed_until = INT64_MIN;        // monotonic
        unsigned failures = 0;
    };
    struct Fate {                                // what becomes of the notice
        std::string state, message;
        bool is_retry = false;
        int64_t delay_ms = 0;                    // at least, when it is a retry
    };

    void run();
    std::vector<LetterPtr> take_due();
    bool may_leave(const std::string& connector);
    void begin(const LetterPtr& letter);
    void store_sending(const LetterPtr& letter);
    void send(const LetterPtr& letter);
    void answered(const LetterPtr& letter, net::Outcome outcome);
    void told(const LetterPtr& letter, Result<host::PayoutResult> result);
    Fate fate_of(const host::PayoutResult& result) const;
    void conclude(const LetterPtr& letter, Fate fate);
    void finish(const LetterPtr& letter);

    store::Store& store_;
    net::HttpClient& client_;
    Clock& clock_;
    std::shared_ptr<CallbackGate> gate_ = std::make_shared<CallbackGate>();

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    NoticeOptions options_;
    std::map<std::string, Lane> lanes_;
    std::set<int64_t> under_way_;
    bool is_stopping_ = false, is_woken_ = false;
    std::thread thread_;
};

}  // namespace tributary::notice
