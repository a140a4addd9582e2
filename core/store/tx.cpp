#include "core/store/tx.hpp"

#include <sqlite3.h>

#include "core/store/connection.hpp"

namespace tributary::store {

// ---- Rows ----

Rows::~Rows() { connection_->release(statement_, sql_); }

Rows::Rows(Rows&& other) noexcept : connection_(other.connection_), statement_(other.statement_), sql_(other.sql_) {
    other.statement_ = nullptr;
}

bool Rows::next() {
    if (statement_ == nullptr || !connection_->ok()) return false;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) connection_->fail_statement(code, sql_);
    connection_->release(statement_, sql_);  // a second next() must not run it again
    statement_ = nullptr;
    return false;
}

int64_t Rows::integer(int column) const {
    return statement_ == nullptr ? 0 : sqlite3_column_int64(statement_, column);
}

std::string_view Rows::text(int column) const {
    if (statement_ == nullptr) return {};
    const void* bytes = sqlite3_column_blob(statement_, column);
    if (bytes == nullptr) return {};
    return {static_cast<const char*>(bytes), static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Rows::is_null(int column) const {
    return statement_ == nullptr || sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Rows::Type Rows::type(int column) const {
    switch (statement_ == nullptr ? SQLITE_NULL : sqlite3_column_type(statement_, column)) {
    case SQLITE_NULL: return Type::null;
    case SQLITE_INTEGER: return Type::integer;
    case SQLITE_BLOB: return Type::blob;
    default: return Type::text;  // the schema is STRICT and holds no REAL
    }
}

int Rows::columns() const { return statement_ == nullptr ? 0 : sqlite3_column_count(statement_); }

// ---- Tx ----

sqlite3_stmt* Tx::prepare(const char* sql, int parameters) { return connection_.acquire(sql, parameters); }

int64_t Tx::finish(sqlite3_stmt* statement, const char* sql) {
    if (statement == nullptr) return 0;
    int code = connection_.ok() ? sqlite3_step(statement) : SQLITE_DONE;
    while (code == SQLITE_ROW) code = sqlite3_step(statement);  // RETURNING
    if (code != SQLITE_DONE) connection_.fail_statement(code, sql);
    const bool changes = connection_.ok() && sqlite3_stmt_readonly(statement) == 0;
    const int64_t count = changes ? sqlite3_changes64(connection_.handle()) : 0;
    connection_.release(statement, sql);
    return count;
}

int64_t Tx::last_id() const { return sqlite3_last_insert_rowid(connection_.handle()); }

void Tx::bind_integer(sqlite3_stmt* statement, int index, int64_t value) {
    if (statement != nullptr) sqlite3_bind_int64(statement, index, value);
}

void Tx::bind_text(sqlite3_stmt* statement, int index, std::string_view value) {
    if (statement == nullptr) return;
    const char* bytes = value.data() == nullptr ? "" : value.data();  // empty, not NULL
    const int code = sqlite3_bind_text64(statement, index, bytes, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    if (code != SQLITE_OK) connection_.fail_statement(code, sqlite3_sql(statement));
}

void Tx::bind_blob(sqlite3_stmt* statement, int index, std::string_view value) {
    if (statement == nullptr) return;
    const char* bytes = value.data() == nullptr ? "" : value.data();
    const int code = sqlite3_bind_blob64(statement, index, bytes, value.size(), SQLITE_TRANSIENT);
    if (code != SQLITE_OK) connection_.fail_statement(code, sqlite3_sql(statement));
}

void Tx::bind_null(sqlite3_stmt* statement, int index) {
    if (statement != nullptr) sqlite3_bind_null(statement, index);
}

void Tx::refuse(Error error) { connection_.refuse(std::move(error)); }
bool Tx::ok() const { return connection_.ok(); }
Error Tx::error() const { return connection_.error(); }

Result<void> Tx::result() const {
    if (!connection_.ok()) return connection_.error();
    return {};
}

}  // namespace tributary::store
