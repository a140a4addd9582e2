#include "plugins/host/manifest_check.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "plugins/host/url.hpp"

namespace tributary::host {
namespace {

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// A letter, then letters, digits and the joiner.
bool is_name(std::string_view text, char joiner, size_t size_max) {
    if (text.empty() || text.size() > size_max || !is_lower(text.front())) return false;
    return std::ranges::all_of(text, [joiner](char c) { return is_lower(c) || is_digit(c) || c == joiner; });
}

bool is_line(std::string_view text, size_t size_max) {
    if (text.empty() || text.size() > size_max || !is_utf8(text)) return false;
    return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

bool is_version(std::string_view text) {
    if (text.empty() || text.size() > 32 || !is_digit(text.front()) || text.find('.') == std::string_view::npos)
        return false;
    return std::ranges::all_of(text,
                               [](char c) { return is_digit(c) || is_lower(c) || c == '.' || c == '-' || c == '+'; });
}

bool is_code(std::string_view text, size_t size) {
    return text.size() == size && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_host_pattern(std::string_view text) {
    if (!text.starts_with("*.")) return is_host_name(text);
    const std::string_view rest = text.substr(2);
    return is_host_name(rest) && rest.find('.') != std::string_view::npos;  // never a whole top-level domain
}

Error broken(std::string message) {
    return fail(ErrorCode::invalid, "manifest: " + std::move(message));
}

template <class Rule>
Result<void> check_list(const std::vector<std::string>& items, std::string_view what, std::string_view example,
                        Rule rule) {
    std::set<std::string> seen;
    for (const std::string& item : items) {
        if (!rule(item)) return broken(fmt::format("{} '{}' is not like {}", what, printable(item), example));
        if (!seen.insert(item).second) return broken(fmt::format("{} '{}' stands there twice", what, item));
    }
    return {};
}

Result<void> check_option(const Option& option) {
    if (!is_name(option.name, '_', 64)) {
        return broken(
            fmt::format("option name '{}' is not snake_case of at most 64 characters", printable(option.name)));
    }
    if (option.type < OptionType::text || option.type > OptionType::secret) {
        return broken(fmt::format("option '{}' has type {}; 1 (text) to 5 (secret) exist", option.name,
                                  static_cast<uint32_t>(option.type)));
    }
    if (!is_line(option.help, 500)) return broken(fmt::format("option '{}' needs one line of help", option.name));
    if (!option.fallback || option.fallback->empty()) return {};  // "" = may be left out
    if (option.type == OptionType::secret) return broken(fmt::format("secret option '{}' has a fallback", option.name));
    const std::string why = why_unusable(option.type, *option.fallback);
    if (!why.empty()) return broken(fmt::format("the fallback of option '{}' {}", option.name, why));
    return {};
}

}  // namespace

std::string why_unusable(OptionType type, std::string_view value) {
    if (value.size() > (64u << 10)) return "is longer than 64 KiB";
    if (!is_utf8(value)) return "is not UTF-8";
    switch (type) {
        case OptionType::text:
        case OptionType::secret:
            return {};
        case OptionType::integer:
            return parse_int(value) ? std::string() : fmt::format("is '{}', not a whole number", printable(value));
        case OptionType::boolean:
            return value == "true" || value == "false" ? std::string()
                                                       : fmt::format("is '{}', not true or false", printable(value));
        case OptionType::url: {
            const auto url = parse_url(value);
            if (!url)
                return fmt::format("is '{}', not an absolute URL like https://api.example.com/v1",
                                   printable(value, 200));
            if (url->scheme == "http" && !url->is_loopback())
                return "uses http; only https is allowed outside loopback";
            return {};
        }
    }
    return "has an unknown type";
}

Result<void> check_manifest(const Manifest& manifest) {
    if (!is_name(manifest.id, '-', 64)) {
        return broken(fmt::format("id '{}' is not lower-case letters, digits and '-', at most 64, like feed-x12",
                                  printable(manifest.id)));
    }
    if (!is_version(manifest.version)) {
        return broken(fmt::format("version '{}' is not like 1.2.0", printable(manifest.version)));
    }
    if (!is_line(manifest.title, 200)) return broken("title is not one line of 1 to 200 bytes of UTF-8");
    if (manifest.kind < Kind::feed || manifest.kind > Kind::source) return broken("kind does not exist");
    if (manifest.options.size() > option_count_max) return broken("too many options");
    std::set<std::string> names;
    for (const Option& option : manifest.options) {
        TRIBUTARY_CHECK(check_option(option));
        if (!names.insert(option.name).second)
            return broken(fmt::format("option '{}' stands there twice", option.name));
    }
    TRIBUTARY_CHECK(check_list(manifest.hosts, "host", "api.example.com or *.example.com", is_host_pattern));
    TRIBUTARY_CHECK(
        check_list(manifest.countries, "country", "DE", [](const std::string& c) { return is_code(c, 2); }));
    return check_list(manifest.units, "unit", "EUR", [](const std::string& u) { return is_code(u, 3); });
}

}  // namespace tributary::host
