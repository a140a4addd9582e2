// Reads one file of X12: finds interchanges in the bytes, cuts segments out of the pushed chunk in place, and hands
// them to the Envelope. Only a segment that a chunk cuts in two is copied; memory does not grow with the file. [single]
//
//             ISA                 106 bytes read                  IEA, or a header that cannot be read
//   between ------> header ----------------------> segments --------------------------------------> between | garbage
//      |                                            |   ^  BIN, BDS
//      +--- anything else: garbage (until "ISA")    +---+  binary head > binary data > segments
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "connectors/feeds/x12/envelope.hpp"
#include "plugins/sdk/connector.hpp"

namespace tributary::x12 {

class Session : public sdk::FeedSession {
public:
    static constexpr size_t segment_max = 65536;

    Session(const Library& library, Profile profile, const tributary_feed_sink& sink);
    int32_t push(std::string_view bytes, uint64_t& taken) override;
    int32_t finish() override;

private:
    enum class State : uint8_t { between, header, segments, binary_head, binary_data, binary_end, garbage };

    const char* step(const char* from, const char* end);
    const char* read_between(const char* from, const char* end);
    const char* read_header(const char* from, const char* end);
    const char* read_segments(const char* from, const char* end);
    const char* read_carried(const char* from, const char* end);
    const char* read_binary_head(const char* from, const char* end);
    const char* read_binary_data(const char* from, const char* end);
    const char* read_binary_end(const char* from, const char* end);
    const char* read_garbage(const char* from, const char* end);
    const char* skip_blanks(const char* from, const char* end);

    bool starts_special(const char* from);  // an ISA, or a binary segment, starts at from (4 bytes)
    void start_header();
    void open_interchange(bool is_at_end);
    void feed_again(std::string_view rest);
    void deliver(const char* from, const char* end, const tributary_position& at);
    void deliver_scanned(const tributary_position& at);
    void deliver_unwrapped();
    void deliver_binary(bool is_length_right);
    bool parse_binary_head();
    void too_long();
    void start_garbage();
    void end_garbage();
    void finish_tail();
    void count_lines(std::string_view text, uint64_t byte);
    tributary_position position_at(const char* cursor) const;
    uint64_t byte_at(const char* cursor) const { return chunk_byte_ + uint64_t(cursor - chunk_); }

    Profile profile_;
    Outbox outbox_;
    Findings findings_;
    Envelope envelope_;

    State state_ = State::between;
    const char* chunk_ = nullptr;  // the bytes being read, and the offset of the first in the file
    uint64_t chunk_byte_ = 0;
    std::string carry_;  // the start of something the chunk cut in two
    tributary_position carry_at_{};
    Segment segment_;
    std::string unwrapped_;
    uint32_t line_ = 1;
    uint64_t line_byte_ = 0;  // where the line starts
    char newline_ = '\n';
    bool is_line_end_open_ = false;  // what follows ISA is still being looked at
    std::string line_end_;
    uint64_t binary_left_ = 0;
    bool is_garbage_quiet_ = false;  // its reason was reported already
    std::string garbage_sample_;
    tributary_position garbage_at_{};
    bool is_unwrap_reported_ = false, is_finished_ = false;
};

}  // namespace tributary::x12
