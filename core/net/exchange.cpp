#include "core/base/clock.hpp"
#include "core/net/client.hpp"
#include "core/net/transfer.hpp"

namespace tributary::net {

Outcome exchange(OutgoingRequest request, const std::string& socket_path, const std::string& ca_file) {
    initialise_curl();
    ClientOptions options;
    options.ca_file = ca_file;
    if (!socket_path.empty() && request.url.starts_with('/')) request.url = "http://localhost" + request.url;
    const int64_t started_ms = system_clock().monotonic_ms();
    Transfer transfer(options, started_ms);
    const Result<void> prepared = transfer.prepare_request(std::move(request), socket_path);
    if (!prepared) return not_sent(prepared.error().message);
    return transfer.finish(curl_easy_perform(transfer.handle()));
}

}  // namespace tributary::net
