// Streams one request body into a file of its own, hashing on the way. Owns the file until release(): when it goes away
// before, the file goes too. One thread at a time (the connection hands it to a disk thread and waits).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/base/result.hpp"
#include "core/net/http.hpp"

namespace tributary::net {

class BodyWriter {
public:
    static Result<std::unique_ptr<BodyWriter>> create(const std::string& directory);
    ~BodyWriter();
    BodyWriter(const BodyWriter&) = delete;
    BodyWriter& operator=(const BodyWriter&) = delete;
    Result<void> write(std::string_view bytes);
    Result<BodyFile> finish();                  // synced, and so is its directory
    void release() { path_.clear(); }           // the file is now somebody else's

private:
    BodyWriter(std::string path, FileDescriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}
    std::string path_;
    FileDescriptor fd_;
    Hasher hasher_;
    uint64_t size_ = 0;
};

}  // namespace tributary::net
