#include "connectors/feeds/x12/session.hpp"

#include <algorithm>
#include <cstring>

#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {
namespace {

bool is_blank(char c) {
    return c == '\n' || c == '\r' || c == ' ';
}
bool is_line_break(char c) {
    return c == '\n' || c == '\r';
}

}  // namespace

Session::Session(const Library& library, Profile profile, const tributary_feed_sink& sink)
    : profile_(std::move(profile)),
      outbox_(sink),
      findings_(outbox_),
      envelope_(library, profile_, findings_, outbox_) {
    carry_.reserve(4096);
}

int32_t Session::push(std::string_view bytes, uint64_t& taken) {
    taken = 0;
    if (!outbox_.drain()) return outbox_.status() < 0 ? outbox_.status() : int32_t(TRIBUTARY_FULL);
    const char* cursor = bytes.data();
    const char* end = cursor + bytes.size();
    chunk_ = cursor;
    while (cursor != end && !outbox_.is_waiting()) cursor = step(cursor, end);
    taken = uint64_t(cursor - bytes.data());
    chunk_byte_ += taken;
    if (outbox_.status() < 0) return outbox_.status();
    return outbox_.is_waiting() ? TRIBUTARY_FULL : TRIBUTARY_OK;
}

const char* Session::step(const char* from, const char* end) {
    switch (state_) {
        case State::between:
            return read_between(from, end);
        case State::header:
            return read_header(from, end);
        case State::segments:
            return carry_.empty() ? read_segments(from, end) : read_carried(from, end);
        case State::binary_head:
            return read_binary_head(from, end);
        case State::binary_data:
            return read_binary_data(from, end);
        case State::binary_end:
            return read_binary_end(from, end);
        case State::garbage:
            return read_garbage(from, end);
    }
    return end;
}

tributary_position Session::position_at(const char* cursor) const {
    tributary_position at{};
    at.byte = byte_at(cursor);
    at.line = line_;
    at.column = uint32_t(at.byte - line_byte_ + 1);
    return at;
}

// Counts the line breaks of text, which starts at `byte` of the file.
void Session::count_lines(std::string_view text, uint64_t byte) {
    for (size_t i = 0; (i = text.find(newline_, i)) != std::string_view::npos; ++i) {
        ++line_;
        line_byte_ = byte + i + 1;
    }
}

const char* Session::skip_blanks(const char* from, const char* end) {
    for (; from != end && is_blank(*from); ++from) {
        if (is_line_end_open_ && is_line_break(*from) && line_end_.size() < 2) line_end_ += *from;
        if (*from != newline_) continue;
        ++line_;
        line_byte_ = byte_at(from) + 1;
    }
    if (from != end && is_line_end_open_) {
        is_line_end_open_ = false;
        envelope_.set_line_end(line_end_);
    }
    return from;
}

// ---- between interchanges ----------------------------------------------------------------------------------------

const char* Session::read_between(const char* from, const char* end) {
    static constexpr std::string_view bom = "\xEF\xBB\xBF";
    for (; from != end; ++from) {
        if (carry_.empty()) {
            from = skip_blanks(from, end);
            if (from == end) return end;
            if (*from == '\x1A' || *from == '\0') continue;
            carry_at_ = position_at(from);
        }
        carry_ += *from;
        if (carry_ == bom) {
            carry_.clear();
        } else if (bom.substr(0, carry_.size()) != carry_ &&
                   std::string_view("ISA").substr(0, carry_.size()) != carry_) {
            if (carry_.size() == 4 && carry_.compare(0, 3, "ISA") == 0 && !is_alphanumeric(carry_[3])) {
                start_header();
            } else {
                is_garbage_quiet_ = false;
                start_garbage();
            }
            return from + 1;
        }
    }
    return end;
}

// carry_ holds "ISA" and the separator.
void Session::start_header() {
    state_ = State::header;
    line_end_.clear();
    is_unwrap_reported_ = false;
}

