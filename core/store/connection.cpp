#include "core/store/connection.hpp"

#include <cstring>

#include <fmt/format.h>
#include <sqlite3.h>

#include "core/base/assert.hpp"
#include "core/base/encoding.hpp"

namespace tributary::store {
namespace {

constexpr size_t cached_literals_max = 1024;

// mmap stays off: a read error through a map is a signal, not an answer. secure_delete: erased personal data leaves
// the file, too. The WAL is checkpointed by the writer, because SQLite's own hook hides a failed fsync.
constexpr const char* common_pragmas =
    "PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
    "PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0;";
constexpr const char* writer_pragmas =
    "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 67108864;";
constexpr const char* reader_pragmas = "PRAGMA query_only = ON; PRAGMA cache_size = -8192;";

int flags_of(OpenMode mode) {
    const int base = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    switch (mode) {
    case OpenMode::create: return base | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case OpenMode::read_write: return base | SQLITE_OPEN_READWRITE;
    case OpenMode::read_only: return base | SQLITE_OPEN_READONLY;
    }
    return base;
}

std::string sql_excerpt(const char* sql) {
    std::string text(trim(sql));
    for (char& c : text)
        if (c == '\n') c = ' ';
    return text.size() <= 100 ? text : text.substr(0, 100) + "...";
}

}  // namespace

Error error_of(int sqlite_code, const std::string& detail) {
    if (sqlite_code == SQLITE_IOERR_SHMSIZE)
        return fail(ErrorCode::unavailable, "the disk is full: " + detail + "; free space and try again");
    switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
        return fail(ErrorCode::unavailable, "the disk is full: " + detail + "; free space and try again");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail(ErrorCode::unavailable, "another process holds the database: " + detail + "; try again");
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT: return fail(ErrorCode::unavailable, "the database could not finish: " + detail);
    case SQLITE_CONSTRAINT: return fail(ErrorCode::conflict, detail);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return fail(ErrorCode::corrupt, "the database is damaged: " + detail + "; restore a backup");
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return fail(ErrorCode::io, "the database file failed: " + detail);
    case SQLITE_TOOBIG: return fail(ErrorCode::too_large, detail);
    default: return fail(ErrorCode::internal, fmt::format("SQLite says {}: {}", sqlite_code, detail));
    }
}

bool is_final(int sqlite_code) {
    switch (sqlite_code & 0xff) {
    case SQLITE_IOERR: return sqlite_code != SQLITE_IOERR_NOMEM && sqlite_code != SQLITE_IOERR_SHMSIZE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return true;
    default: return false;
    }
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, OpenMode mode,
                                                     int64_t busy_timeout_ms) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle, flags_of(mode), nullptr);
    std::unique_ptr<Connection> connection(new Connection(handle));
    if (code != SQLITE_OK)
        return error_of(code, path + ": " + (handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle)));
    sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout_ms));
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    TRIBUTARY_CHECK(connection->execute(common_pragmas));
    TRIBUTARY_CHECK(connection->execute(mode == OpenMode::read_only ? reader_pragmas : writer_pragmas));
    return connection;
}

Connection::~Connection() {
    drop_idle_statements();
    // After a final error the WAL must stay as it is: recovery reads it, this process touches nothing any more.
    if (is_broken_) sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_close_v2(handle_);
}

Result<void> Connection::execute(const char* sql) {
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return {};
    last_code_ = sqlite3_extended_errcode(handle_);
    is_broken_ = is_broken_ || is_final(last_code_);
    return error_of(last_code_, fmt::format("{} (in: {})", sqlite3_errmsg(handle_), sql_excerpt(sql)));
}

bool Connection::is_in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

// ---- the sticky error ----

void Connection::refuse(Error error) {
    if (!is_ok_) return;
    is_ok_ = false;
    error_ = std::move(error);
}

void Connection::fail_statement(int code, const char* sql) {
    last_code_ = code;
    is_broken_ = is_broken_ || is_final(code);
    refuse(error_of(code, fmt::format("{} (in: {})", sqlite3_errmsg(handle_), sql_excerpt(sql))));
}

void Connection::clear_error() {
    is_ok_ = true;
    error_ = {};
}

// ---- statements ----

sqlite3_stmt* Connection::acquire(const char* sql, int parameters) {
    if (!is_ok_) return nullptr;
    sqlite3_stmt* statement = prepare(sql);
    if (statement == nullptr) return nullptr;
    if (sqlite3_bind_parameter_count(statement) != parameters) {
        refuse(fail(ErrorCode::internal,
                    fmt::format("statement takes {} parameters, not {}: {}", sqlite3_bind_parameter_count(statement),
                                parameters, sql_excerpt(sql))));
        release(statement, sql);
        return nullptr;
    }
    const bool changes = sqlite3_stmt_readonly(statement) == 0;
    if (changes && is_savepoint_armed_ && !is_savepoint_open_ && !open_savepoint()) {
        release(statement, sql);
        return nullptr;
    }
    return statement;
}

sqlite3_stmt* Connection::prepare(const char* sql) {
    const auto known = idle_.find(sql);
    if (known != idle_.end() && !known->second.empty()) {
        sqlite3_stmt* statement = known->second.back();
        known->second.pop_back();
        if (std::strcmp(sqlite3_sql(statement), sql) == 0) return statement;
        sqlite3_finalize(statement);  // not a literal after all: other text at the same address
    }
    if (idle_.size() > cached_literals_max) drop_idle_statements();
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) {
        fail_statement(code, sql);
        return nullptr;
    }
    if (statement == nullptr) refuse(fail(ErrorCode::internal, "empty SQL statement"));
    return statement;
}

void Connection::release(sqlite3_stmt* statement, const char* sql) {
    if (statement == nullptr) return;
    sqlite3_reset(statement);
    idle_[sql].push_back(statement);
}

void Connection::drop_idle_statements() {
    for (auto& [address, statements] : idle_)
        for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
    idle_.clear();
}

// ---- the savepoint of a job ----

bool Connection::step_simple(const char* sql) {
    sqlite3_stmt* statement = prepare(sql);
    if (statement == nullptr) return false;
    const int code = sqlite3_step(statement);
    if (code != SQLITE_DONE) fail_statement(code, sql);
    release(statement, sql);
    return code == SQLITE_DONE;
}

bool Connection::open_savepoint() {
    is_savepoint_open_ = step_simple("SAVEPOINT job");
    return is_savepoint_open_;
}

bool Connection::keep_savepoint() {
    is_savepoint_armed_ = false;
    if (!is_savepoint_open_) return true;
    is_savepoint_open_ = false;
    return step_simple("RELEASE job");
}

bool Connection::undo_savepoint() {
    is_savepoint_armed_ = false;
    if (!is_savepoint_open_) return is_in_transaction();
    is_savepoint_open_ = false;
    if (!is_in_transaction()) return false;  // SQLite rolled the whole transaction back
    return step_simple("ROLLBACK TO job") && step_simple("RELEASE job");
}

}  // namespace tributary::store
