// What a value of each schema type must look like. Pure. The answer is why it cannot be used, as the rest of a sentence
// that begins with the key's name; empty when it can.
#pragma once
#include <string>
#include <string_view>

#include "core/daemon/config_schema.hpp"

namespace tributary::config {

std::string why_not_name(std::string_view text);
std::string why_not_address(std::string_view text);
std::string why_not_url(std::string_view text);  // https, or http to this machine
std::string why_not_choice(std::string_view text, const Key& key);
std::string why_not_text(const Key& key, std::string_view text);  // by type: everything that is a text
bool is_loopback_address(std::string_view address);

}  // namespace tributary::config
