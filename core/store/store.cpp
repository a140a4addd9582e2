#include "core/store/store.hpp"

#include <fcntl.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "core/base/assert.hpp"
#include "core/base/file.hpp"
#include "core/store/backup.hpp"
#include "core/store/migration.hpp"
#include "core/store/writer.hpp"

namespace tributary::store {
namespace {

// Read connections, handed out one a job; whoever finds none waits.
class ReadPool {
public:
    static Result<std::unique_ptr<ReadPool>> open(const StoreOptions& options) {
        auto pool = std::make_unique<ReadPool>();
        for (unsigned i = 0; i < options.readers; ++i) {
            TRIBUTARY_TRY(auto connection,
                          Connection::open(options.path, OpenMode::read_only, options.busy_timeout_ms));
            pool->idle_.push_back(std::move(connection));
        }
        return pool;
    }

    Result<void> read(const Job& job) {
        std::unique_ptr<Connection> connection = take();
        const Result<void> result = run(*connection, job);
        give_back(std::move(connection));
        return result;
    }

private:
    std::unique_ptr<Connection> take() {
        std::unique_lock lock(mutex_);
        returned_.wait(lock, [this] { return !idle_.empty(); });
        std::unique_ptr<Connection> connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
    }

    void give_back(std::unique_ptr<Connection> connection) {
        {
            const std::lock_guard lock(mutex_);
            idle_.push_back(std::move(connection));
        }
        returned_.notify_one();
    }

    static Result<void> run(Connection& connection, const Job& job) {
        connection.clear_error();
        TRIBUTARY_CHECK(connection.execute("BEGIN"));
        Tx tx(connection);
        try {
            job(tx);
        } catch (const std::exception& exception) {
            tx.refuse(fail(ErrorCode::internal, std::string("a store read threw: ") + exception.what()));
        }
        const Result<void> result = tx.result();
        if (connection.is_in_transaction()) (void)connection.execute("ROLLBACK");
        return result;
    }

    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Connection>> idle_;
};

class SqliteStore final : public Store {
public:
    SqliteStore(const StoreOptions& options, std::unique_ptr<Connection> connection,
                std::unique_ptr<ReadPool> readers, Clock& clock)
        : options_(options), readers_(std::move(readers)), writer_(std::move(connection), options, clock) {}

    // The writer's connection closes last: the last one that may write empties the WAL into the file.
    ~SqliteStore() override {
        writer_.stop();
        readers_.reset();
    }

    void add_participant(std::shared_ptr<Participant> participant) override {
        writer_.add_participant(std::move(participant));
    }

    void submit(Job job, Done done) override { writer_.submit(std::move(job), std::move(done)); }

    Result<void> write(Job job) override {
        TRIBUTARY_ASSERT(!writer_.is_own_thread());  // it would wait for itself
        auto answer = std::make_shared<std::promise<Result<void>>>();  // outlives this call on the writer's side
        std::future<Result<void>> answered = answer->get_future();
        submit(std::move(job), [answer](Result<void> result) { answer->set_value(std::move(result)); });
        return answered.get();
    }

    Result<void> read(Job job) override { return readers_->read(job); }

    Result<void> backup(const std::string& path) override {
        TRIBUTARY_TRY(const auto source,
                      Connection::open(options_.path, OpenMode::read_only, options_.busy_timeout_ms));
        return back_up(*source, path);
    }

    bool is_failed() const override { return writer_.is_failed(); }
    uint64_t queue_length() const override { return writer_.queue_length(); }

private:
    const StoreOptions options_;
    std::unique_ptr<ReadPool> readers_;
    Writer writer_;
};

Result<void> check_options(const StoreOptions& options) {
    if (options.path.empty() || options.path == ":memory:")
        return fail(ErrorCode::config, "the store needs a database file: set its path");
    if (options.readers == 0 || options.batch_jobs_max == 0 || options.queue_max == 0)
        return fail(ErrorCode::config, "the store needs readers, batch_jobs_max and queue_max of at least 1");
    return {};
}

// SQLite would create it readable by everybody.
Result<void> create_private_file(const std::string& path) {
    const FileDescriptor file(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0640));
    if (file) return {};
    return fail(ErrorCode::io, "cannot open the database " + path + ": " + system_message(errno) +
                                   "; its directory must exist and belong to the daemon's user");
}

Result<void> switch_to_wal(Connection& connection, const std::string& path) {
    TRIBUTARY_CHECK(connection.execute("PRAGMA page_size = 4096"));  // counts for a new file only
    Tx tx(connection);
    const auto mode = tx.one_text("PRAGMA journal_mode = WAL");
    if (!tx.ok()) return tx.error();
    if (mode != "wal")
        return fail(ErrorCode::io, path + ": the file system cannot hold a WAL database; use a local disk");
    return {};
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(StoreOptions options, Clock& clock) {
    TRIBUTARY_CHECK(check_options(options));
    TRIBUTARY_CHECK(create_private_file(options.path));
    TRIBUTARY_TRY(auto connection, Connection::open(options.path, OpenMode::create, options.busy_timeout_ms));
    // Before anything is changed: a newer schema or a foreign file is refused as it is.
    if (const auto status = read_status(*connection, migrations()); !status)
        return fail(status.error().code, options.path + ": " + status.error().message);
    TRIBUTARY_CHECK(switch_to_wal(*connection, options.path));
    if (const auto migrated = migrate(*connection, options.path, migrations(), clock); !migrated)
        return fail(migrated.error().code, options.path + ": " + migrated.error().message);
    TRIBUTARY_TRY(auto readers, ReadPool::open(options));
    return std::unique_ptr<Store>(
        std::make_unique<SqliteStore>(options, std::move(connection), std::move(readers), clock));
}

}  // namespace tributary::store
