#include "core/intake/intake.hpp"

#include <atomic>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "core/base/file.hpp"
#include "core/base/log.hpp"

namespace tributary::intake {
namespace {

constexpr int64_t orphan_age_ms = 6 * 3'600'000;  // a body without its row: its upload died
constexpr int64_t files_a_sweep_max = 10'000;

class IntakeImpl final : public Intake {
public:
    IntakeImpl(store::Store& store, flow::Flow& flow, Clock& clock, std::string directory, SpoolLimits limits)
        : store_(store), flow_(flow), clock_(clock), directory_(std::move(directory)), limits_(limits) {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator(directory_, ignored))
            if (entry.is_regular_file(ignored)) size_ += entry.file_size(ignored);
    }

    void accept(Arrival arrival, std::function<void(Result<Accepted>)> done) override {
        if (size_ + arrival.body.size > limits_.size_max) {
            ::unlink(arrival.body.path.c_str());
            return done(fail(ErrorCode::unavailable,
                             fmt::format("the spool is full ({} of {} bytes); nothing was taken, send it again later",
                                         size_.load(), limits_.size_max)));
        }
        auto shared = std::make_shared<Arrival>(std::move(arrival));
        auto accepted = std::make_shared<Accepted>();
        store_.submit([this, shared, accepted](store::Tx& tx) { *accepted = insert(tx, *shared); },
                      [this, shared, accepted, done = std::move(done)](Result<void> stored) {
                          finish(*shared, *accepted, std::move(stored), done);
                      });
    }

    std::string upload_directory() const override { return directory_; }
    uint64_t spool_size() const override { return size_; }

    Result<uint64_t> sweep() override {
        uint64_t freed = 0;
        std::vector<std::pair<int64_t, std::string>> old;
        const int64_t before = clock_.now_ms() - limits_.retention_ms;
        TRIBUTARY_CHECK(store_.read([&](store::Tx& tx) {
            store::Rows rows = tx.query(
                "SELECT i.seq, i.spool_path FROM interchange i JOIN interchange_state s ON s.interchange = i.seq WHERE "
                "i.received_at < ? "
                "AND s.spool_deleted_at = 0 AND s.state NOT IN ('received', 'posting', 'held') ORDER BY i.seq LIMIT ?",
                before, files_a_sweep_max);
            while (rows.next()) old.emplace_back(rows.integer(0), rows.string(1));
        }));
        for (const auto& [seq, path] : old) {
            // The row first: a file without a row is an orphan and goes later; a row without its file would be a lie.
            TRIBUTARY_CHECK(store_.write([&, id = seq](store::Tx& tx) {
                tx.run("UPDATE interchange_state SET spool_deleted_at = ? WHERE interchange = ?", clock_.now_ms(), id);
            }));
            freed += remove(path);
        }
        return freed + remove_orphans();
    }

private:
    Accepted insert(store::Tx& tx, const Arrival& arrival) {
        if (!arrival.transport_id.empty()) {
            store::Rows rows = tx.query(
                "SELECT seq, sha256 FROM interchange WHERE feed = ? AND transport_id = ? AND transport_id <> ''",
                arrival.feed, arrival.transport_id);
            if (rows.next()) {
                if (rows.text(1) != bytes_of(arrival.body.sha256))
                    tx.refuse(
                        fail(ErrorCode::conflict,
                             fmt::format("'{}' named other bytes before, as interchange {}; use a new Idempotency-Key",
                                         arrival.transport_id, rows.integer(0))));
                return {InterchangeSeq{rows.integer(0)}, true};
            }
        }
        const int64_t now = clock_.now_ms();
        tx.run(
            "INSERT INTO interchange (feed, transport, transport_id, file_name, sha256, size, received_at, trace_id, "
            "spool_path) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arrival.feed, arrival.transport, arrival.transport_id, arrival.file_name, arrival.body.sha256,
            arrival.body.size, now, arrival.trace_id, arrival.body.path);
        const InterchangeSeq seq{tx.last_id()};
        tx.run("INSERT INTO interchange_state (interchange, state, changed_at) VALUES (?, 'received', ?)", seq, now);
        return {seq, false};
    }

    void finish(const Arrival& arrival, const Accepted& accepted, Result<void> stored,
                const std::function<void(Result<Accepted>)>& done) {
        if (!stored || accepted.is_repeat) ::unlink(arrival.body.path.c_str());
        if (!stored) return done(stored.error());
        if (!accepted.is_repeat) {
            size_ += arrival.body.size;
            log_info("interchange received", {{"interchange", accepted.seq.value},
                                              {"feed", arrival.feed},
                                              {"transport", arrival.transport},
                                              {"file", arrival.file_name},
                                              {"size", arrival.body.size},
                                              {"trace_id", arrival.trace_id}});
            flow_.enqueue(accepted.seq);
        }
        done(accepted);
    }

    uint64_t remove(const std::string& path) {
        std::error_code error;
        const uint64_t size = std::filesystem::file_size(path, error);
        if (error || ::unlink(path.c_str()) != 0) return 0;
        size_ -= std::min<uint64_t>(size_, size);
        return size;
    }

    uint64_t remove_orphans() {
        uint64_t freed = 0;
        std::error_code ignored;
        const auto now = std::filesystem::file_time_type::clock::now();
        for (const auto& entry : std::filesystem::directory_iterator(directory_, ignored)) {
            if (!entry.is_regular_file(ignored) ||
                now - entry.last_write_time(ignored) < std::chrono::milliseconds(orphan_age_ms))
                continue;
            bool is_known = true;
            const auto read = store_.read([&](store::Tx& tx) {
                is_known =
                    tx.one_integer("SELECT 1 FROM interchange WHERE spool_path = ? LIMIT 1", entry.path().string())
                        .has_value();
            });
            if (read && !is_known) freed += remove(entry.path().string());
        }
        return freed;
    }

    store::Store& store_;
    flow::Flow& flow_;
    Clock& clock_;
    const std::string directory_;
    const SpoolLimits limits_;
    std::atomic<uint64_t> size_{0};
};

}  // namespace

Result<std::unique_ptr<Intake>> Intake::create(store::Store& store, flow::Flow& flow, Clock& clock,
                                               std::string spool_directory, SpoolLimits limits) {
    TRIBUTARY_CHECK(make_directories(spool_directory));
    return std::unique_ptr<Intake>(
        std::make_unique<IntakeImpl>(store, flow, clock, std::move(spool_directory), limits));
}

}  // namespace tributary::intake
