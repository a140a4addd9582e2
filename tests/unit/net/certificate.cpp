#include "tests/unit/net/certificate.hpp"

#include <cstdio>
#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace tributary::net {
namespace {

template <auto Free>
struct Freer {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using File = std::unique_ptr<FILE, Freer<fclose>>;

void add_extension(X509* certificate, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    X509_add_ext(certificate, extension.get(), -1);
}

}  // namespace

TlsFiles make_certificate(const TemporaryDirectory& directory, const std::string& name, long serial) {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate(X509_new());
    X509* const x509 = certificate.get();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
    X509_set_pubkey(x509, key.get());
    X509_NAME* const subject = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1,
                               -1, 0);
    X509_set_issuer_name(x509, subject);
    add_extension(x509, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(x509, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    X509_sign(x509, key.get(), EVP_sha256());

    const TlsFiles files{directory.path(name + ".crt"), directory.path(name + ".key")};
    PEM_write_X509(File(std::fopen(files.certificate.c_str(), "w")).get(), x509);
    PEM_write_PrivateKey(File(std::fopen(files.key.c_str(), "w")).get(), key.get(), nullptr, nullptr, 0, nullptr,
                         nullptr);
    return files;
}

}  // namespace tributary::net
