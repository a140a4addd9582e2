// Intake: bytes become an interchange. Whatever the transport, the file is in the spool, hashed and fsynced, and the
// interchange row is durable before accept() answers: an acknowledgement means durable.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/random.hpp"
#include "core/flow/flow.hpp"
#include "core/net/http.hpp"
#include "core/store/store.hpp"

namespace tributary::intake {

struct SpoolLimits {
    uint64_t size_max = 64ull << 30;            // quota of the spool directory; past it intake answers unavailable
    int64_t retention_ms = 400LL * 86'400'000;  // files of finished interchanges older than this are deleted
};

struct Arrival {
    std::string feed;
    std::string transport;     // "https" | "folder" | "cli"
    std::string transport_id;  // Idempotency-Key, or a folder file's identity; "" = none
    std::string file_name;
    net::BodyFile body;  // taken over
    std::string trace_id;
};

struct Accepted {
    InterchangeSeq seq;
    bool is_repeat = false;  // the transport id was seen before with the same bytes
};

class Intake {
public:
    static Result<std::unique_ptr<Intake>> create(store::Store& store, flow::Flow& flow, Clock& clock,
                                                  std::string spool_directory, SpoolLimits limits);
    virtual ~Intake() = default;
    // Registers durably, then hands to the flow. Same transport id with other bytes: conflict. Over quota: unavailable.
    virtual void accept(Arrival arrival, std::function<void(Result<Accepted>)> done) = 0;
    virtual std::string upload_directory() const = 0;  // where transports write bodies: the spool itself
    // Deletes what retention allows; returns bytes freed. Called by the daemon's timer.
    virtual Result<uint64_t> sweep() = 0;
    virtual uint64_t spool_size() const = 0;
};

// A drop folder: <path>/ is watched (inotify plus a slow scan); files appear by rename or close; names that start with
// '.' or end with .tmp .part .filepart .swp are left alone. Each file is copied into the spool, accepted, answered,
// then moved to accepted/ rejected/ or duplicate/ under its own name (a number is added when taken) with
// <name>.report.json and <name>.ack beside it; every step fsynced. A file that cannot be read is left where it is and
// logged once. After a crash in between, the same file (name, inode, time, size) is recognised and only finished.
struct FolderOptions {
    std::string feed;
    std::string path;
    std::string answer_folder;  // where <name>.ack goes; "" = beside the moved file
    int64_t settle_ms = 1000;   // a file must not have changed for this long when it did not come by rename
    uint64_t size_max = 2ull << 30;
};

class FolderWatcher {
public:
    static Result<std::unique_ptr<FolderWatcher>> start(FolderOptions options, Intake& intake, flow::Flow& flow,
                                                        Clock& clock, Random& random);
    virtual ~FolderWatcher() = default;  // finishes the file at hand
};

}  // namespace tributary::intake
