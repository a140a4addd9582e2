// The manifest of a connector as owned values, copied out of the descriptor and validated, and the options of one
// configured connector resolved against it. Plain values: any thread.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "plugins/abi/tributary_connector.h"

namespace tributary::host {

enum class Kind : uint32_t { feed = 1, payout, notice, source };
const char* name_of(Kind kind);

enum class OptionType : uint32_t { text = 1, integer, boolean, url, secret };
const char* name_of(OptionType type);

struct Option {
    std::string name;
    OptionType type = OptionType::text;
    std::optional<std::string> fallback;  // none = required
    std::string help;
};

struct Manifest {
    std::string id;       // "feed-x12"
    std::string version;  // "1.2.0"
    std::string title;
    Kind kind = Kind::feed;
    uint32_t abi_minor = 0;
    std::vector<Option> options;
    std::vector<std::string> hosts;      // "api.lithic.com", "*.example.com"
    std::vector<std::string> countries;  // ISO alpha-2, empty = any
    std::vector<std::string> units;      // ISO 4217, empty = any
    uint32_t capabilities = 0;           // TRIBUTARY_PAYOUT_*
    uint32_t rate_per_second = 0;        // payout and notice; 0 = not limited
    uint32_t interval_s = 0;             // source

    bool has_key() const { return (capabilities & TRIBUTARY_PAYOUT_HAS_KEY) != 0; }
    bool has_lookup() const { return (capabilities & TRIBUTARY_PAYOUT_HAS_LOOKUP) != 0; }
    bool has_webhook() const { return (capabilities & TRIBUTARY_PAYOUT_HAS_WEBHOOK) != 0; }
};

// Copies the manifest out of a descriptor whose sizes and pointers the loader has checked. The error says which part
// breaks which rule.
Result<Manifest> read_manifest(const tributary_connector& descriptor);

// Every declared option once, in the order of the manifest.
struct ResolvedOption {
    std::string name;
    OptionType type = OptionType::text;
    Secret value;
};
using ResolvedOptions = std::vector<ResolvedOption>;

// options: values from the configuration text; secrets: values of secret options, read from their credential files.
// The error names every option that is unknown, missing or unusable, one per line.
Result<ResolvedOptions> resolve_options(const Manifest& manifest, const std::map<std::string, std::string>& options,
                                        const std::map<std::string, Secret>& secrets);

}  // namespace tributary::host
