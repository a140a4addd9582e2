#include "core/net/body_writer.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/base/clock.hpp"
#include "core/base/random.hpp"
#include "core/base/uuid.hpp"

namespace tributary::net {

Result<void> BodyWriter::open() {
    file_.path = directory_ + "/" + uuid_v7(system_clock(), system_random()) + ".body";
    fd_ = FileDescriptor(::open(file_.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!fd_) return fail(ErrorCode::io, fmt::format("cannot create {}: {}", file_.path, system_message(errno)));
    is_owner_ = true;
    return {};
}

BodyWriter::~BodyWriter() {
    if (is_owner_) ::unlink(file_.path.c_str());
}

Result<void> BodyWriter::write(std::string_view bytes) {
    TRIBUTARY_CHECK(write_all(fd_.get(), bytes));
    hasher_.update(bytes);
    file_.size += bytes.size();
    return {};
}

Result<void> BodyWriter::finish() {
    TRIBUTARY_CHECK(sync_file(fd_.get()));
    TRIBUTARY_CHECK(sync_directory(directory_));
    fd_.reset();
    file_.sha256 = hasher_.finish();
    return {};
}

}  // namespace tributary::net
