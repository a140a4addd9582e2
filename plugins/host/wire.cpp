#include "plugins/host/wire.hpp"

#include <algorithm>
#include <cstring>

namespace tributary::host {
namespace {

constexpr size_t block_size = 64 << 10;
constexpr size_t alignment = 16;

template <class T>
T load(const char* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}
template <class T>
void store(char* at, T value) {
    std::memcpy(at, &value, sizeof value);
}

bool encode_fields(const Shape& shape, const char* record, std::string& out);

bool encode_items(const Field& field, const char* record, std::string& out) {
    const auto count = load<uint32_t>(record + field.count_offset);
    const auto* items = load<const char*>(record + field.offset);
    if (count > field.high || (count > 0 && items == nullptr)) return false;
    WireWriter(out).number32(count);
    for (uint32_t i = 0; i < count; ++i) {
        if (!encode_fields(*field.inner, items + size_t{i} * field.inner->size, out)) return false;
    }
    return true;
}

bool encode_field(const Field& field, const char* record, std::string& out) {
    const char* at = record + field.offset;
    WireWriter writer(out);
    switch (field.type) {
        case FieldType::number32:
        case FieldType::signed32:
        case FieldType::date:
            return writer.raw(at, 4), true;
        case FieldType::number64:
        case FieldType::signed64:
        case FieldType::currency:
            return writer.raw(at, 8), true;
        case FieldType::text:
        case FieldType::bytes: {
            const auto span = load<tributary_span>(at);
            if (span.size > field.high || (span.size > 0 && span.data == nullptr)) return false;
            writer.number32(static_cast<uint32_t>(span.size));
            writer.raw(span.data, static_cast<size_t>(span.size));
            return true;
        }
        case FieldType::nested:
            return encode_fields(*field.inner, at, out);
        case FieldType::one: {
            const auto* inner = load<const char*>(at);
            writer.number32(inner != nullptr ? 1 : 0);
            return inner == nullptr || encode_record(*field.inner, inner, out);
        }
        case FieldType::many:
            return encode_items(field, record, out);
    }
    return false;
}

bool encode_fields(const Shape& shape, const char* record, std::string& out) {
    if (shape.has_struct_size && load<uint32_t>(record) < shape.size) return false;
    return std::ranges::all_of(shape.fields, [&](const Field& field) { return encode_field(field, record, out); });
}

bool decode_fields(const Shape& shape, char* record, WireReader& in, Arena& arena);

bool decode_items(const Field& field, char* record, WireReader& in, Arena& arena) {
    const uint32_t count = in.number32();
    // Every item takes four bytes at least, so a count cannot promise more memory than was paid for in bytes.
    if (count > field.high || count > in.rest().size() / 4) return false;
    store(record + field.count_offset, count);
    if (count == 0) return true;
    char* items = static_cast<char*>(arena.allocate(size_t{count} * field.inner->size));
    store<const char*>(record + field.offset, items);
    for (uint32_t i = 0; i < count; ++i) {
        if (!decode_fields(*field.inner, items + size_t{i} * field.inner->size, in, arena)) return false;
    }
    return true;
}

bool decode_field(const Field& field, char* record, WireReader& in, Arena& arena) {
    char* at = record + field.offset;
    switch (field.type) {
        case FieldType::number32:
        case FieldType::signed32:
        case FieldType::date:
            return store(at, in.number32()), true;
        case FieldType::number64:
        case FieldType::signed64:
        case FieldType::currency:
            return store(at, in.number64()), true;
        case FieldType::text:
        case FieldType::bytes: {
            const std::string_view text = in.text();
            if (text.size() > field.high) return false;
            store(at, tributary_span{reinterpret_cast<const uint8_t*>(text.data()), text.size()});
            return true;
        }
        case FieldType::nested:
            return decode_fields(*field.inner, at, in, arena);
        case FieldType::one: {
            if (in.number32() == 0) return true;
            const void* inner = decode_record(*field.inner, in, arena);
            store(at, inner);
            return inner != nullptr;
        }
        case FieldType::many:
            return decode_items(field, record, in, arena);
    }
    return false;
}

bool decode_fields(const Shape& shape, char* record, WireReader& in, Arena& arena) {
    if (shape.has_struct_size) store(record, shape.size);
    for (const Field& field : shape.fields) {
        if (!decode_field(field, record, in, arena) || in.has_failed()) return false;
    }
    return true;
}

void encode_texts(const std::vector<std::string>& texts, WireWriter& writer) {
    writer.number32(static_cast<uint32_t>(texts.size()));
    for (const std::string& text : texts) writer.text(text);
}

std::vector<std::string> decode_texts(WireReader& in) {
    std::vector<std::string> texts;
    const uint32_t count = in.number32();
    for (uint32_t i = 0; i < count && !in.has_failed(); ++i) texts.emplace_back(in.text());
    return texts;
}

}  // namespace

void* Arena::allocate(size_t size) {
    const size_t needed = (size + alignment - 1) / alignment * alignment;
    while (block_ < blocks_.size() && blocks_[block_].size - used_ < needed) ++block_, used_ = 0;
    if (block_ == blocks_.size()) {
        const size_t fresh = std::max(block_size, needed);
        blocks_.push_back({std::make_unique<char[]>(fresh), fresh});
        used_ = 0;
    }
    char* at = blocks_[block_].bytes.get() + used_;
    used_ += needed;
    std::memset(at, 0, needed);
    return at;
}

void Arena::reset() {
    block_ = used_ = 0;
}

std::string_view WireReader::raw(size_t size) {
    if (size > rest_.size()) {
        rest_ = {};
        has_failed_ = true;
        return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
}

std::string_view WireReader::text() {
    return raw(number32());
}

bool encode_record(const Shape& shape, const void* record, std::string& out) {
    return record != nullptr && encode_fields(shape, static_cast<const char*>(record), out);
}

const void* decode_record(const Shape& shape, WireReader& in, Arena& arena) {
    char* record = static_cast<char*>(arena.allocate(shape.size));
    return decode_fields(shape, record, in, arena) ? record : nullptr;
}

void encode_manifest(const Manifest& manifest, std::string& out) {
    WireWriter writer(out);
    for (const std::string* text : {&manifest.id, &manifest.version, &manifest.title}) writer.text(*text);
    for (const uint32_t number : {static_cast<uint32_t>(manifest.kind), manifest.abi_minor, manifest.capabilities,
                                  manifest.rate_per_second, manifest.interval_s}) {
        writer.number32(number);
    }
    writer.number32(static_cast<uint32_t>(manifest.options.size()));
    for (const Option& option : manifest.options) {
        writer.text(option.name);
        writer.number32(static_cast<uint32_t>(option.type));
        writer.number32(option.fallback ? 1 : 0);
        writer.text(option.fallback.value_or(""));
        writer.text(option.help);
    }
    encode_texts(manifest.hosts, writer);
    encode_texts(manifest.countries, writer);
    encode_texts(manifest.units, writer);
}

std::optional<Manifest> decode_manifest(std::string_view bytes) {
    WireReader in(bytes);
    Manifest manifest;
    for (std::string* text : {&manifest.id, &manifest.version, &manifest.title}) *text = in.text();
    manifest.kind = static_cast<Kind>(in.number32());
    for (uint32_t* number :
         {&manifest.abi_minor, &manifest.capabilities, &manifest.rate_per_second, &manifest.interval_s}) {
        *number = in.number32();
    }
    const uint32_t option_count = in.number32();
    for (uint32_t i = 0; i < option_count && !in.has_failed(); ++i) {
        Option option;
        option.name = in.text();
        option.type = static_cast<OptionType>(in.number32());
        const bool has_fallback = in.number32() != 0;
        const std::string_view fallback = in.text();
        if (has_fallback) option.fallback = fallback;
        option.help = in.text();
        manifest.options.push_back(std::move(option));
    }
    manifest.hosts = decode_texts(in);
    manifest.countries = decode_texts(in);
    manifest.units = decode_texts(in);
    if (in.has_failed() || !in.rest().empty()) return {};
    return manifest;
}

}  // namespace tributary::host
