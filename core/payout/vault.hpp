// Links and codes that are money, encrypted at rest: libsodium secretbox (XSalsa20-Poly1305) under a key of 32 bytes
// that is kept outside the store. The sealed text names its payout, so that one row cannot stand in for another. Any
// thread.
#pragma once
#include <string>
#include <string_view>

#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/base/strong_id.hpp"

namespace tributary::payout {

inline constexpr size_t bearer_key_size = 32;

Result<void> check_bearer_key(const Secret& key);
// nonce of 24 bytes, then the box. The key must have passed check_bearer_key().
std::string seal_bearer(const Secret& key, Random& random, PayoutId payout, const Secret& bearer);
Result<Secret> open_bearer(const Secret& key, PayoutId payout, std::string_view sealed);

}  // namespace tributary::payout
