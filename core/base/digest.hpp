// SHA-256 and HMAC-SHA-256 over libcrypto. Digest is a value type; Hasher is single-threaded and reusable.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tributary {

using Digest = std::array<uint8_t, 32>;

class Hasher {
public:
    Hasher();
    ~Hasher();
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;
    void update(std::string_view bytes);
    void update_u64(uint64_t value);             // big endian, fixed width: unambiguous framing
    void update_i64(int64_t value) { update_u64(static_cast<uint64_t>(value)); }
    void update_framed(std::string_view bytes);  // length, then bytes
    Digest finish();                             // and start anew

private:
    struct State;
    std::unique_ptr<State> state_;
};

Digest sha256(std::string_view bytes);
Digest hmac_sha256(std::string_view key, std::string_view bytes);
std::string hex_of(const Digest& digest);
std::string_view bytes_of(const Digest& digest);
bool digest_from_bytes(std::string_view bytes, Digest& out);  // exactly 32 bytes

// Compares in time that depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace tributary
