#include "plugins/kit/recording.hpp"

#include <algorithm>
#include <cstring>

namespace tributary::kit {

Result<size_t> TextSource::read(char* buffer, size_t size) {
    size_t wanted = size;
    if (!pieces_.empty()) {
        wanted = std::min(size, pieces_[std::min(next_piece_, pieces_.size() - 1)]);
        ++next_piece_;
    }
    const size_t given = std::min(wanted, text_.size());
    std::memcpy(buffer, text_.data(), given);
    text_.remove_prefix(given);
    return given;
}

}  // namespace tributary::kit
