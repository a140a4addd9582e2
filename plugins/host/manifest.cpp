#include "plugins/host/manifest.hpp"

#include <algorithm>
#include <cstring>
#include <set>

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "plugins/host/manifest_check.hpp"

namespace tributary::host {
namespace {

// A C string from a stranger: read up to the limit and one byte, so that too long shows.
Result<std::string> copy_text(const char* text, size_t size_max, std::string_view what) {
    if (text == nullptr) return fail(ErrorCode::invalid, fmt::format("manifest: {} is a null pointer", what));
    return std::string(text, strnlen(text, size_max + 1));
}

Result<std::vector<std::string>> copy_list(const char* const* items, uint32_t count, uint32_t count_max,
                                           std::string_view what) {
    if (count > count_max) {
        return fail(ErrorCode::invalid, fmt::format("manifest: {} {} where {} are allowed", count, what, count_max));
    }
    if (count > 0 && items == nullptr) {
        return fail(ErrorCode::invalid, fmt::format("manifest: {} {} and no pointer", count, what));
    }
    std::vector<std::string> owned;
    for (uint32_t i = 0; i < count; ++i) {
        TRIBUTARY_TRY(std::string item, copy_text(items[i], 255, fmt::format("one of the {}", what)));
        owned.push_back(std::move(item));
    }
    return owned;
}

Result<Option> copy_option(const tributary_option& declared) {
    if (declared.struct_size != sizeof(tributary_option)) {
        return fail(ErrorCode::invalid, fmt::format("manifest: an option has struct_size {} where {} is right",
                                                    declared.struct_size, sizeof(tributary_option)));
    }
    Option option;
    TRIBUTARY_TRY(option.name, copy_text(declared.name, 64, "the name of an option"));
    option.type = static_cast<OptionType>(declared.type);
    if (declared.fallback != nullptr) {
        TRIBUTARY_TRY(option.fallback, copy_text(declared.fallback, 1024, "a fallback"));
    }
    TRIBUTARY_TRY(option.help, copy_text(declared.help, 500, fmt::format("the help of option '{}'", option.name)));
    return option;
}

void copy_table(const tributary_connector& d, Manifest& manifest) {
    if (d.payout != nullptr) {
        manifest.capabilities = d.payout->capabilities;
        manifest.rate_per_second = d.payout->rate_per_second;
    }
    if (d.notice != nullptr) manifest.rate_per_second = d.notice->rate_per_second;
    if (d.source != nullptr) manifest.interval_s = d.source->interval_s;
}

}  // namespace

const char* name_of(Kind kind) {
    switch (kind) {
        case Kind::feed:
            return "feed";
        case Kind::payout:
            return "payout";
        case Kind::notice:
            return "notice";
        case Kind::source:
            return "source";
    }
    return "unknown";
}

const char* name_of(OptionType type) {
    switch (type) {
        case OptionType::text:
            return "text";
        case OptionType::integer:
            return "integer";
        case OptionType::boolean:
            return "boolean";
        case OptionType::url:
            return "url";
        case OptionType::secret:
            return "secret";
    }
    return "unknown";
}

Result<Manifest> read_manifest(const tributary_connector& d) {
    Manifest manifest;
    manifest.kind = static_cast<Kind>(d.kind);
    manifest.abi_minor = d.abi_minor;
    TRIBUTARY_TRY(manifest.id, copy_text(d.id, 64, "id"));
    TRIBUTARY_TRY(manifest.version, copy_text(d.version, 32, "version"));
    TRIBUTARY_TRY(manifest.title, copy_text(d.title, 200, "title"));
    if (d.option_count > option_count_max || (d.option_count > 0 && d.options == nullptr)) {
        return fail(ErrorCode::invalid,
                    fmt::format("manifest: option_count is {}; at most {} options, and a pointer to them",
                                d.option_count, option_count_max));
    }
    for (uint32_t i = 0; i < d.option_count; ++i) {
        TRIBUTARY_TRY(Option option, copy_option(d.options[i]));
        manifest.options.push_back(std::move(option));
    }
    TRIBUTARY_TRY(manifest.hosts, copy_list(d.hosts, d.host_count, 64, "hosts"));
    TRIBUTARY_TRY(manifest.countries, copy_list(d.countries, d.country_count, 300, "countries"));
    TRIBUTARY_TRY(manifest.units, copy_list(d.units, d.unit_count, 300, "units"));
    copy_table(d, manifest);
    TRIBUTARY_CHECK(check_manifest(manifest));
    return manifest;
}

}  // namespace tributary::host
