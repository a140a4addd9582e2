// A small deterministic random generator (SplitMix64): the same seed gives the same data on every machine.
#pragma once
#include <cstdint>

namespace tributary::generator {

class Dice {
public:
    explicit Dice(uint64_t seed) : state_(seed) {}
    uint64_t next() {
        uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    // 0 .. count-1
    uint32_t below(uint64_t count) { return count == 0 ? 0 : uint32_t(next() % count); }
    bool percent(uint32_t chance) { return below(100) < chance; }

private:
    uint64_t state_;
};

}  // namespace tributary::generator
