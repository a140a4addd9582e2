#include "core/net/client.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <variant>

#include <fmt/format.h>

#include "core/base/assert.hpp"
#include "core/base/clock.hpp"
#include "core/net/transfer.hpp"

namespace tributary::net {
namespace {

using Done = std::function<void(Outcome)>;

struct Job {
    std::variant<std::monostate, OutgoingRequest, OutgoingMail> what;  // monostate: refused, the queue was full
    Done done;
    int64_t queued_ms = 0, expires_ms = 0;
};

constexpr int64_t expiry_scan_ms = 500;

// A libcurl multi handle with its thread and its queue.
class Lane {
public:
    explicit Lane(ClientOptions options) : options_(std::move(options)), multi_(curl_multi_init()) {
        TRIBUTARY_ASSERT(multi_ != nullptr);
        options_.in_flight_max = std::max(1U, options_.in_flight_max);
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.in_flight_max));
        curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
        thread_ = std::thread([this] { run(); });
    }
    ~Lane() {
        TRIBUTARY_ASSERT(std::this_thread::get_id() != thread_.get_id());  // not from a callback
        {
            const std::lock_guard lock(mutex_);
            is_stopping_ = true;
        }
        curl_multi_wakeup(multi_);
        thread_.join();
        curl_multi_cleanup(multi_);
    }
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    template <class What>
    void enqueue(What what, Done done) {
        const int64_t now_ms = system_clock().monotonic_ms();
        Job job{std::monostate{}, std::move(done), now_ms, now_ms + what.timeout_ms};
        {
            const std::lock_guard lock(mutex_);
            if (queue_.size() >= options_.queue_max) {
                refused_.push_back(std::move(job));  // answered on the lane's thread too, but now
            } else {
                job.what = std::move(what);
                queue_.push_back(std::move(job));
            }
        }
        curl_multi_wakeup(multi_);
    }

private:
    struct Flight {
        std::unique_ptr<Transfer> transfer;
        Done done;
    };

    void run() {
        while (take_jobs()) {
            int running = 0;
            curl_multi_perform(multi_, &running);
            if (!finish_done()) curl_multi_poll(multi_, nullptr, 0, expiry_scan_ms, nullptr);
        }
        abandon_all();
    }

    // False when the client is to stop.
    bool take_jobs() {
        std::deque<Job> jobs;
        {
            const std::lock_guard lock(mutex_);
            if (is_stopping_) return false;
            jobs.swap(refused_);
            take_expired(jobs);
            for (size_t room = options_.in_flight_max - flights_.size(); room > 0 && !queue_.empty(); --room) {
                jobs.push_back(std::move(queue_.front()));
                queue_.pop_front();
            }
        }
        for (Job& job : jobs) begin(std::move(job));
        return true;
    }

    // Those whose time ran out while they waited; begin() tells them. Call with mutex_ held.
    void take_expired(std::deque<Job>& jobs) {
        const int64_t now_ms = system_clock().monotonic_ms();
        if (now_ms - scanned_ms_ < expiry_scan_ms) return;
        scanned_ms_ = now_ms;
        const auto is_waiting = [now_ms](const Job& job) { return now_ms < job.expires_ms; };
        const auto expired = std::stable_partition(queue_.begin(), queue_.end(), is_waiting);
        std::move(expired, queue_.end(), std::back_inserter(jobs));
        queue_.erase(expired, queue_.end());
    }

    void begin(Job job) {
        if (std::holds_alternative<std::monostate>(job.what))
            return job.done(not_sent(fmt::format("{} requests wait already; try again later", options_.queue_max)));
        auto transfer = std::make_unique<Transfer>(options_, job.queued_ms);
        const Result<void> prepared = std::holds_alternative<OutgoingMail>(job.what)
                                          ? transfer->prepare_mail(std::get<OutgoingMail>(std::move(job.what)))
                                          : transfer->prepare_request(std::get<OutgoingRequest>(std::move(job.what)));
        if (!prepared)
            return job.done(not_sent(prepared.error().message, system_clock().monotonic_ms() - job.queued_ms));
        CURL* const handle = transfer->handle();
        if (curl_multi_add_handle(multi_, handle) != CURLM_OK)
            return job.done(not_sent("the transfer could not be started"));
        flights_.emplace(handle, Flight{std::move(transfer), std::move(job.done)});
    }

    // Whether anything ended: then there may be room for those that wait.
    bool finish_done() {
        bool is_any = false;
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode code = message->data.result;
            const auto found = flights_.find(message->easy_handle);
            curl_multi_remove_handle(multi_, message->easy_handle);
            Flight flight = std::move(found->second);
            flights_.erase(found);
            flight.done(flight.transfer->finish(code));
            is_any = true;
        }
        return is_any;
    }

    void abandon_all() {
        for (auto& [handle, flight] : flights_) {
            curl_multi_remove_handle(multi_, handle);
            flight.done(flight.transfer->abandon("the client was shut down"));
        }
        flights_.clear();
        std::deque<Job> jobs;
        const auto take = [&] {
            const std::lock_guard lock(mutex_);
            jobs.swap(refused_);
            std::move(queue_.begin(), queue_.end(), std::back_inserter(jobs));
            queue_.clear();
            return !jobs.empty();
        };
        while (take()) {  // a callback may send again
            for (Job& job : jobs) job.done(not_sent("the client was shut down"));
            jobs.clear();
        }
    }

    ClientOptions options_;
    CURLM* const multi_;
    std::mutex mutex_;
    std::deque<Job> queue_;     // guarded by mutex_
    std::deque<Job> refused_;   // guarded by mutex_; without request, only to be told
    bool is_stopping_ = false;  // guarded by mutex_
    int64_t scanned_ms_ = 0;
    std::map<CURL*, Flight> flights_;  // the lane's thread only
    std::thread thread_;
};

// Mail has a lane of its own: libcurl waits for the answer to QUIT when it closes a mail connection, and a mail server
// that does not give one must not hold up payouts.
class CurlClient final : public HttpClient {
public:
    explicit CurlClient(const ClientOptions& options) : requests_(options), mails_(options) {}
    void send(OutgoingRequest request, Done done) override { requests_.enqueue(std::move(request), std::move(done)); }
    void send_mail(OutgoingMail mail, Done done) override { mails_.enqueue(std::move(mail), std::move(done)); }

private:
    Lane requests_;
    Lane mails_;
};

}  // namespace

std::unique_ptr<HttpClient> HttpClient::start(ClientOptions options) {
    initialise_curl();
    return std::make_unique<CurlClient>(options);
}

}  // namespace tributary::net
