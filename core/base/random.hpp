// Dice come in through Random so that a simulator can own them. The system's are cryptographic.
#pragma once
#include <cstdint>
#include <string>

namespace tributary {

class Random {
public:
    virtual ~Random() = default;
    virtual std::string bytes(size_t count) = 0;  // [any thread]
    uint64_t below(uint64_t bound);               // uniform in [0, bound), bound > 0
};

Random& system_random();

class SeededRandom final : public Random {  // deterministic, for tests
public:
    explicit SeededRandom(uint64_t seed) : state_(seed) {}
    std::string bytes(size_t count) override;

private:
    uint64_t state_;
};

}  // namespace tributary
