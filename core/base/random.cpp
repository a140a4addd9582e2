#include "core/base/random.hpp"

#include <cstring>

#include <openssl/rand.h>

#include "core/base/assert.hpp"

namespace tributary {
namespace {

class SystemRandom final : public Random {
public:
    std::string bytes(size_t count) override {
        std::string out(count, '\0');
        TRIBUTARY_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) == 1);
        return out;
    }
};

uint64_t splitmix(uint64_t& state) {
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

}  // namespace

Random& system_random() {
    static SystemRandom random;
    return random;
}

uint64_t Random::below(uint64_t bound) {
    TRIBUTARY_ASSERT(bound > 0);
    const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    for (;;) {
        uint64_t value = 0;
        std::memcpy(&value, bytes(sizeof value).data(), sizeof value);
        if (value < limit) return value % bound;
    }
}

std::string SeededRandom::bytes(size_t count) {
    std::string out;
    while (out.size() < count) {
        const uint64_t value = splitmix(state_);
        out.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    out.resize(count);
    return out;
}

}  // namespace tributary
