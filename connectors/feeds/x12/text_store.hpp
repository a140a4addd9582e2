// Text that must outlive the chunk it came in: appended to blocks that are kept and used again after clear().
// Views stay valid until clear(). One owner, one thread.
#pragma once
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace tributary::x12 {

class TextStore {
public:
    std::string_view keep(std::string_view text) {
        if (text.empty()) return {};
        while (block_ < blocks_.size() && blocks_[block_].size - used_ < text.size()) {
            ++block_;
            used_ = 0;
        }
        if (block_ == blocks_.size()) {
            const size_t size = text.size() > block_size ? text.size() : block_size;
            blocks_.push_back({std::make_unique<char[]>(size), size});
            used_ = 0;
        }
        char* copy = blocks_[block_].bytes.get() + used_;
        std::memcpy(copy, text.data(), text.size());
        used_ += text.size();
        return {copy, text.size()};
    }
    void clear() {
        // After an unusual line give the memory back: memory stays flat whatever was sent.
        if (blocks_.size() > blocks_kept) blocks_.resize(blocks_kept);
        block_ = 0;
        used_ = 0;
    }

private:
    static constexpr size_t block_size = 4096, blocks_kept = 64;
    struct Block {
        std::unique_ptr<char[]> bytes;
        size_t size;
    };
    std::vector<Block> blocks_;
    size_t block_ = 0, used_ = 0;
};

}  // namespace tributary::x12
