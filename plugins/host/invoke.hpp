// One call into a connector, the same in the daemon and in the worker: an Op names the function, CallInput carries the
// ABI structs it takes, CallOutput receives every record and byte it gives out. Runs connector code on the caller's
// thread; [single] per instance is the caller's to keep.
#pragma once
#include <string_view>

#include "plugins/host/shape.hpp"

namespace tributary::host {

enum class Op : uint32_t {
    payout_build = 1,
    payout_interpret,
    payout_lookup_build,
    payout_lookup_interpret,
    payout_webhook,
    notice_build,
    notice_interpret,
    source_build,
    source_interpret,
    feed_acknowledge
};

struct OpTraits {
    const char* name;      // "build", for messages
    uint32_t kind;         // tributary_kind that has it
    const Shape* subject;  // what CallInput::subject points to
    bool has_response;
};
const OpTraits* traits_of(Op op);  // nullptr when there is no such op

struct CallInput {
    Op op = Op::payout_build;
    const void* subject = nullptr;
    const tributary_http_response* response = nullptr;
};

// Answers TRIBUTARY_OK or TRIBUTARY_FULL. Records come unchecked, straight from the connector.
class CallOutput {
public:
    virtual ~CallOutput() = default;
    virtual int32_t record(const Shape& shape, const void* record) = 0;
    virtual int32_t bytes(std::string_view bytes) = 0;
};

struct CallReply {
    int32_t status = TRIBUTARY_OK;
    uint32_t more = 0;  // source_interpret
};

CallReply invoke(const tributary_connector& connector, tributary_instance* instance, const CallInput& input,
                 CallOutput& output);

// An exception that a connector lets out, against the ABI, ends here.
template <class Body>
int32_t shielded(Body&& body) noexcept {
    try {
        return body();
    } catch (...) {
        return TRIBUTARY_INTERNAL;
    }
}

// A feed sink whose context is the CallOutput, which must outlive it.
tributary_feed_sink feed_sink_to(CallOutput& output);

}  // namespace tributary::host
