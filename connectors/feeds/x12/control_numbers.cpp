#include "connectors/feeds/x12/control_numbers.hpp"

#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {

bool ControlNumbers::add(std::string_view number) {
    const int64_t value = number.size() <= 15 ? count_of(number) : -1;
    if (value < 0) {
        if (words_.find(number) != words_.end()) return false;
        if (words_.size() < limit) words_.emplace(number);
        return true;
    }
    const uint64_t key = uint64_t(number.size()) << 56 | uint64_t(value);
    auto after = runs_.upper_bound(key);
    if (after != runs_.begin()) {
        const auto run = std::prev(after);
        if (key <= run->second) return false;
        if (key == run->second + 1) {
            run->second = key;
            if (after != runs_.end() && after->first == key + 1) {
                run->second = after->second;
                runs_.erase(after);
            }
            return true;
        }
    }
    uint64_t last = key;
    if (after != runs_.end() && after->first == key + 1) {
        last = after->second;
        runs_.erase(after);
    }
    if (runs_.size() < limit) runs_.emplace(key, last);
    return true;
}

void ControlNumbers::clear() {
    runs_.clear();
    words_.clear();
}

bool PartnerNumbers::add(const std::string& partner, std::string_view number) {
    const auto found = seen_.find(partner);
    if (found != seen_.end()) return found->second.add(number);
    return seen_.size() >= partners_max || seen_[partner].add(number);
}

}  // namespace tributary::x12
