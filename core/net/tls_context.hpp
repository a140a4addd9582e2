// The TLS side of a listener: certificate chain and key from PEM files, TLS 1.2 or later. Contexts are immutable;
// a reload makes a new one, and connections that are open keep theirs.
#pragma once
#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "core/base/result.hpp"
#include "core/net/server.hpp"

namespace tributary::net {

Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const TlsFiles& files);

}  // namespace tributary::net
