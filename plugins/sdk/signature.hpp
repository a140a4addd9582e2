// One verifier for the HMAC-SHA-256 webhook signatures of payout providers, parameterised by header names, signed text,
// prefix and encoding. A missing key never verifies. Comparison takes constant time. Pure; any thread. Link
// OpenSSL::Crypto; its configuration file is never read, so that it works in the sandbox.
#pragma once
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "plugins/sdk/connector.hpp"

namespace tributary::sdk {

enum class SignatureEncoding { hex, base64 };

struct SignatureScheme {
    std::string_view signature_header;
    std::string_view id_header;         // empty: the scheme has none
    std::string_view timestamp_header;  // unix seconds; empty: the scheme has none
    std::string_view signed_text;       // "{body}" or "{id}.{timestamp}.{body}"
    std::string_view prefix;            // before each signature: "sha256=", "v1,"
    SignatureEncoding encoding = SignatureEncoding::hex;
    int64_t window_ms = 0;              // 0: no time check
};

// Standard Webhooks, symmetric (v1): several signatures stand for a key that is being rotated.
inline constexpr SignatureScheme standard_webhooks = {
    "webhook-signature", "webhook-id", "webhook-timestamp", "{id}.{timestamp}.{body}", "v1,", SignatureEncoding::base64,
    5 * 60 * 1000};

enum class SignatureVerdict { genuine, forged, stale };

inline std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    static const int is_ready = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, nullptr);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    if (is_ready != 1 || HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, bytes.size(),
                              digest.data(), &size) == nullptr) {
        return {};
    }
    return {reinterpret_cast<const char*>(digest.data()), size};
}

inline std::string hex_text(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += {digits[byte >> 4], digits[byte & 15]};
    }
    return out;
}

inline std::string base64_text(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    out.resize(static_cast<size_t>(size));
    return out;
}

// Strict: the text must be what base64_text() gives back for the bytes.
inline std::optional<std::string> base64_bytes(std::string_view text) {
    if (text.size() % 4 != 0 || text.size() > 1 << 20) return std::nullopt;
    std::string out(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    const size_t padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
    if (padding > 2) return std::nullopt;
    out.resize(static_cast<size_t>(size) - padding);
    if (base64_text(out) != text) return std::nullopt;
    return out;
}

// The key bytes of "whsec_<base64>"; nothing when it is not of that form.
inline std::optional<std::string> standard_webhooks_key(std::string_view secret) {
    if (secret.starts_with("whsec_")) secret.remove_prefix(6);
    auto key = base64_bytes(secret);
    if (!key || key->empty()) return std::nullopt;
    return key;
}

// Names are in lower case; "" when absent.
inline std::string_view header_of(const tributary_pair* headers, uint32_t count, std::string_view name) {
    for (uint32_t i = 0; i < count; ++i) {
        if (text(headers[i].name) == name) return text(headers[i].value);
    }
    return {};
}

inline bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

namespace detail {

inline std::string fill_in(std::string_view pattern, std::string_view id, std::string_view timestamp,
                           std::string_view body) {
    std::string out;
    while (!pattern.empty()) {
        if (pattern.starts_with("{id}")) {
            out += id;
            pattern.remove_prefix(4);
        } else if (pattern.starts_with("{timestamp}")) {
            out += timestamp;
            pattern.remove_prefix(11);
        } else if (pattern.starts_with("{body}")) {
            out += body;
            pattern.remove_prefix(6);
        } else {
            out += pattern.front();
            pattern.remove_prefix(1);
        }
    }
    return out;
}

inline bool is_in_window(std::string_view timestamp_s, int64_t now_ms, int64_t window_ms) {
    int64_t seconds = 0;
    const auto [end, code] = std::from_chars(timestamp_s.data(), timestamp_s.data() + timestamp_s.size(), seconds);
    if (code != std::errc() || end != timestamp_s.data() + timestamp_s.size()) return false;
    if (seconds < 0 || seconds > 100'000'000'000) return false;
    const int64_t age_ms = now_ms - seconds * 1000;
    return age_ms <= window_ms && age_ms >= -window_ms;
}

}  // namespace detail

// The signature is judged first: a forged webhook is forged whatever its time says.
inline SignatureVerdict verify(const SignatureScheme& scheme, std::string_view key, const tributary_webhook& webhook) {
    const auto header = [&](std::string_view name) { return header_of(webhook.headers, webhook.header_count, name); };
    const std::string_view id = header(scheme.id_header), timestamp = header(scheme.timestamp_header);
    std::string_view signatures = header(scheme.signature_header);
    if (key.empty() || signatures.empty() || signatures.size() > 4096) return SignatureVerdict::forged;
    if (!scheme.id_header.empty() && id.empty()) return SignatureVerdict::forged;
    if (!scheme.timestamp_header.empty() && timestamp.empty()) return SignatureVerdict::forged;

    const std::string digest = hmac_sha256(key, detail::fill_in(scheme.signed_text, id, timestamp, text(webhook.body)));
    if (digest.empty()) return SignatureVerdict::forged;
    const std::string expected =
        std::string(scheme.prefix) +
        (scheme.encoding == SignatureEncoding::hex ? hex_text(digest) : base64_text(digest));
    bool is_genuine = false;
    while (!signatures.empty()) {
        const size_t end = std::min(signatures.find(' '), signatures.size());
        is_genuine = equal_in_constant_time(signatures.substr(0, end), expected) || is_genuine;
        signatures.remove_prefix(std::min(end + 1, signatures.size()));
    }
    if (!is_genuine) return SignatureVerdict::forged;
    if (scheme.window_ms == 0) return SignatureVerdict::genuine;
    return detail::is_in_window(timestamp, webhook.now_ms, scheme.window_ms) ? SignatureVerdict::genuine
                                                                             : SignatureVerdict::stale;
}

}  // namespace tributary::sdk
