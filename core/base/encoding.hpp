// Hex, base64 (RFC 4648 §4), UTF-8 checks and small text helpers. Pure; decoders refuse, never guess.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {

std::string hex_encode(std::string_view bytes);                        // lower case
std::optional<std::string> hex_decode(std::string_view text);
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);       // padding required
bool is_utf8(std::string_view bytes);                                  // strict: no surrogates, no overlong
std::string printable(std::string_view bytes, size_t size_max = 64);   // for messages: non-printable bytes as \xNN
std::string_view trim(std::string_view text);                          // ASCII blanks, CR, LF, tab
std::vector<std::string_view> split(std::string_view text, char separator);
std::string lower_ascii(std::string_view text);                        // never locale dependent
std::string upper_ascii(std::string_view text);
std::optional<int64_t> parse_int(std::string_view text);               // whole text, optional '-'

}  // namespace tributary
