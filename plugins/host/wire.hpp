// ABI structs as bytes, for the way to and from a worker: driven by the tables of shape.hpp, little else to get wrong.
// encode_record reads pointers of the connector's (in the worker) or ours; decode_record trusts nothing: sizes, counts
// and ends are checked, and the struct it makes still has to pass check_shape. Numbers are native: both ends are one
// build.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/host/manifest.hpp"
#include "plugins/host/shape.hpp"

namespace tributary::host {

// Memory for the structs and arrays of a decoded record; reset() keeps the blocks.
class Arena {
public:
    void* allocate(size_t size);  // zeroed, aligned for any ABI struct
    void reset();

private:
    struct Block {
        std::unique_ptr<char[]> bytes;
        size_t size = 0;
    };
    std::vector<Block> blocks_;
    size_t block_ = 0, used_ = 0;
};

class WireWriter {
public:
    explicit WireWriter(std::string& out) : out_(out) {}
    void number32(uint32_t value) { raw(&value, sizeof value); }
    void number64(uint64_t value) { raw(&value, sizeof value); }
    void text(std::string_view value) {
        number32(static_cast<uint32_t>(value.size()));
        out_.append(value);
    }
    void raw(const void* bytes, size_t size) { out_.append(static_cast<const char*>(bytes), size); }

private:
    std::string& out_;
};

class WireReader {  // the first read past the end empties it for good
public:
    explicit WireReader(std::string_view bytes) : rest_(bytes) {}
    uint32_t number32() { return number<uint32_t>(); }
    uint64_t number64() { return number<uint64_t>(); }
    std::string_view text();
    std::string_view raw(size_t size);
    std::string_view rest() const { return rest_; }
    bool has_failed() const { return has_failed_; }

private:
    template <class T>
    T number() {
        const std::string_view bytes = raw(sizeof(T));
        T value = 0;
        if (bytes.size() == sizeof(T)) __builtin_memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
    std::string_view rest_;
    bool has_failed_ = false;
};

// False: a null pointer with a size, or past a limit; out then ends in an unusable half.
bool encode_record(const Shape& shape, const void* record, std::string& out);
// The struct lives in arena, its texts in the reader's bytes. nullptr: not a record of that shape.
const void* decode_record(const Shape& shape, WireReader& in, Arena& arena);

void encode_manifest(const Manifest& manifest, std::string& out);
std::optional<Manifest> decode_manifest(std::string_view bytes);  // still to be checked

}  // namespace tributary::host
