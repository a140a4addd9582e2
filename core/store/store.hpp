// Store: the embedded SQLite database (WAL, synchronous=FULL). One writer thread with group commit over whatever
// waits, a pool of read connections, numbered migrations (a newer schema is refused), online backup.
//
// A job runs inside a savepoint of the batch's transaction: its refusal undoes that job alone. Completions are called
// after the COMMIT is durable, on the writer's thread; they must not block. A failed fsync or COMMIT is final: the
// store stops (is_failed), every later call answers io, and the daemon ends; nobody retries an fsync.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/store/tx.hpp"

namespace tributary::store {

// Takes part in every batch, in registration order: the ledger's book (flushes coalesced balances), then the chain.
class Participant {
public:
    virtual ~Participant() = default;
    virtual void begin_batch(Tx&) {}       // after BEGIN IMMEDIATE
    virtual void begin_job(Tx&) {}
    virtual void end_job(Tx&, bool /*committed*/) {}  // false: undo what this job did in memory
    virtual void end_batch(Tx&) {}         // before COMMIT: the last writes
    virtual void batch_ended(bool /*durable*/) {}
};

struct StoreOptions {
    std::string path;                 // the database file; its directory must exist
    unsigned readers = 4;
    unsigned batch_jobs_max = 8192;   // jobs in one transaction
    unsigned queue_max = 65'536;      // past it submit answers unavailable at once
    int64_t busy_timeout_ms = 10'000; // another process holds the write lock
};

using Job = std::function<void(Tx&)>;              // refuse() on the Tx to undo
using Done = std::function<void(Result<void>)>;

class Store {
public:
    // Opens or creates, checks the schema number, migrates (after a backup beside the file when one existed).
    static Result<std::unique_ptr<Store>> open(StoreOptions options, Clock& clock);
    virtual ~Store() = default;                        // finishes what was submitted, then closes
    virtual void add_participant(std::shared_ptr<Participant> participant) = 0;  // before the first job
    virtual void submit(Job job, Done done) = 0;       // [any thread]
    virtual Result<void> write(Job job) = 0;           // [any thread but the writer's] waits until durable
    virtual Result<void> read(Job job) = 0;            // [any thread] on a read connection, one snapshot
    virtual Result<void> backup(const std::string& path) = 0;  // online; the copy opens by itself
    virtual bool is_failed() const = 0;
    virtual uint64_t queue_length() const = 0;
};

int schema_version();  // the newest this build knows
struct MigrationStatus {
    int number = 0;
    std::string name;
    std::string sha256;
    int64_t applied_at = 0;  // 0 = not yet
};
Result<std::vector<MigrationStatus>> migration_status(const std::string& path);

}  // namespace tributary::store