const char* Session::read_header(const char* from, const char* end) {
    const size_t wanted = carry_.size() < isa_size ? isa_size : isa_window;
    const size_t count = std::min(wanted - carry_.size(), size_t(end - from));
    carry_.append(from, count);
    from += count;
    if (carry_.size() < isa_size) return from;
    if (carry_.size() == isa_size || carry_.size() >= isa_window) {
        // The bytes after the header that a lenient reader has looked at are read once more, from the carry.
        const char* chunk = chunk_;
        const uint64_t chunk_byte = chunk_byte_;
        chunk_byte_ = byte_at(from);
        chunk_ = from;
        open_interchange(false);
        chunk_ = chunk;
        chunk_byte_ = chunk_byte;
    }
    return from;
}

// Decides on the header in carry_. A lenient reader asks for more bytes (returns) when 106 do not settle it.
void Session::open_interchange(bool is_at_end) {
    IsaHeader header;
    const bool is_whole = carry_.size() >= isa_size;
    IsaFault fault = is_whole ? read_isa(std::string_view(carry_).substr(0, isa_size), header)
                              : IsaFault{true, Finding::isa_cut, "023"};
    const bool is_doubtful = fault.is_fault || is_line_break(header.delimiters.terminator);
    if (profile_.is_lenient && is_doubtful) {
        if (carry_.size() < isa_window && !is_at_end) return;
        IsaHeader repaired;
        const IsaFault still = read_isa_lenient(carry_, repaired);
        if (!still.is_fault && (fault.is_fault || repaired.is_repaired_component)) {
            header = repaired;
            fault = still;
        }
    }
    const std::string bytes = carry_;
    const tributary_position at = carry_at_;
    carry_.clear();
    if (fault.is_fault) {
        IsaHeader named;  // not to be read by, but it may tell whom to answer
        read_isa_lenient(bytes, named);
        if (header[13].empty() && !named[13].empty()) header = named;
        envelope_.begin_interchange(header, fault, at);
        is_garbage_quiet_ = true;
        count_lines(bytes, at.byte);
        start_garbage();
        return;
    }
    newline_ = header.delimiters.terminator == '\r' ? '\r' : '\n';
    count_lines(std::string_view(bytes).substr(0, header.size), at.byte);
    envelope_.begin_interchange(header, fault, at);
    state_ = State::segments;
    is_line_end_open_ = true;
    feed_again(std::string_view(bytes).substr(header.size));
}

// At most isa_window bytes that were read ahead; the outbox keeps what they give.
void Session::feed_again(std::string_view rest) {
    const char* chunk = chunk_;
    const uint64_t chunk_byte = chunk_byte_;
    chunk_byte_ = byte_at(chunk_) - rest.size();
    chunk_ = rest.data();
    const char* cursor = rest.data();
    const char* end = cursor + rest.size();
    while (cursor != end) cursor = step(cursor, end);
    chunk_ = chunk;
    chunk_byte_ = chunk_byte;
}

// ---- segments
// --------------------------------------------------------------------------------------------------------

const char* Session::read_segments(const char* from, const char* end) {
    const Delimiters delimiters = envelope_.delimiters();
    while (true) {
        if (from != end && *from == '\n' && newline_ == '\n' && !is_line_end_open_) {  // nearly always
            ++from;
            ++line_;
            line_byte_ = byte_at(from);
        }
        if (from == end) return end;
        if (is_blank(*from) || is_line_end_open_) {
            from = skip_blanks(from, end);
            if (from == end) return end;
        }
        if (end - from >= 4 && (*from == 'I' || *from == 'B') && starts_special(from)) {
            carry_.assign(from, 4);
            carry_at_ = position_at(from);
            if (state_ == State::header) {
                envelope_.end_early(Finding::iea_missing_before_isa, "022", carry_at_);
                start_header();
            }
            return from + 4;
        }
        const char* found = scan(from, end, delimiters, segment_);
        const size_t size = size_t((found == nullptr ? end : found) - from);
        if (found == nullptr || size > segment_max) {
            carry_at_ = position_at(from);
            carry_.assign(from, std::min(size, segment_max + 1));
            if (size > segment_max) too_long();
            return from + std::min(size, segment_max + 1);
        }
        segment_.at = position_at(from);
        deliver_scanned(segment_.at);
        from = found + 1;
        if (delimiters.terminator == newline_) {
            ++line_;
            line_byte_ = byte_at(from);
        }
        if (state_ != State::segments || outbox_.is_waiting()) return from;
    }
}

