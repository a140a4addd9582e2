// The worker's conversation with the daemon, once it is confined and the library is loaded: one instance, at most one
// feed session, one call at a time. Leaves with the process; nothing is ever cleaned up for a peer that has gone.
#pragma once
#include "plugins/host/invoke.hpp"
#include "plugins/host/protocol.hpp"
#include "plugins/host/wire.hpp"

namespace tributary::host::worker {

// Records and bytes on their way to the daemon: gathered into frames, sent when a frame is full or the call is done.
class FrameOutput final : public CallOutput {
public:
    explicit FrameOutput(uint64_t output_size_max) : output_size_max_(output_size_max) {}

    int32_t record(const Shape& shape, const void* record) override;
    int32_t bytes(std::string_view bytes) override;
    void flush();
    void begin(bool is_capped);  // a feed session is not capped here: the daemon counts its records

private:
    bool has_room(size_t size);
    int32_t refuse(const Shape& shape, const void* record);

    uint64_t output_size_max_;
    bool is_capped_ = true;
    uint64_t given_ = 0;
    std::string records_;
    std::string bytes_;
};

class Session {
public:
    Session(const tributary_connector& connector, uint64_t output_size_max);
    [[noreturn]] void serve();  // until the daemon hangs up

private:
    CallReply answer(const Frame& frame);
    CallReply create(const Frame& frame);
    CallReply call(const Frame& frame);
    CallReply open(const Frame& frame);
    CallReply push(const Frame& frame);
    int32_t push_all(std::string_view bytes);
    CallReply finish();
    CallReply close();

    const tributary_connector& connector_;
    tributary_host host_;
    FrameOutput output_;
    Arena arena_;
    tributary_instance* instance_ = nullptr;
    tributary_session* session_ = nullptr;
    tributary_feed_sink feed_sink_;
};

void send_or_exit(FrameType type, std::string_view payload);

}  // namespace tributary::host::worker
