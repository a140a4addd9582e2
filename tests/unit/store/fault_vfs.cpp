#include "tests/unit/store/fault_vfs.hpp"

#include <new>

namespace tributary::store {
namespace {

// The system's file follows in the same memory.
struct FaultFile {
    sqlite3_file base;
    FaultVfs* owner;
    std::string* name;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

FaultFile& self(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return self(file).real(); }

int close_file(sqlite3_file* file) {
    delete self(file).name;
    return real(file)->pMethods->xClose(real(file));
}
int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
    return real(file)->pMethods->xRead(real(file), to, size, at);
}
int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    if (const int code = self(file).owner->on_write(*self(file).name); code != SQLITE_OK) return code;
    return real(file)->pMethods->xWrite(real(file), from, size, at);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    return real(file)->pMethods->xTruncate(real(file), size);
}
int sync_file(sqlite3_file* file, int flags) {
    if (const int code = self(file).owner->on_sync(*self(file).name); code != SQLITE_OK) return code;
    return real(file)->pMethods->xSync(real(file), flags);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) { return real(file)->pMethods->xFileSize(real(file), size); }
int lock(sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); }
int unlock(sqlite3_file* file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
int check_lock(sqlite3_file* file, int* out) { return real(file)->pMethods->xCheckReservedLock(real(file), out); }
int control(sqlite3_file* file, int op, void* arg) { return real(file)->pMethods->xFileControl(real(file), op, arg); }
int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int characteristics(sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int n, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, n, flags);
}
void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int shm_unmap(sqlite3_file* file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

const sqlite3_io_methods methods = {
    2,        close_file,  read_file,  write_file, truncate_file, sync_file,       file_size,
    lock,     unlock,      check_lock, control,    sector_size,   characteristics, shm_map,
    shm_lock, shm_barrier, shm_unmap,  nullptr,    nullptr};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
    sqlite3_vfs* system = sqlite3_vfs_find("unix");
    FaultFile& opened = self(file);
    opened.base.pMethods = nullptr;
    opened.owner = static_cast<FaultVfs*>(vfs->pAppData);
    const int code = system->xOpen(system, name, opened.real(), flags, flags_out);
    if (code != SQLITE_OK) return code;
    opened.name = new std::string(name == nullptr ? "" : name);
    opened.base.pMethods = &methods;
    return code;
}

}  // namespace

FaultVfs::FaultVfs() : vfs_(*sqlite3_vfs_find("unix")) {
    vfs_.zName = "fault";
    vfs_.pNext = nullptr;
    vfs_.szOsFile += static_cast<int>(sizeof(FaultFile));
    vfs_.xOpen = open_file;
    // The other methods of the system's VFS take no data from pAppData but the finder of I/O methods that xOpen uses.
    vfs_.pAppData = this;
    sqlite3_vfs_register(&vfs_, 1);
}

FaultVfs::~FaultVfs() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(sqlite3_vfs_find("unix"), 1);
}

}  // namespace tributary::store
