// Durable file operations. A name that survives a crash needs the file and its directory synced; a failed fsync is
// final: the kernel may have dropped the pages, so the caller stops and never retries it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace tributary {

class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) : fd_(fd) {}
    ~FileDescriptor() { reset(); }
    FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    int get() const { return fd_; }
    int release();
    void reset();
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

Result<std::string> read_file(const std::string& path, uint64_t size_max);
Result<FileDescriptor> open_for_read(const std::string& path);  // O_CLOEXEC | O_NOFOLLOW
Result<void> write_all(int fd, std::string_view bytes);         // through short writes and EINTR
Result<void> sync_file(int fd);
Result<void> sync_directory(const std::string& path);
// Writes beside, syncs, renames over, syncs the directory: after a crash the old or the new bytes, never a mix.
Result<void> write_file_durably(const std::string& path, std::string_view bytes, unsigned mode = 0640);
Result<void> rename_durably(const std::string& from, const std::string& to);
Result<void> make_directories(const std::string& path, unsigned mode = 0750);
std::string directory_of(const std::string& path);
std::string file_name_of(const std::string& path);
std::string system_message(int error_number);  // strerror, thread safe

}  // namespace tributary
