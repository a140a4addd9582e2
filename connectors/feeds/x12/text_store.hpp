// Text that must outlive the chunk it came in: appended to blocks that are kept and used again after clear().
// Views stay valid until clear(). One owner, one thread.
#pragma once
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace tributary::x12 {

class TextStore {
public:
    std::string_view keep(std::string_view text) {
        if (text.size() > room_) make_room(text.size());
        char* copy = free_;
        copy_short(copy, text.data(), text.size());
        free_ += text.size();
        room_ -= text.size();
        return {copy, text.size()};
    }
    void clear() {
        // After an unusual line give the memory back: memory stays flat whatever was sent.
        if (blocks_.size() > blocks_kept) blocks_.resize(blocks_kept);
        block_ = 0;
        if (!blocks_.empty()) enter(0);
    }

private:
    static constexpr size_t block_size = 4096, blocks_kept = 64;
    struct Block {
        std::unique_ptr<char[]> bytes;
        size_t size;
    };
    struct Sixteen {
        uint64_t low, high;
    };
    // Most values have a few bytes: two overlapping moves beat a call.
    static void copy_short(char* to, const char* from, size_t size) {
        if (size > 32) {
            std::memcpy(to, from, size);
        } else if (size >= 16) {
            move<Sixteen>(to, from, size);
        } else if (size >= 8) {
            move<uint64_t>(to, from, size);
        } else if (size >= 4) {
            move<uint32_t>(to, from, size);
        } else if (size >= 2) {
            move<uint16_t>(to, from, size);
        } else if (size == 1) {
            *to = *from;
        }
    }
    template <class Word>
    static void move(char* to, const char* from, size_t size) {
        Word first, last;
        std::memcpy(&first, from, sizeof first);
        std::memcpy(&last, from + size - sizeof last, sizeof last);
        std::memcpy(to, &first, sizeof first);
        std::memcpy(to + size - sizeof last, &last, sizeof last);
    }
    void enter(size_t block) {
        block_ = block;
        free_ = blocks_[block].bytes.get();
        room_ = blocks_[block].size;
    }
    void make_room(size_t size) {
        for (size_t next = block_ + 1; next < blocks_.size(); ++next) {
            if (blocks_[next].size >= size) return enter(next);
        }
        const size_t wanted = size > block_size ? size : block_size;
        blocks_.push_back({std::make_unique<char[]>(wanted), wanted});
        enter(blocks_.size() - 1);
    }

    std::vector<Block> blocks_;
    size_t block_ = 0;
    char* free_ = nullptr;
    size_t room_ = 0;
};

}  // namespace tributary::x12
