// The rules a manifest must keep, on owned values: used on what a descriptor says and on what a worker process sent.
#pragma once
#include <string_view>

#include "plugins/host/manifest.hpp"

namespace tributary::host {

inline constexpr uint32_t option_count_max = 64;

Result<void> check_manifest(const Manifest& manifest);

// Why the value cannot be used for an option of this type; empty when it can. Never repeats the value of a secret.
std::string why_unusable(OptionType type, std::string_view value);

}  // namespace tributary::host
