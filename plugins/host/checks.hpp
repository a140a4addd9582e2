// The host's checks on what a connector gives out, in one place, applied to every connector however it is loaded.
// A connector names hosts in its manifest; a request anywhere else is stopped here. A result that does not match its
// job can never count as success. Pure; any thread.
#pragma once
#include <string>
#include <vector>

#include "plugins/host/manifest.hpp"
#include "plugins/host/records.hpp"
#include "plugins/host/url.hpp"

namespace tributary::host {

// Where requests of one configured connector may go.
struct AllowedHosts {
    std::vector<std::string> patterns;  // of the manifest: the scheme's own port only
    std::vector<Url> origins;           // of URL options and of smtp:// text options, as configured
};
AllowedHosts allowed_hosts(const Manifest& manifest, const ResolvedOptions& options);

Result<void> check_request(const HttpRequest& request, const AllowedHosts& allowed);
Result<void> check_mail(const Mail& mail, const AllowedHosts& allowed);

// Turns what must not be believed into unknown: another amount or currency than the job's ("amount_mismatch"),
// not_found where nothing was looked up ("not_found_without_look_up"). Bounds retry_after_ms.
void check_result(const PayoutJob& job, bool is_lookup, PayoutResult& result);
// For results that come by webhook, once the payout they belong to is known; the caller applies it.
inline void check_webhook_result(const PayoutJob& job, PayoutResult& result) {
    check_result(job, true, result);
}

// Takes the values of secret options out of text that people will see.
std::string without_secrets(std::string text, const ResolvedOptions& options);

}  // namespace tributary::host
