#include "core/base/file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tributary {
namespace {

Error io_error(const char* what, const std::string& path) {
    const int number = errno;
    const ErrorCode code = number == ENOENT   ? ErrorCode::not_found
                           : number == EACCES ? ErrorCode::forbidden
                                              : ErrorCode::io;
    return fail(code, fmt::format("cannot {} {}: {}", what, path, system_message(number)));
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
        reset();
        fd_ = other.release();
    }
    return *this;
}

int FileDescriptor::release() {
    return std::exchange(fd_, -1);
}

void FileDescriptor::reset() {
    if (fd_ >= 0) ::close(release());
}

Result<FileDescriptor> open_for_read(const std::string& path) {
    FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) return io_error("open", path);
    return fd;
}

Result<std::string> read_file(const std::string& path, uint64_t size_max) {
    FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return io_error("open", path);
    std::string out;
    char buffer[65536];
    for (;;) {
        const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return io_error("read", path);
        if (count == 0) return out;
        out.append(buffer, static_cast<size_t>(count));
        if (out.size() > size_max)
            return fail(ErrorCode::too_large, fmt::format("{} is larger than {} bytes", path, size_max));
    }
}

Result<void> write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(ErrorCode::io, fmt::format("cannot write: {}", system_message(errno)));
        bytes.remove_prefix(static_cast<size_t>(count));
    }
    return {};
}

Result<void> sync_file(int fd) {
    if (::fsync(fd) != 0) return fail(ErrorCode::io, fmt::format("cannot fsync: {}", system_message(errno)));
    return {};
}

Result<void> sync_directory(const std::string& path) {
    const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return io_error("open directory", path);
    if (::fsync(fd.get()) != 0) return io_error("fsync directory", path);
    return {};
}

Result<void> write_file_durably(const std::string& path, std::string_view bytes, unsigned mode) {
    const std::string beside = path + ".new";
    FileDescriptor fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!fd) return io_error("create", beside);
    Result<void> written = write_all(fd.get(), bytes);
    if (written) written = sync_file(fd.get());
    if (!written) {
        ::unlink(beside.c_str());
        return written.error();
    }
    return rename_durably(beside, path);
}

Result<void> rename_durably(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return io_error("rename to", to);
    TRIBUTARY_CHECK(sync_directory(directory_of(to)));
    if (directory_of(from) != directory_of(to)) return sync_directory(directory_of(from));
    return {};
}

Result<void> make_directories(const std::string& path, unsigned mode) {
    const std::filesystem::path whole(path);
    std::filesystem::path partial;
    for (const auto& part : whole) {
        partial /= part;
        if (partial.empty() || ::mkdir(partial.c_str(), mode) == 0 || errno == EEXIST) continue;
        std::error_code ignored;
        if (!std::filesystem::is_directory(partial, ignored)) return io_error("create directory", partial.string());
    }
    std::error_code error;
    if (!std::filesystem::is_directory(whole, error))
        return fail(ErrorCode::io, fmt::format("{} is not a directory", path));
    return {};
}

std::string directory_of(const std::string& path) {
    const std::string parent = std::filesystem::path(path).parent_path().string();
    return parent.empty() ? "." : parent;
}

std::string file_name_of(const std::string& path) {
    return std::filesystem::path(path).filename().string();
}

std::string system_message(int error_number) {
    char buffer[128];
    return ::strerror_r(error_number, buffer, sizeof buffer);
}

}  // namespace tributary
