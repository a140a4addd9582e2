#include "core/payout/vault.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include "core/base/assert.hpp"

namespace tributary::payout {
namespace {

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string label_of(PayoutId payout) { return fmt::format("P{}\n", payout.value); }

void wipe(std::string& text) { sodium_memzero(text.data(), text.size()); }

}  // namespace

Result<void> check_bearer_key(const Secret& key) {
    static_assert(bearer_key_size == crypto_secretbox_KEYBYTES);
    if (key.reveal().size() == bearer_key_size) return {};
    return fail(
        ErrorCode::config,
        fmt::format("the bearer key has {} bytes, {} are needed to keep links and codes that are money; check the "
                    "credential bearer_key",
                    key.reveal().size(), bearer_key_size));
}

std::string seal_bearer(const Secret& key, Random& random, PayoutId payout, const Secret& bearer) {
    TRIBUTARY_ASSERT(key.reveal().size() == bearer_key_size);
    std::string plain = label_of(payout) + std::string(bearer.reveal());
    std::string sealed = random.bytes(crypto_secretbox_NONCEBYTES);
    TRIBUTARY_ASSERT(sealed.size() == crypto_secretbox_NONCEBYTES);
    sealed.resize(sealed.size() + crypto_secretbox_MACBYTES + plain.size());
    crypto_secretbox_easy(bytes(sealed) + crypto_secretbox_NONCEBYTES, bytes(plain), plain.size(), bytes(sealed),
                          bytes(key.reveal()));
    wipe(plain);
    return sealed;
}

Result<Secret> open_bearer(const Secret& key, PayoutId payout, std::string_view sealed) {
    TRIBUTARY_CHECK(check_bearer_key(key));
    constexpr size_t overhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    const std::string label = label_of(payout);
    const Error unusable =
        fail(ErrorCode::corrupt,
             fmt::format(
                 "the code of P{} cannot be decrypted: it was sealed with another bearer key, or the row was changed; "
                 "restore the key that was in use, or ask the provider",
                 payout.value));
    if (sealed.size() < overhead) return unusable;
    std::string plain(sealed.size() - overhead, '\0');
    const std::string_view box = sealed.substr(crypto_secretbox_NONCEBYTES);
    if (crypto_secretbox_open_easy(bytes(plain), bytes(box), box.size(), bytes(sealed), bytes(key.reveal())) != 0) {
        return unusable;
    }
    if (!plain.starts_with(label)) {
        wipe(plain);
        return unusable;
    }
    Secret bearer(plain.substr(label.size()));
    wipe(plain);
    return bearer;
}

}  // namespace tributary::payout
