// The key that encrypts gift-card links at rest. It must outlive every backup of the store, or those links are lost.
#include <cerrno>

#include <unistd.h>

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/base/file.hpp"
#include "core/daemon/loaded.hpp"
#include "core/payout/vault.hpp"

namespace tributary {
namespace {

Result<Secret> key_of(const Secret& text, const std::string& what) {
    if (text.reveal().size() == payout::bearer_key_size) return text;
    const auto bytes = hex_decode(text.reveal());
    if (bytes && bytes->size() == payout::bearer_key_size) return Secret(*bytes);
    return fail(ErrorCode::config,
                fmt::format("{} must be {} bytes, or {} hex digits; make one with: openssl rand -hex {}", what,
                            payout::bearer_key_size, 2 * payout::bearer_key_size, payout::bearer_key_size));
}

}  // namespace

Result<Secret> bearer_key_of(const Config& config, Random& random) {
    if (!config.bearer_key.name.empty()) {
        TRIBUTARY_TRY(const Secret secret, read_credential(config, config.bearer_key));
        return key_of(secret, fmt::format("credential '{}'", config.bearer_key.name));
    }
    const std::string path = config.data_directory + "/bearer.key";
    const bool is_absent = ::access(path.c_str(), F_OK) != 0 && errno == ENOENT;
    if (!is_absent) {
        TRIBUTARY_TRY(std::string text, read_file(path, 4096));
        return key_of(Secret(std::move(text)), path);
    }
    TRIBUTARY_CHECK(make_directories(config.data_directory, 0700));
    Secret key(random.bytes(payout::bearer_key_size));
    TRIBUTARY_CHECK(write_file_durably(path, key.reveal(), 0600));
    return key;
}

}  // namespace tributary
