// The ABI's structs as data: one table of fields (offset, type, limit) per struct. Checking a struct from a connector,
// and carrying it to or from a worker process (wire.hpp), are each one loop over these tables, so no struct can be
// forgotten in one of them. Constant data; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/base/result.hpp"
#include "plugins/abi/tributary_connector.h"

namespace tributary::host {

enum class FieldType : uint8_t {
    number32,  // uint32, low..high
    signed32,  // int32
    date,      // int32 yyyymmdd or 0
    number64,  // uint64
    signed64,  // int64
    text,      // span, UTF-8, at most high bytes
    bytes,     // span, any bytes, at most high
    currency,  // char[8], NUL padded ASCII letters
    nested,    // a struct inside
    one,       // pointer to one struct, may be null
    many       // pointer to an array; its uint32 count stands at count_offset; at most high items
};

struct Shape;

struct Field {
    const char* name;
    FieldType type;
    uint32_t offset;
    uint32_t low;
    uint32_t high;
    const Shape* inner = nullptr;
    uint32_t count_offset = 0;
};

struct Shape {
    const char* name;
    uint32_t id;           // on the wire; 0 for those that only stand inside others
    uint32_t size;         // sizeof
    bool has_struct_size;  // opens with it
    std::span<const Field> fields;
};

extern const Shape interchange_shape, group_shape, set_shape, report_shape, event_shape, diagnostic_shape;
extern const Shape ack_request_shape, http_request_shape, http_response_shape;
extern const Shape payout_job_shape, payout_result_shape, webhook_shape, webhook_result_shape;
extern const Shape message_shape, mail_shape, source_poll_shape;

const Shape* shape_of_id(uint32_t id);  // nullptr when there is none

// Is the struct at record what the ABI promises? The error names the field: "event.prices[2].uom is not UTF-8".
Result<void> check_shape(const Shape& shape, const void* record);

template <class T>
T field_at(const void* record, uint32_t offset) {
    T value;
    __builtin_memcpy(&value, static_cast<const char*>(record) + offset, sizeof value);
    return value;
}

}  // namespace tributary::host