// Sets the state when the segment at `from` needs more than scanning.
bool Session::starts_special(const char* from) {
    const uint32_t tag = tag_of({from, 3});
    if (tag == tag_of("ISA") && !is_alphanumeric(from[3]) && from[3] != envelope_.delimiters().terminator) {
        state_ = State::header;
        return true;
    }
    if ((tag == tag_of("BIN") || tag == tag_of("BDS")) && from[3] == envelope_.delimiters().element) {
        state_ = State::binary_head;
        return true;
    }
    return false;
}

// The rest of a segment whose start is in carry_.
const char* Session::read_carried(const char* from, const char* end) {
    const char terminator = envelope_.delimiters().terminator;
    if (carry_.size() < 4) {
        for (; from != end && carry_.size() < 4 && *from != terminator; ++from) carry_ += *from;
        if (carry_.size() == 4 && starts_special(carry_.data())) {
            if (state_ == State::header) {
                envelope_.end_early(Finding::iea_missing_before_isa, "022", carry_at_);
                start_header();
            }
            return from;
        }
        if (from == end) return end;
    }
    const size_t room = std::min(segment_max + 1 - carry_.size(), size_t(end - from));
    const char* found = static_cast<const char*>(std::memchr(from, terminator, room));
    const char* stop = found == nullptr ? from + room : found;
    carry_.append(from, stop);
    if (carry_.size() > segment_max) {
        too_long();
        return stop;
    }
    if (found == nullptr) return stop;
    deliver(carry_.data(), carry_.data() + carry_.size(), carry_at_);
    carry_.clear();
    if (terminator == newline_) {
        ++line_;
        line_byte_ = byte_at(found) + 1;
    }
    return found + 1;
}

void Session::deliver(const char* from, const char* end, const tributary_position& at) {
    split(from, end, envelope_.delimiters(), segment_);
    segment_.at = at;
    deliver_scanned(at);
}

void Session::deliver_scanned(const tributary_position& at) {
    if (segment_.size == 0) {
        Spot spot;
        spot.at = at;
        return envelope_.report(Finding::empty_segment, spot);
    }
    if (segment_.has_special) {
        count_lines(segment_.text(), at.byte);
        if (profile_.is_lenient) deliver_unwrapped();
    }
    envelope_.accept(segment_);
    if (!envelope_.is_open()) state_ = State::between;
}

// A lenient partner's file may be wrapped in lines of 80: breaks inside a segment are no part of it.
void Session::deliver_unwrapped() {
    const std::string_view text = segment_.text();
    if (std::none_of(text.begin(), text.end(), is_line_break)) return;
    const tributary_position at = segment_.at;
    unwrapped_.clear();
    std::copy_if(text.begin(), text.end(), std::back_inserter(unwrapped_), [](char c) { return !is_line_break(c); });
    split(unwrapped_.data(), unwrapped_.data() + unwrapped_.size(), envelope_.delimiters(), segment_);
    segment_.at = at;
    if (is_unwrap_reported_) return;
    is_unwrap_reported_ = true;
    envelope_.report(Finding::isa_repaired_lines, spot_of(segment_));
}

void Session::too_long() {
    envelope_.end_early(Finding::segment_too_long, "022", carry_at_);
    count_lines(carry_, carry_at_.byte);
    is_garbage_quiet_ = true;
    start_garbage();
}

}  // namespace tributary::x12
