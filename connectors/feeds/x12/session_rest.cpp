// The rare parts of Session: binary segments, garbage, and the end of the data.
#include <algorithm>

#include "connectors/feeds/x12/session.hpp"
#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {
namespace {

constexpr size_t binary_head_max = 64, garbage_sample_max = 32;

bool is_bare_set(std::string_view sample) {
    return sample.size() > 2 && sample.substr(0, 2) == "ST" && !is_alphanumeric(sample[2]);
}

}  // namespace

// ---- BIN and BDS: data of a stated length, in which delimiters mean nothing
// -------------------------------------------

const char* Session::read_binary_head(const char* from, const char* end) {
    const Delimiters& delimiters = envelope_.delimiters();
    const auto wanted = carry_[1] == 'D' ? 3 : 2;  // separators before the data
    for (; from != end; ++from) {
        const bool is_complete = std::count(carry_.begin(), carry_.end(), delimiters.element) >= wanted;
        if (is_complete && parse_binary_head()) {
            state_ = State::binary_data;
            return from;
        }
        if (is_complete || *from == delimiters.terminator || carry_.size() >= binary_head_max) {
            // No length to go by: it ends at the next terminator like any other segment.
            state_ = State::binary_end;
            binary_left_ = 1;
            return from;
        }
        carry_ += *from;
    }
    return end;
}

bool Session::parse_binary_head() {
    Segment head;
    split(carry_.data(), carry_.data() + carry_.size(), envelope_.delimiters(), head);
    const int64_t length = count_of(head[carry_[1] == 'D' ? 2 : 1]);
    if (length < 0) return false;
    binary_left_ = uint64_t(length);
    return true;
}

const char* Session::read_binary_data(const char* from, const char* end) {
    const auto count = size_t(std::min<uint64_t>(binary_left_, uint64_t(end - from)));
    count_lines({from, count}, byte_at(from));
    binary_left_ -= count;
    from += count;
    if (binary_left_ == 0) state_ = State::binary_end;
    return from;
}

// The terminator must follow at once; otherwise the length was wrong, and we go on after the next one.
const char* Session::read_binary_end(const char* from, const char* end) {
    const char terminator = envelope_.delimiters().terminator;
    for (; from != end; ++from) {
        if (*from == newline_) count_lines({from, 1}, byte_at(from));
        if (*from == terminator) {
            deliver_binary(binary_left_ == 0);
            return from + 1;
        }
        binary_left_ = 1;
    }
    return end;
}

void Session::deliver_binary(bool is_length_right) {
    const std::string head = std::move(carry_);
    carry_.clear();
    state_ = State::segments;
    split(head.data(), head.data() + head.size(), envelope_.delimiters(), segment_);
    segment_.at = carry_at_;
    envelope_.accept_binary(segment_, is_length_right);
}

// ---- what is no interchange
// ---------------------------------------------------------------------------------------------

// carry_ may hold the first bytes of it.
void Session::start_garbage() {
    state_ = State::garbage;
    garbage_at_ = carry_at_;
    garbage_sample_ = carry_.substr(0, garbage_sample_max);
    carry_.insert(carry_.begin(), '\n');
    if (carry_.size() > 4) carry_.erase(0, carry_.size() - 4);
}

// Only an ISA that follows a line break or a delimiter starts an interchange: the letters may stand in any text.
const char* Session::read_garbage(const char* from, const char* end) {
    for (; from != end; ++from) {
        if (garbage_sample_.size() < garbage_sample_max) garbage_sample_ += *from;
        carry_ += *from;
        if (carry_.size() > 5) carry_.erase(0, 1);
        const bool is_start = carry_.size() == 5 && carry_.compare(1, 3, "ISA") == 0 && !is_alphanumeric(carry_[0]) &&
                              carry_[0] != ' ' && !is_alphanumeric(carry_[4]) && carry_[4] != ' ';
        if (is_start) {
            garbage_sample_.resize(garbage_sample_.size() < garbage_sample_max ? garbage_sample_.size() - 4
                                                                               : garbage_sample_max);
            end_garbage();
            carry_.erase(0, 1);
            carry_at_ = position_at(from);
            carry_at_.byte -= 3;
            carry_at_.column -= 3;
            start_header();
            return from + 1;
        }
        if (*from == newline_) count_lines({from, 1}, byte_at(from));
    }
    return end;
}

void Session::end_garbage() {
    if (is_garbage_quiet_) return;
    is_garbage_quiet_ = true;
    Spot spot;
    spot.at = garbage_at_;
    spot.value = garbage_sample_;
    envelope_.report(is_bare_set(garbage_sample_)    ? Finding::bare_set
                     : envelope_.interchanges() == 0 ? Finding::no_interchange
                                                     : Finding::data_outside,
                     spot);
}

// ---- the end
// ------------------------------------------------------------------------------------------------------------

int32_t Session::finish() {
    if (!outbox_.drain()) return outbox_.status() < 0 ? outbox_.status() : int32_t(TRIBUTARY_FULL);
    if (!is_finished_) {
        is_finished_ = true;
        finish_tail();
        tributary_position at{};
        at.byte = chunk_byte_;
        at.line = line_;
        at.column = uint32_t(chunk_byte_ - line_byte_ + 1);
        envelope_.end_early(Finding::iea_missing, "023", at);
        findings_.leave_file(at);
    }
    if (outbox_.status() < 0) return outbox_.status();
    return outbox_.is_waiting() ? TRIBUTARY_FULL : TRIBUTARY_OK;
}

// What is left in carry_ when the data ends.
void Session::finish_tail() {
    chunk_ = nullptr;
    while (state_ == State::header) open_interchange(true);
    if (state_ == State::segments && !carry_.empty()) {
        std::string_view rest = carry_;
        while (!rest.empty() &&
               (rest.back() == '\n' || rest.back() == '\r' || rest.back() == ' ' || rest.back() == '\x1A')) {
            rest.remove_suffix(1);
        }
        const char terminator = envelope_.delimiters().terminator;
        const bool is_forgiven = profile_.is_lenient || terminator == '\n' || terminator == '\r';
        if (is_forgiven && rest.substr(0, 3) == "IEA") {
            Spot spot;
            spot.at = carry_at_;
            spot.tag = "IEA";
            envelope_.report(Finding::last_terminator_missing, spot);
            deliver(rest.data(), rest.data() + rest.size(), carry_at_);
            carry_.clear();
        }
    }
    if (state_ == State::between && !carry_.empty()) {
        is_garbage_quiet_ = false;
        start_garbage();
    }
    const bool is_nothing = envelope_.interchanges() == 0;
    if (state_ == State::garbage && is_nothing && !is_garbage_quiet_) {
        is_garbage_quiet_ = true;
        envelope_.reject_input(is_bare_set(garbage_sample_) ? Finding::bare_set : Finding::no_interchange,
                               garbage_sample_, garbage_at_);
    } else if (state_ == State::garbage) {
        end_garbage();
    } else if (is_nothing) {
        tributary_position at{};
        at.line = 1;
        at.column = 1;
        envelope_.reject_input(Finding::empty_input, "", at);
    }
}

}  // namespace tributary::x12
