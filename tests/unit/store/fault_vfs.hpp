// An SQLite VFS over the system's that fails on command: the disk is full, or a sync fails. One for the process, the
// default while it lives; only databases opened meanwhile go through it.
#pragma once
#include <atomic>
#include <string>

#include <sqlite3.h>

namespace tributary::store {

class FaultVfs {
public:
    FaultVfs();
    ~FaultVfs();
    FaultVfs(const FaultVfs&) = delete;

    // What writes and syncs of files whose name ends so answer from now on; SQLITE_OK: work again.
    void fail_writes(const std::string& suffix, int code) { write_suffix_ = suffix, write_code_ = code; }
    void fail_syncs(const std::string& suffix, int code) { sync_suffix_ = suffix, sync_code_ = code; }
    int syncs() const { return syncs_; }

    int on_write(const std::string& name) const {
        return name.ends_with(write_suffix_) ? write_code_.load() : SQLITE_OK;
    }
    int on_sync(const std::string& name) {
        ++syncs_;
        return name.ends_with(sync_suffix_) ? sync_code_.load() : SQLITE_OK;
    }

private:
    sqlite3_vfs vfs_;
    std::string write_suffix_, sync_suffix_;
    std::atomic<int> write_code_{SQLITE_OK}, sync_code_{SQLITE_OK}, syncs_{0};
};

}  // namespace tributary::store
