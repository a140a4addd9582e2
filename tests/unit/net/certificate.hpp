// A self-signed certificate for 127.0.0.1 and localhost, made anew for each test run.
#pragma once
#include "core/net/server.hpp"
#include "tests/unit/net/harness.hpp"

namespace tributary::net {

TlsFiles make_certificate(const TemporaryDirectory& directory, const std::string& name, long serial = 1);

}  // namespace tributary::net
