#include "core/net/target.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/encoding.hpp"

namespace tributary::net {
namespace {

constexpr size_t query_count_max = 100;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<std::string> decode_segment(std::string_view raw) {
    std::optional<std::string> decoded = percent_decode(raw, false);
    if (!decoded)
        return fail(ErrorCode::invalid,
                    "the path holds a '%' without two hex digits; write '%25' for a percent sign");
    if (has_control(*decoded) || !is_utf8(*decoded))
        return fail(ErrorCode::invalid, "the path holds a control character or is not UTF-8");
    if (*decoded == "." || *decoded == "..")
        return fail(ErrorCode::invalid, "the path holds a '.' or '..' segment; send the path it leads to");
    return *std::move(decoded);
}

Result<void> parse_query(std::string_view text, std::map<std::string, std::string>& out) {
    if (text.empty()) return {};
    for (const std::string_view pair : split(text, '&')) {
        if (pair.empty()) continue;
        const size_t equals = pair.find('=');
        std::optional<std::string> name = percent_decode(pair.substr(0, equals), true);
        std::optional<std::string> value =
            equals == std::string_view::npos ? std::string() : percent_decode(pair.substr(equals + 1), true);
        if (!name || !value) return fail(ErrorCode::invalid, "the query holds a '%' without two hex digits");
        if (!is_utf8(*name) || !is_utf8(*value) || name->find('\0') != std::string::npos ||
            value->find('\0') != std::string::npos)
            return fail(ErrorCode::invalid, "the query is not UTF-8 text");
        if (!out.emplace(*name, *std::move(value)).second)
            return fail(ErrorCode::invalid,
                        fmt::format("the query names '{}' twice; give it once", printable(*name)));
        if (out.size() > query_count_max)
            return fail(ErrorCode::invalid, fmt::format("the query has more than {} parameters", query_count_max));
    }
    return {};
}

// "http://host/path" -> "/path"
std::string_view without_authority(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (lower_ascii(target.substr(0, scheme.size())) != scheme) continue;
        const size_t slash = target.find_first_of("/?", scheme.size());
        return slash == std::string_view::npos ? "/" : target.substr(slash);
    }
    return target;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
    std::string out;
    out.reserve(text.size());
    for (size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+' && plus_is_blank) {
            out += ' ';
        } else if (text[at] == '%') {
            if (at + 2 >= text.size()) return std::nullopt;
            const int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            at += 2;
        } else {
            out += text[at];
        }
    }
    return out;
}

Result<Target> parse_target(std::string_view target) {
    target = without_authority(target);
    target = target.substr(0, target.find('#'));
    const size_t question = target.find('?');
    const std::string_view raw_path = target.substr(0, question);
    if (raw_path.empty() || raw_path.front() != '/')
        return fail(ErrorCode::invalid, "the request target must be a path that begins with '/'");
    Target out;
    for (const std::string_view raw : split(raw_path.substr(1), '/')) {
        TRIBUTARY_TRY(std::string segment, decode_segment(raw));
        out.path += '/';
        out.path += segment;
        out.segments.push_back(std::move(segment));
    }
    if (question != std::string_view::npos) TRIBUTARY_CHECK(parse_query(target.substr(question + 1), out.query));
    return out;
}

}  // namespace tributary::net
