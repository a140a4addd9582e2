#include <algorithm>
#include <kainjow/mustache.hpp>

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/notice/notice.hpp"
#include "core/notice/templates.hpp"

namespace tributary::notice {
namespace {

namespace mustache = kainjow::mustache;

constexpr size_t subject_size_max = 200;
constexpr std::string_view text_mark = "\n%% text\n", html_mark = "\n%% html\n";

// Absent, null, "" and [] are false in a template.
mustache::data data_of(const json::value& value) {
    if (value.is_string()) {
        if (value.get_string().empty()) return mustache::data(false);
        return mustache::data(std::string(value.get_string()));
    }
    if (value.is_bool()) return mustache::data(value.get_bool());
    if (value.is_int64()) return mustache::data(std::to_string(value.get_int64()));
    if (value.is_uint64()) return mustache::data(std::to_string(value.get_uint64()));
    if (value.is_array()) {
        mustache::data list(mustache::data::type::list);
        for (const auto& item : value.get_array()) list.push_back(data_of(item));
        return list;
    }
    if (value.is_object()) {
        mustache::data object(mustache::data::type::object);
        for (const auto& member : value.get_object()) object.set(std::string(member.key()), data_of(member.value()));
        return object;
    }
    return mustache::data(false);  // null; a float has no business in a notice
}

// "de-AT" -> "de"
std::string primary_language(std::string_view tag) { return lower_ascii(tag.substr(0, tag.find_first_of("-_"))); }

const Template* template_of(std::string_view kind, std::string_view language) {
    for (const Template& one : templates()) {
        if (one.kind == kind && one.language == language) return &one;
    }
    return nullptr;
}

std::string rendered(std::string_view source, const mustache::data& data) {
    mustache::mustache page{std::string(source)};
    return page.render(data);
}

// One line, whatever the data holds: a line end here would start a header of its own.
std::string single_line(std::string text) {
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    }
    text = std::string(trim(text));
    if (text.size() <= subject_size_max) return text;
    size_t size = subject_size_max;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    return text.substr(0, size);
}

// Plain text comes from data too: no control bytes but line ends and tabs.
std::string clean_text(std::string text) {
    std::erase_if(text,
                  [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F; });
    return text;
}

}  // namespace

Result<Rendered> render(const std::string& kind, const std::string& language, const json::object& data) {
    const Template* found = template_of(kind, primary_language(language));
    if (found == nullptr) found = template_of(kind, "en");
    if (found == nullptr) return fail(ErrorCode::invalid, fmt::format("there is no notice of kind \"{}\"", kind));
    const std::string_view source = found->source;
    const size_t text_at = source.find(text_mark), html_at = source.find(html_mark);
    if (text_at == std::string_view::npos || html_at == std::string_view::npos || html_at < text_at) {
        return fail(ErrorCode::internal, fmt::format("the template {}.{} lacks a part", kind, found->language));
    }
    const mustache::data values = data_of(data);
    const size_t text_begin = text_at + text_mark.size();
    Rendered out;
    out.subject = single_line(rendered(source.substr(0, text_at), values));
    out.text = clean_text(rendered(source.substr(text_begin, html_at - text_begin), values)) + "\n";
    out.html = rendered(source.substr(html_at + html_mark.size()), values);
    out.language = found->language;
    return out;
}

}  // namespace tributary::notice
