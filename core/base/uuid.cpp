#include "core/base/uuid.hpp"

#include <openssl/evp.h>

#include "core/base/assert.hpp"
#include "core/base/encoding.hpp"

namespace tributary {
namespace {

// 6ba7b814-9dad-11d1-80b4-00c04fd430c8 is RFC 9562's X.500 namespace; ours is v5 of "tributary" in it, fixed for ever.
constexpr std::string_view tributary_namespace = "\xb0\x9f\x6d\x0e\x3c\x51\x5c\x0a\x9e\x5d\x1f\x8a\x77\x02\x4b\x6e";

std::string text_of(std::string bytes, unsigned version) {
    bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0F) | version << 4);
    bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3F) | 0x80);
    std::string text = hex_encode(std::string_view(bytes).substr(0, 16));
    for (const size_t at : {8u, 13u, 18u, 23u}) text.insert(at, 1, '-');
    return text;
}

}  // namespace

std::string uuid_v5(std::string_view name) {
    std::string input(tributary_namespace);
    input += name;
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    TRIBUTARY_ASSERT(EVP_Digest(input.data(), input.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                                EVP_sha1(), nullptr) == 1);
    return text_of(digest.substr(0, 16), 5);
}

std::string uuid_v7(Clock& clock, Random& random) {
    const auto now = static_cast<uint64_t>(clock.now_ms());
    std::string bytes = random.bytes(16);
    for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<char>(now >> (40 - 8 * i));
    return text_of(std::move(bytes), 7);
}

}  // namespace tributary
