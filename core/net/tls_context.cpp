#include "core/net/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

namespace tributary::net {
namespace {

namespace ssl = boost::asio::ssl;

Error refusal(const char* what, const std::string& path, const boost::system::error_code& error) {
    return fail(ErrorCode::config,
                fmt::format("TLS {} {}: {}; give a readable PEM file, the key without a passphrase and "
                            "matching the first certificate",
                            what, path, error.message()));
}

// Picks HTTP/1.1 whatever else the client offers; a client that offers only other protocols goes on without ALPN.
int select_http11(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                  void*) {
    static constexpr unsigned char ours[] = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_size, ours, sizeof ours - 1, in, in_size) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Result<std::shared_ptr<ssl::context>> make_tls_context(const TlsFiles& files) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_alpn_select_cb(native, select_http11, nullptr);
    boost::system::error_code error;
    // Without this an encrypted key would ask for its passphrase on the terminal.
    context->set_password_callback([](size_t, ssl::context::password_purpose) { return std::string(); }, error);
    context->use_certificate_chain_file(files.certificate, error);
    if (error) return refusal("certificate", files.certificate, error);
    context->use_private_key_file(files.key, ssl::context::pem, error);
    if (error) return refusal("key", files.key, error);
    if (SSL_CTX_check_private_key(native) != 1)
        return fail(ErrorCode::config,
                    fmt::format("TLS key {} does not belong to certificate {}", files.key, files.certificate));
    return context;
}

}  // namespace tributary::net
