// JSON for connectors: a reader that keeps numbers as the text that was sent, so that money stays exact, and a writer
// of objects. The reader refuses duplicate names, more than 32 levels, 20 000 values or 1 MiB; it never throws on bad
// text. Values own their text. Link Boost::json.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

namespace tributary::sdk {

class Json {
public:
    enum class Kind { null, boolean, number, text, array, object };
    Json() = default;
    explicit Json(Kind kind, std::string content = {}) : kind_(kind), content_(std::move(content)) {}

    Kind kind() const { return kind_; }
    // What is absent or of another kind reads as null, "" or nothing: callers check what they need, once.
    const Json& operator[](std::string_view name) const {
        const auto found = members_.find(name);
        return found == members_.end() ? null_value() : found->second;
    }
    const Json& at(size_t index) const { return index < items_.size() ? items_[index] : null_value(); }
    size_t size() const { return kind_ == Kind::object ? members_.size() : items_.size(); }
    bool is_object() const { return kind_ == Kind::object; }
    bool is_array() const { return kind_ == Kind::array; }
    std::string_view text() const { return kind_ == Kind::text ? std::string_view(content_) : std::string_view(); }
    std::string_view number() const { return kind_ == Kind::number ? std::string_view(content_) : std::string_view(); }
    bool is_true() const { return kind_ == Kind::boolean && content_ == "true"; }
    const std::vector<Json>& items() const { return items_; }
    const std::map<std::string, Json, std::less<>>& members() const { return members_; }

    // False when an object has the name already.
    bool add(std::string name, Json value) {
        if (kind_ == Kind::object) return members_.emplace(std::move(name), std::move(value)).second;
        items_.push_back(std::move(value));
        return true;
    }

private:
    static const Json& null_value() {
        static const Json value;
        return value;
    }
    Kind kind_ = Kind::null;
    std::string content_;
    std::vector<Json> items_;
    std::map<std::string, Json, std::less<>> members_;
};

namespace detail {

class JsonBuilder {
public:
    using Code = boost::json::error_code;
    using View = boost::json::string_view;
    static constexpr size_t max_object_size = 20'000, max_array_size = 20'000;
    static constexpr size_t max_key_size = 4096, max_string_size = 1 << 20;

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_array_begin(Code& code) { return open(Json::Kind::array, code); }
    bool on_array_end(size_t, Code& code) { return close(code); }
    bool on_object_begin(Code& code) { return open(Json::Kind::object, code); }
    bool on_object_end(size_t, Code& code) { return close(code); }
    bool on_string_part(View part, size_t, Code&) { return keep(part); }
    bool on_string(View last, size_t, Code& code) { return put(Json(Json::Kind::text, taken(last)), code); }
    bool on_key_part(View part, size_t, Code&) { return keep(part); }
    bool on_key(View last, size_t, Code&) {
        open_.back().key = taken(last);
        return true;
    }
    bool on_number_part(View part, Code&) { return keep(part); }
    bool on_int64(int64_t, View last, Code& code) { return put(Json(Json::Kind::number, taken(last)), code); }
    bool on_uint64(uint64_t, View last, Code& code) { return put(Json(Json::Kind::number, taken(last)), code); }
    bool on_double(double, View last, Code& code) { return put(Json(Json::Kind::number, taken(last)), code); }
    bool on_bool(bool value, Code& code) { return put(Json(Json::Kind::boolean, value ? "true" : "false"), code); }
    bool on_null(Code& code) { return put(Json(), code); }
    bool on_comment_part(View, Code&) { return true; }
    bool on_comment(View, Code&) { return true; }

    Json root;

private:
    struct Open {
        Json value;
        std::string key;  // of the member that comes next
    };

    bool keep(View part) {
        partial_.append(part.data(), part.size());
        return true;
    }
    std::string taken(View last) {
        keep(last);
        return std::exchange(partial_, {});
    }
    bool open(Json::Kind kind, Code&) {
        open_.push_back({Json(kind), {}});
        return true;
    }
    bool close(Code& code) {
        Json value = std::move(open_.back().value);
        open_.pop_back();
        return put(std::move(value), code);
    }
    bool put(Json value, Code& code) {
        bool is_taken = ++count_ <= 20'000;
        if (open_.empty()) {
            root = std::move(value);
        } else {
            is_taken = is_taken && open_.back().value.add(std::move(open_.back().key), std::move(value));
        }
        if (!is_taken) code = boost::json::error::syntax;
        return is_taken;
    }

    std::vector<Open> open_;
    std::string partial_;
    size_t count_ = 0;
};

}  // namespace detail

inline std::optional<Json> parse_json(std::string_view text) {
    if (text.empty() || text.size() > (1 << 20)) return std::nullopt;
    boost::json::basic_parser<detail::JsonBuilder> parser{boost::json::parse_options{}};
    boost::json::error_code code;
    const size_t used = parser.write_some(false, text.data(), text.size(), code);
    if (code || used != text.size()) return std::nullopt;
    return std::move(parser.handler().root);
}

// Text as a JSON string with its quotes. The text must be UTF-8.
inline std::string json_quote(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += {'\\', c};
        } else if (byte < 0x20) {
            out += {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
        } else {
            out += c;
        }
    }
    return out + '"';
}

// Builds {"a":"text","b":12}: members in the order they were added.
class JsonObject {
public:
    JsonObject& text(std::string_view name, std::string_view value) { return raw(name, json_quote(value)); }
    // Left out when empty.
    JsonObject& text_if(std::string_view name, std::string_view value) {
        return value.empty() ? *this : text(name, value);
    }
    // value is JSON already: a number written by decimal_text(), or an array.
    JsonObject& raw(std::string_view name, std::string_view value) {
        members_ += members_.empty() ? "" : ",";
        members_ += json_quote(name);
        members_ += ':';
        members_ += value;
        return *this;
    }
    JsonObject& object(std::string_view name, const JsonObject& value) { return raw(name, value.str()); }
    std::string str() const { return "{" + members_ + "}"; }

private:
    std::string members_;
};

}  // namespace tributary::sdk
