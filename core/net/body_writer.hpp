// Streams one request body into a file of its own, hashing on the way. Owns the file until release(): when it goes away
// before, the file goes too. One thread at a time (the connection hands it to a disk thread and waits).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/base/result.hpp"
#include "core/net/http.hpp"

namespace tributary::net {

class BodyWriter {
public:
    explicit BodyWriter(std::string directory) : directory_(std::move(directory)) {}
    ~BodyWriter();
    BodyWriter(const BodyWriter&) = delete;
    BodyWriter& operator=(const BodyWriter&) = delete;
    Result<void> open();  // a new file, mode 0640
    Result<void> write(std::string_view bytes);
    Result<void> finish();                          // file and directory synced
    const BodyFile& file() const { return file_; }  // valid after finish()
    void release() { is_owner_ = false; }           // the file is now somebody else's

private:
    const std::string directory_;
    BodyFile file_;
    FileDescriptor fd_;
    Hasher hasher_;
    bool is_owner_ = false;
};

}  // namespace tributary::net
