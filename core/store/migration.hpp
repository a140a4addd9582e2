// Numbered migrations, embedded at build time from schema/*.sql. Private to core/store and its tests. Each runs in
// one transaction with its row in schema_migration, so that a crash leaves the old schema or the new one. What was
// applied never changes: another checksum, or a number this build does not know, is refused.
#pragma once
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/store/connection.hpp"
#include "core/store/store.hpp"

namespace tributary::store {

struct Migration {
    int number = 0;  // 1, 2, 3, ...
    std::string name;
    std::string sql;
};

const std::vector<Migration>& migrations();  // generated

// The migrations with when they were applied; refuses a newer schema, a changed checksum and foreign databases.
Result<std::vector<MigrationStatus>> read_status(Connection& connection, const std::vector<Migration>& known);
// Applies what is missing, after a backup beside the file when the database has a schema already.
Result<void> migrate(Connection& connection, const std::string& path, const std::vector<Migration>& known,
                     Clock& clock);

}  // namespace tributary::store
