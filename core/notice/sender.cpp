#include "core/notice/sender.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/directory/directory.hpp"

namespace tributary::notice {
namespace {

constexpr int64_t due_per_tick_max = 256;

struct Row {
    int64_t id = 0, attempt = 0;
    std::string kind, subject, connector, data, trace_id;
    std::optional<directory::Contact> contact;
};

std::vector<Row> due_rows(store::Tx& tx, int64_t now_ms, const std::set<int64_t>& under_way) {
    std::vector<Row> found;
    std::vector<PartyId> parties;
    {
        auto rows = tx.query("SELECT id, attempt, kind, subject, connector, data, trace_id, party FROM notice"
                             " WHERE state IN ('waiting', 'sending') AND state = 'waiting' AND next_at <= ?"
                             " ORDER BY next_at LIMIT ?",
                             now_ms, due_per_tick_max);
        while (rows.next()) {
            if (under_way.contains(rows.integer(0))) continue;
            found.push_back({rows.integer(0), rows.integer(1), rows.string(2), rows.string(3), rows.string(4),
                             rows.string(5), rows.string(6), std::nullopt});
            parties.push_back(PartyId{rows.integer(7)});
        }
    }
    for (size_t i = 0; i < found.size(); ++i)
        found[i].contact = directory::contact_of(tx, parties[i], date_of_ms(now_ms));
    return found;
}

// "award_summary/12/77" -> "award_summary.12.77": the connector makes the Message-ID of it, so a repeat can be seen as
// one.
std::string message_id(std::string subject) {
    std::replace(subject.begin(), subject.end(), '/', '.');
    return subject;
}

}  // namespace

std::unique_ptr<Notices> Notices::create(store::Store& store, net::HttpClient& client, Clock& clock,
                                         NoticeOptions options) {
    return std::make_unique<Sender>(store, client, clock, std::move(options));
}

Sender::Sender(store::Store& store, net::HttpClient& client, Clock& clock, NoticeOptions options)
    : store_(store), client_(client), clock_(clock) {
    replace_options(std::move(options));
}

Sender::~Sender() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    gate_->close();
}

void Sender::replace_options(NoticeOptions options) {
    options.in_flight_max = std::max(options.in_flight_max, 1u);
    const std::lock_guard lock(mutex_);
    options_ = std::move(options);
    for (const auto& [name, connector] : options_.connectors) {
        lanes_[name].rate.set_rate(connector->manifest().rate_per_second);
    }
}

Result<void> Sender::recover() {
    bool resends = false;
    {
        const std::lock_guard lock(mutex_);
        resends = options_.resend_unknown;
    }
    return store_.write([&](store::Tx& tx) {
        tx.run(
            "UPDATE notice SET state = ?, next_at = ?, changed_at = ?, message = 'the daemon stopped while it was "
            "being sent'"
            " WHERE state IN ('waiting', 'sending') AND state = 'sending'",
            resends ? "waiting" : "unknown", clock_.now_ms(), clock_.now_ms());
    });
}

void Sender::start() {
    thread_ = std::thread([this] { run(); });
}

void Sender::run() {
    for (;;) {
        const int64_t wait_ms = tick();
        std::unique_lock lock(mutex_);
        if (is_stopping_) return;
        changed_.wait_for(lock, std::chrono::milliseconds(wait_ms), [&] { return is_woken_ || is_stopping_; });
        is_woken_ = false;
        if (is_stopping_) return;
    }
}

void Sender::stop(int64_t timeout_ms) {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until, [&] { return under_way_.empty(); });
}

void Sender::wake() {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
    changed_.notify_all();
}

size_t Sender::in_flight() const {
    const std::lock_guard lock(mutex_);
    return under_way_.size();
}

bool Sender::wait_until_idle(int64_t timeout_ms) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return under_way_.empty(); });
}

int64_t Sender::tick() {
    for (const LetterPtr& letter : take_due()) begin(letter);
    return wait_max_ms;
}

bool Sender::may_leave(const std::string& connector) {
    Lane& lane = lanes_[connector];
    const int64_t now = clock_.monotonic_ms();
    if (under_way_.size() >= options_.in_flight_max || now < lane.closed_until || lane.rate.room(now) == 0)
        return false;
    lane.rate.take(now);
    return true;
}

std::vector<LetterPtr> Sender::take_due() {
    std::set<int64_t> under_way;
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_ || under_way_.size() >= options_.in_flight_max) return {};
        under_way = under_way_;
    }
    std::vector<Row> rows;
    const int64_t now_ms = clock_.now_ms();
    if (const auto read = store_.read([&](store::Tx& tx) { rows = due_rows(tx, now_ms, under_way); }); !read) {
        log_error("notice.not_readable", {{"reason", read.error().message}});
        return {};
    }
    std::vector<LetterPtr> letters;
    const std::lock_guard lock(mutex_);
    for (Row& row : rows) {
        if (!may_leave(row.connector)) continue;
        auto letter = std::make_shared<Letter>();
        letter->id = row.id, letter->attempt = row.attempt + 1;
        letter->kind = row.kind, letter->subject = row.subject, letter->connector_name = row.connector;
        letter->trace_id = row.trace_id;
        const auto connector = options_.connectors.find(row.connector);
        if (connector != options_.connectors.end()) letter->connector = connector->second;
        letter->message.id = message_id(row.subject);
        letter->message.now_ms = now_ms;
        letter->message.text = std::move(row.data);  // until begin() renders it
        if (row.contact) {
            const bool is_sms = letter->connector != nullptr && letter->connector->manifest().id.starts_with("sms-");
            letter->message.to_name = row.contact->name;
            letter->message.to_address = is_sms ? row.contact->phone : row.contact->email;
            letter->message.language = row.contact->language;
        }
        under_way_.insert(row.id);
        letters.push_back(std::move(letter));
    }
    return letters;
}

}  // namespace tributary::notice
