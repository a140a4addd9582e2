// Connection: RAII over sqlite3*, with a statement cache and the sticky error a Tx shows. Private to core/store.
// Not thread safe: the writer owns one, each reader of the pool one. Statements are cached by the literal's address;
// several copies of one literal may be busy at a time.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace tributary::store {

enum class OpenMode { create, read_write, read_only };

// An sqlite result code in the words of the house; detail: what SQLite says about it.
Error error_of(int sqlite_code, const std::string& detail);
// After this code nothing more may be written by this process: an fsync, a page or the system failed.
bool is_final(int sqlite_code);

class Connection {
public:
    static Result<std::unique_ptr<Connection>> open(const std::string& path, OpenMode mode, int64_t busy_timeout_ms);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    sqlite3* handle() const { return handle_; }
    // Runs statements outside the sticky error; rows are ignored.
    Result<void> execute(const char* sql);
    int last_code() const { return last_code_; }  // SQLite's extended code of the last failure of any kind
    bool is_in_transaction() const;

    // ---- the sticky error ----
    bool ok() const { return is_ok_; }
    const Error& error() const { return error_; }
    void refuse(Error error);                        // the first error stays
    void fail_statement(int code, const char* sql);
    void clear_error();
    bool is_broken() const { return is_broken_; }    // a final error was seen; clear_error() does not forget it

    // ---- statements ----
    sqlite3_stmt* acquire(const char* sql, int parameters);  // null and a sticky error when it cannot be had
    void release(sqlite3_stmt* statement, const char* sql);

    // ---- the savepoint of a job, opened by its first change ----
    void arm_savepoint() { is_savepoint_armed_ = true; }
    bool keep_savepoint();  // false: could not; the batch is lost
    bool undo_savepoint();

private:
    explicit Connection(sqlite3* handle) : handle_(handle) {}
    sqlite3_stmt* prepare(const char* sql);
    bool open_savepoint();
    bool step_simple(const char* sql);
    void drop_idle_statements();

    sqlite3* handle_;
    std::unordered_map<const void*, std::vector<sqlite3_stmt*>> idle_;
    bool is_ok_ = true;
    Error error_;
    int last_code_ = 0;
    bool is_broken_ = false;
    bool is_savepoint_armed_ = false;
    bool is_savepoint_open_ = false;
};

}  // namespace tributary::store
