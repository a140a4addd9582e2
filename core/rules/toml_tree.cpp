#include "core/rules/toml_tree.hpp"

#include "core/base/toml.hpp"

namespace tributary::rules {
namespace {

constexpr size_t source_bytes_max = 1 << 20;

Place place_of(const toml::source_region& region) { return {region.begin.line, region.begin.column}; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

size_t offset_of(std::string_view source, Place place) {
    size_t at = 0;
    for (size_t line = 1; line < place.line && at < source.size(); ++at)
        if (source[at] == '\n') ++line;
    for (size_t column = 1; column < place.column && at < source.size(); ++column) {
        ++at;
        while (at < source.size() && is_continuation(source[at])) ++at;
    }
    return at;
}

std::string number_as_written(std::string_view source, Place place) {
    const std::string_view rest = source.substr(offset_of(source, place));
    return std::string(rest.substr(0, rest.find_first_not_of("+-0123456789._eEinfa")));
}

TomlNode copy(const toml::node& node, std::string_view source) {
    TomlNode out;
    out.place = place_of(node.source());
    if (const auto* table = node.as_table()) {
        for (const auto& [key, value] : *table)
            out.entries.push_back({std::string(key.str()), place_of(key.source()), copy(value, source)});
    } else if (const auto* array = node.as_array()) {
        out.kind = TomlKind::array;
        for (const toml::node& item : *array) out.items.push_back(copy(item, source));
    } else if (const auto* text = node.as_string()) {
        out.kind = TomlKind::text, out.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
        out.kind = TomlKind::integer, out.integer = integer->get();
    } else if (node.is_floating_point()) {
        out.kind = TomlKind::floating, out.text = number_as_written(source, out.place);
    } else if (node.is_boolean()) {
        out.kind = TomlKind::boolean;
    } else if (const auto* date = node.as_date()) {
        const toml::date& day = date->get();
        out.kind = TomlKind::date, out.integer = int64_t{day.year} * 10000 + day.month * 100 + day.day;
    } else {
        out.kind = TomlKind::time;
    }
    return out;
}

// Walks over a string as written, one decoded character at a time.
class StringWalk {
public:
    StringWalk(std::string_view source, Place value) : source_(source), at_(offset_of(source, value)), place_(value) {
        const char quote = peek();
        is_multi_line_ = source_.substr(at_).starts_with(std::string(3, quote));
        has_escapes_ = quote == '"';
        skip(is_multi_line_ ? 3 : 1);
        if (is_multi_line_ && peek() == '\r') skip(1);
        if (is_multi_line_ && peek() == '\n') skip(1);
        skip_line_continuations();
    }

    Place place() const { return place_; }
    bool at_end() const { return at_ >= source_.size(); }

    // Steps over the next decoded character; true when it is a line end.
    bool step() {
        bool is_line_end = peek() == '\n';
        if (has_escapes_ && peek() == '\\') {
            const char kind = peek(1);
            is_line_end = kind == 'n';
            skip(kind == 'u' ? 6 : kind == 'U' ? 10 : kind == 'x' ? 4 : 2);
        } else {
            skip(1);
        }
        skip_line_continuations();
        return is_line_end;
    }

private:
    char peek(size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

    void skip(size_t characters) {
        for (; characters > 0 && at_ < source_.size(); --characters) {
            if (source_[at_] == '\n') ++place_.line, place_.column = 1;
            else ++place_.column;
            ++at_;
            while (at_ < source_.size() && is_continuation(source_[at_])) ++at_;
        }
    }

    // A backslash before a line end takes all blanks and line ends that follow with it.
    void skip_line_continuations() {
        while (has_escapes_ && is_multi_line_ && peek() == '\\') {
            const size_t end = source_.find_first_not_of(" \t\r", at_ + 1);
            if (end == std::string_view::npos || source_[end] != '\n') return;
            skip(1);
            while (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n') skip(1);
        }
    }

    std::string_view source_;
    size_t at_;
    Place place_;
    bool is_multi_line_ = false, has_escapes_ = false;
};

}  // namespace

const char* name_of(TomlKind kind) {
    switch (kind) {
        case TomlKind::table: return "a table";
        case TomlKind::array: return "a list";
        case TomlKind::text: return "text";
        case TomlKind::integer: return "an integer";
        case TomlKind::floating: return "a float";
        case TomlKind::boolean: return "true or false";
        case TomlKind::date: return "a date";
        case TomlKind::time: return "a time";
    }
    return "nothing";
}

std::optional<TomlNode> parse_toml(std::string_view source, const std::string& file, SourceErrors& errors) {
    if (source.size() > source_bytes_max) {
        errors.push_back({file, 0, 0, "larger than 1 MiB: split it into several programs"});
        return std::nullopt;
    }
    const toml::parse_result result = toml::parse(source);
    if (result) return copy(result.table(), source);
    const Place place = place_of(result.error().source());
    errors.push_back({file, place.line, place.column, "TOML: " + std::string(result.error().description())});
    return std::nullopt;
}

Place place_in_string(std::string_view source, Place value, Place inside) {
    StringWalk walk(source, value);
    for (Place at{1, 1};
         !walk.at_end() && (at.line < inside.line || (at.line == inside.line && at.column < inside.column));)
        if (walk.step()) ++at.line, at.column = 1;
        else ++at.column;
    return walk.place();
}

}  // namespace tributary::rules
