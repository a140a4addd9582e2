#include "core/net/body_writer.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/base/clock.hpp"
#include "core/base/random.hpp"
#include "core/base/uuid.hpp"

namespace tributary::net {

Result<std::unique_ptr<BodyWriter>> BodyWriter::create(const std::string& directory) {
    std::string path = directory + "/" + uuid_v7(system_clock(), system_random()) + ".body";
    FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!fd) return fail(ErrorCode::io, fmt::format("cannot create {}: {}", path, system_message(errno)));
    return std::unique_ptr<BodyWriter>(new BodyWriter(std::move(path), std::move(fd)));
}

BodyWriter::~BodyWriter() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

Result<void> BodyWriter::write(std::string_view bytes) {
    TRIBUTARY_CHECK(write_all(fd_.get(), bytes));
    hasher_.update(bytes);
    size_ += bytes.size();
    return {};
}

Result<BodyFile> BodyWriter::finish() {
    TRIBUTARY_CHECK(sync_file(fd_.get()));
    TRIBUTARY_CHECK(sync_directory(directory_of(path_)));
    fd_.reset();
    return BodyFile{path_, size_, hasher_.finish()};
}

}  // namespace tributary::net
