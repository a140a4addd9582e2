#include "core/store/backup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <sqlite3.h>

#include "core/base/file.hpp"

namespace tributary::store {
namespace {

// In one step: a copy in parts would start anew at every write of another connection. In WAL mode a reader stops
// nobody.
Result<void> copy_pages(Connection& source, Connection& target) {
    sqlite3_backup* backup = sqlite3_backup_init(target.handle(), "main", source.handle(), "main");
    if (backup == nullptr)
        return error_of(sqlite3_extended_errcode(target.handle()), sqlite3_errmsg(target.handle()));
    const int step_code = sqlite3_backup_step(backup, -1);
    const int finish_code = sqlite3_backup_finish(backup);
    if (step_code == SQLITE_DONE && finish_code == SQLITE_OK) return {};
    return error_of(step_code == SQLITE_DONE ? finish_code : step_code, sqlite3_errmsg(target.handle()));
}

// The copy holds everything the database holds: nobody else may read it, not even for a moment.
Result<void> create_private(const std::string& path) {
    const FileDescriptor file(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!file) return fail(ErrorCode::io, "cannot create " + path + ": " + system_message(errno));
    return {};
}

Result<void> copy_to(Connection& source, const std::string& path) {
    TRIBUTARY_TRY(const auto target, Connection::open(path, OpenMode::read_write, 0));
    TRIBUTARY_CHECK(copy_pages(source, *target));
    return target->execute("PRAGMA journal_mode = DELETE");  // one file, nothing beside it
}

Result<void> sync_path(const std::string& path) {
    TRIBUTARY_TRY(const FileDescriptor file, open_for_read(path));
    return sync_file(file.get());
}

}  // namespace

Result<void> back_up(Connection& source, const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored))
        return fail(ErrorCode::conflict, path + " exists: a backup never overwrites a file; name a new one");
    const std::string partial = path + ".partial";
    std::filesystem::remove(partial, ignored);  // of a backup that was cut off
    TRIBUTARY_CHECK(create_private(partial));
    Result<void> copied = copy_to(source, partial);
    if (copied) copied = sync_path(partial);
    if (copied) copied = rename_durably(partial, path);
    if (copied) return {};
    std::filesystem::remove(partial, ignored);
    return fail(copied.error().code, "backup to " + path + " failed: " + copied.error().message);
}

}  // namespace tributary::store
