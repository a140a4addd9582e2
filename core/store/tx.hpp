// Tx: SQL inside one transaction, with a sticky error. A failed statement or refuse() poisons the Tx: rows come back
// empty, changes are 0, and nothing of the job can commit, so callers check once at the end instead of at every line.
// Not thread safe: a Tx belongs to the thread that runs the job.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/base/digest.hpp"
#include "core/base/result.hpp"

struct sqlite3_stmt;

namespace tributary::store {

class Connection;

// A parameter or column of type BLOB.
struct Blob {
    std::string_view bytes;
};

// The rows of one query; give it up (destroy it) before the same function runs its next long query.
class Rows {
public:
    Rows(Connection* connection, sqlite3_stmt* statement, const char* sql)
        : connection_(connection), statement_(statement), sql_(sql) {}
    ~Rows();
    Rows(Rows&& other) noexcept;
    Rows& operator=(Rows&&) = delete;
    bool next();                               // false at the end, and after an error
    int64_t integer(int column) const;         // 0-based
    std::string_view text(int column) const;   // valid until next(); also for BLOB columns
    std::string string(int column) const { return std::string(text(column)); }
    bool is_null(int column) const;
    enum class Type : char { null = 'N', integer = 'I', text = 'T', blob = 'B' };
    Type type(int column) const;               // ask before text() or integer() convert
    int columns() const;

private:
    Connection* connection_;
    sqlite3_stmt* statement_;  // null: poisoned
    const char* sql_;
};

class Tx {
public:
    explicit Tx(Connection& connection) : connection_(connection) {}
    Tx(const Tx&) = delete;

    // sql must be a string literal: statements are cached by its address. Parameters: integers, bool, strings, Blob,
    // Digest, std::nullptr_t, std::optional of those.
    template <class... Args>
    Rows query(const char* sql, const Args&... args) {
        sqlite3_stmt* statement = prepare(sql, static_cast<int>(sizeof...(Args)));
        int index = 0;
        (bind(statement, ++index, args), ...);
        return Rows(&connection_, statement, sql);
    }
    // Runs a change; returns how many rows it touched.
    template <class... Args>
    int64_t run(const char* sql, const Args&... args) {
        sqlite3_stmt* statement = prepare(sql, static_cast<int>(sizeof...(Args)));
        int index = 0;
        (bind(statement, ++index, args), ...);
        return finish(statement, sql);
    }
    int64_t last_id() const;  // rowid of the last INSERT
    // First column of the first row, or nothing.
    template <class... Args>
    std::optional<int64_t> one_integer(const char* sql, const Args&... args) {
        Rows rows = query(sql, args...);
        if (!rows.next() || rows.is_null(0)) return std::nullopt;
        return rows.integer(0);
    }
    template <class... Args>
    std::optional<std::string> one_text(const char* sql, const Args&... args) {
        Rows rows = query(sql, args...);
        if (!rows.next() || rows.is_null(0)) return std::nullopt;
        return rows.string(0);
    }

    void refuse(Error error);  // the job's own refusal: rolls the job back
    bool ok() const;
    Error error() const;       // meaningful when !ok()
    Result<void> result() const;

private:
    sqlite3_stmt* prepare(const char* sql, int parameters);  // as many must be bound, or the Tx is refused
    int64_t finish(sqlite3_stmt* statement, const char* sql);
    void bind_integer(sqlite3_stmt* statement, int index, int64_t value);
    void bind_text(sqlite3_stmt* statement, int index, std::string_view value);
    void bind_blob(sqlite3_stmt* statement, int index, std::string_view value);
    void bind_null(sqlite3_stmt* statement, int index);

    template <class T>
    void bind(sqlite3_stmt* statement, int index, const T& value) {
        if constexpr (std::is_same_v<T, std::nullptr_t>) bind_null(statement, index);
        else if constexpr (std::is_same_v<T, Blob>) bind_blob(statement, index, value.bytes);
        else if constexpr (std::is_same_v<T, Digest>) bind_blob(statement, index, bytes_of(value));
        else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>)
            bind_integer(statement, index, static_cast<int64_t>(value));
        else if constexpr (requires { value.value; }) bind_integer(statement, index, value.value);  // StrongId
        else if constexpr (std::is_convertible_v<T, std::string_view>) bind_text(statement, index, value);
        else if constexpr (requires { value.has_value(); })
            value.has_value() ? bind(statement, index, *value) : bind_null(statement, index);
        else static_assert(sizeof(T) == 0, "no SQL type for this parameter");
    }

    Connection& connection_;
};

}  // namespace tributary::store
