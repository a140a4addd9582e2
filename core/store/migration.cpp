#include "core/store/migration.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "core/base/digest.hpp"
#include "core/base/log.hpp"
#include "core/store/backup.hpp"

namespace tributary::store {
namespace {

constexpr int64_t busy_timeout_ms = 10'000;

constexpr const char* create_table_sql =
    "CREATE TABLE IF NOT EXISTS schema_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT "
    "NULL,"
    " applied_at INTEGER NOT NULL) STRICT";

MigrationStatus pending_status(const Migration& migration) {
    return {migration.number, migration.name, hex_of(sha256(migration.sql)), 0};
}

size_t applied_count(const std::vector<MigrationStatus>& statuses) {
    size_t count = 0;
    for (const MigrationStatus& status : statuses) count += status.applied_at != 0 ? 1 : 0;
    return count;
}

Error newer_schema(int number, const std::string& name, size_t known_count) {
    return fail(
        ErrorCode::conflict,
        fmt::format("the database has schema {} ({}), this version knows only up to {}: install the version that "
                    "wrote it, or restore the backup made before the upgrade",
                    number, name, known_count));
}

Error changed_checksum(const MigrationStatus& expected, const std::string& found) {
    return fail(
        ErrorCode::conflict,
        fmt::format("migration {} ({}) was applied with checksum {}, this version has {}: the database was made by "
                    "another build; nothing was changed",
                    expected.number, expected.name, found.substr(0, 16), expected.sha256.substr(0, 16)));
}

Result<void> apply_one(Connection& connection, const Migration& migration, Clock& clock) {
    TRIBUTARY_CHECK(connection.execute(migration.sql.c_str()));
    Tx tx(connection);
    tx.run("INSERT INTO schema_migration (number, name, sha256, applied_at) VALUES (?, ?, ?, ?)", migration.number,
           migration.name, hex_of(sha256(migration.sql)), clock.now_ms());
    return tx.result();
}

// Inside BEGIN IMMEDIATE the status is read again: two processes may start on one database.
Result<void> apply_in_transaction(Connection& connection, const std::vector<Migration>& known, size_t index,
                                  Clock& clock) {
    TRIBUTARY_CHECK(connection.execute(create_table_sql));
    TRIBUTARY_TRY(const auto statuses, read_status(connection, known));
    if (statuses[index].applied_at != 0) return {};
    return apply_one(connection, known[index], clock);
}

Result<void> apply(Connection& connection, const std::vector<Migration>& known, size_t index, Clock& clock) {
    TRIBUTARY_CHECK(connection.execute("BEGIN IMMEDIATE"));
    Result<void> applied = apply_in_transaction(connection, known, index, clock);
    if (applied) applied = connection.execute("COMMIT");
    if (applied) return {};
    if (connection.is_in_transaction()) (void)connection.execute("ROLLBACK");
    connection.clear_error();
    const Migration& migration = known[index];
    return fail(applied.error().code, fmt::format("migration {} ({}) was not applied, the database is as before: {}",
                                                  migration.number, migration.name, applied.error().message));
}

}  // namespace

Result<std::vector<MigrationStatus>> read_status(Connection& connection, const std::vector<Migration>& known) {
    Tx tx(connection);
    std::vector<MigrationStatus> statuses;
    for (const Migration& migration : known) statuses.push_back(pending_status(migration));
    const auto tables = tx.one_integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table'");
    if (!tx.ok()) return tx.error();
    if (tables.value_or(0) == 0) return statuses;
    if (!tx.one_integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'")) {
        if (!tx.ok()) return tx.error();
        return fail(ErrorCode::conflict,
                    "the file is an SQLite database, but not Tributary's: it has no schema_migration");
    }
    Rows rows = tx.query("SELECT number, name, sha256, applied_at FROM schema_migration ORDER BY number");
    while (rows.next()) {
        const int64_t number = rows.integer(0);
        if (number < 1 || number > static_cast<int64_t>(known.size()))
            return newer_schema(static_cast<int>(number), rows.string(1), known.size());
        MigrationStatus& status = statuses[static_cast<size_t>(number - 1)];
        if (rows.text(2) != status.sha256) return changed_checksum(status, rows.string(2));
        status.applied_at = rows.integer(3);
    }
    if (!tx.ok()) return tx.error();
    return statuses;
}

Result<void> migrate(Connection& connection, const std::string& path, const std::vector<Migration>& known,
                     Clock& clock) {
    TRIBUTARY_TRY(const auto statuses, read_status(connection, known));
    const size_t applied = applied_count(statuses);
    if (applied == known.size()) return {};
    if (applied > 0) {
        const std::string copy = fmt::format("{}.before-{:03}-{}", path, known[applied].number, clock.now_ms());
        TRIBUTARY_CHECK(back_up(connection, copy));
        log_info("store.backed_up_before_migration", {{"path", copy}});
    }
    for (size_t i = 0; i < known.size(); ++i) {
        if (statuses[i].applied_at != 0) continue;
        TRIBUTARY_CHECK(apply(connection, known, i, clock));
        log_info("store.migrated", {{"number", known[i].number}, {"name", known[i].name}});
    }
    return {};
}

int schema_version() { return migrations().back().number; }

Result<std::vector<MigrationStatus>> migration_status(const std::string& path) {
    std::vector<MigrationStatus> statuses;
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        for (const Migration& migration : migrations()) statuses.push_back(pending_status(migration));
        return statuses;
    }
    TRIBUTARY_TRY(const auto connection, Connection::open(path, OpenMode::read_only, busy_timeout_ms));
    return read_status(*connection, migrations());
}

}  // namespace tributary::store
