#include <optional>

#include <fmt/format.h>

#include "core/base/clock.hpp"
#include "core/base/encoding.hpp"
#include "plugins/host/shape.hpp"

namespace tributary::host {
namespace {

// "<path> <what is wrong>"; paths are put together on the way out, so a good record costs no string.
using Finding = std::optional<std::string>;

Finding check_record(const Shape& shape, const char* record);

Finding check_span(const Field& field, const char* at) {
    const auto span = field_at<tributary_span>(at, 0);
    if (span.size == 0) return {};
    if (span.data == nullptr) return fmt::format(" has size {} and no data", span.size);
    if (span.size > field.high) return fmt::format(" has {} bytes; {} are allowed", span.size, field.high);
    const std::string_view text(reinterpret_cast<const char*>(span.data), static_cast<size_t>(span.size));
    if (field.type == FieldType::text && !is_utf8(text)) return std::string(" is not UTF-8");
    return {};
}

Finding check_number(const Field& field, uint32_t value) {
    if (value >= field.low && value <= field.high) return {};
    return fmt::format(" is {}; {} to {} are allowed", value, field.low, field.high);
}

Finding check_currency(const char* at) {
    size_t length = 0;
    while (length < 8 && at[length] >= 'A' && at[length] <= 'Z') ++length;
    for (size_t i = length; i < 8; ++i) {
        if (at[i] != 0) return std::string(" is not upper-case letters padded with NUL");
    }
    return {};
}

Finding check_items(const Field& field, const char* record) {
    const auto count = field_at<uint32_t>(record, field.count_offset);
    const auto* items = field_at<const char*>(record, field.offset);
    if (count == 0) return {};
    if (items == nullptr) return fmt::format(" has {} items and no pointer", count);
    if (count > field.high) return fmt::format(" has {} items; {} are allowed", count, field.high);
    for (uint32_t i = 0; i < count; ++i) {
        if (auto found = check_record(*field.inner, items + size_t{i} * field.inner->size)) {
            return fmt::format("[{}]{}", i, *found);
        }
    }
    return {};
}

Finding check_field(const Field& field, const char* record) {
    const char* at = record + field.offset;
    switch (field.type) {
        case FieldType::number32:
            return check_number(field, field_at<uint32_t>(at, 0));
        case FieldType::date: {
            const auto date = field_at<int32_t>(at, 0);
            if (date == 0 || is_date(date)) return {};
            return fmt::format(" is {}, not a calendar day (yyyymmdd; 0 = absent)", date);
        }
        case FieldType::signed32:
        case FieldType::number64:
        case FieldType::signed64:
            return {};
        case FieldType::text:
        case FieldType::bytes:
            return check_span(field, at);
        case FieldType::currency:
            return check_currency(at);
        case FieldType::nested:
            return check_record(*field.inner, at);
        case FieldType::one: {
            const auto* inner = field_at<const char*>(at, 0);
            return inner == nullptr ? Finding() : check_record(*field.inner, inner);
        }
        case FieldType::many:
            return check_items(field, record);
    }
    return std::string(" has an unknown type");
}

Finding check_record(const Shape& shape, const char* record) {
    if (shape.has_struct_size) {
        const auto size = field_at<uint32_t>(record, 0);
        if (size < shape.size) return fmt::format(".struct_size is {}; {} or more is needed", size, shape.size);
    }
    for (const Field& field : shape.fields) {
        if (auto found = check_field(field, record)) {
            // The one field of an array of texts needs no name of its own.
            if (shape.fields.size() == 1 && !shape.has_struct_size) return found;
            return fmt::format(".{}{}", field.name, *found);
        }
    }
    return {};
}

}  // namespace

Result<void> check_shape(const Shape& shape, const void* record) {
    if (record == nullptr) return fail(ErrorCode::corrupt, fmt::format("{} is a null pointer", shape.name));
    if (auto found = check_record(shape, static_cast<const char*>(record))) {
        return fail(ErrorCode::corrupt, fmt::format("{}{}", shape.name, *found));
    }
    return {};
}

}  // namespace tributary::host
