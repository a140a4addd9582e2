#include "plugins/host/worker/session.hpp"

#include <ctime>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/host/records.hpp"

namespace tributary::host::worker {
namespace {

constexpr size_t log_text_max = 1024;
constexpr uint32_t log_count_max = 10'000;

// [single], and no other thread exists here.
void write_log(void*, int32_t level, tributary_span text) noexcept {
    static uint32_t count = 0;
    if (++count > log_count_max || (text.data == nullptr && text.size > 0)) return;
    std::string payload;
    WireWriter writer(payload);
    writer.number32(static_cast<uint32_t>(level));
    writer.text(view(text).substr(0, log_text_max));
    send_or_exit(FrameType::log, payload);
}

std::vector<tributary_pair> read_pairs(std::string_view payload) {
    WireReader in(payload);
    std::vector<tributary_pair> pairs;
    const uint32_t count = in.number32();
    for (uint32_t i = 0; i < count && !in.has_failed(); ++i) {
        const std::string_view name = in.text();
        pairs.push_back({span_of(name), span_of(in.text())});
    }
    return pairs;
}

uint64_t processor_time_ms() {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<uint64_t>(used.tv_sec) * 1000 + static_cast<uint64_t>(used.tv_nsec) / 1'000'000;
}

// A sealed memfd of the daemon's, mapped while in scope.
class Mapped {
public:
    explicit Mapped(int descriptor) {
        struct stat file {};
        if (fstat(descriptor, &file) != 0 || file.st_size <= 0) return;
        size_ = static_cast<size_t>(file.st_size);
        void* at = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
        if (at != MAP_FAILED) bytes_ = static_cast<const char*>(at);
    }
    ~Mapped() {
        if (bytes_ != nullptr) munmap(const_cast<char*>(bytes_), size_);
    }
    Mapped(const Mapped&) = delete;
    Mapped& operator=(const Mapped&) = delete;
    bool is_good() const { return bytes_ != nullptr; }
    std::string_view view() const { return {bytes_, size_}; }

private:
    const char* bytes_ = nullptr;
    size_t size_ = 0;
};

}  // namespace

void send_or_exit(FrameType type, std::string_view payload) {
    WaitBudget for_ever;
    if (!send_frame(worker_socket, type, payload, for_ever)) _exit(0);
}

// ---- FrameOutput -------------------------------------------------------------------------------------------------

void FrameOutput::begin(bool is_capped) {
    is_capped_ = is_capped;
    given_ = 0;
}

bool FrameOutput::has_room(size_t size) {
    return !is_capped_ || (given_ += size) <= output_size_max_;
}

int32_t FrameOutput::record(const Shape& shape, const void* record) {
    const size_t start = records_.size();
    WireWriter(records_).number32(shape.id);
    if (!encode_record(shape, record, records_)) {
        records_.resize(start);
        return refuse(shape, record);
    }
    if (!has_room(records_.size() - start)) {
        records_.resize(start);
        return TRIBUTARY_FULL;
    }
    if (records_.size() >= records_frame_size) flush();
    return TRIBUTARY_OK;
}

// The daemon cannot be shown the record, so it is told what is wrong with it.
int32_t FrameOutput::refuse(const Shape& shape, const void* record) {
    const auto checked = check_shape(shape, record);
    flush();
    send_or_exit(FrameType::fault, checked ? std::string(shape.name) + " cannot be carried" : checked.error().message);
    return TRIBUTARY_FULL;
}

int32_t FrameOutput::bytes(std::string_view bytes) {
    if (!has_room(bytes.size())) return TRIBUTARY_FULL;
    bytes_.append(bytes);
    if (bytes_.size() >= records_frame_size) flush();
    return TRIBUTARY_OK;
}

void FrameOutput::flush() {
    if (!records_.empty()) send_or_exit(FrameType::records, records_);
    if (!bytes_.empty()) send_or_exit(FrameType::bytes, bytes_);
    records_.clear();
    bytes_.clear();
}

// ---- Session -------------------------------------------------------------------------------------------------------

Session::Session(const tributary_connector& connector, uint64_t output_size_max)
    : connector_(connector),
      host_{sizeof(tributary_host), TRIBUTARY_ABI_MINOR, this, &write_log},
      output_(output_size_max),
      feed_sink_(feed_sink_to(output_)) {}

void Session::serve() {
    for (;;) {
        WaitBudget for_ever;
        const auto frame = receive_frame(worker_socket, for_ever);
        if (!frame) _exit(0);
        arena_.reset();
        output_.begin(frame->type == FrameType::call || frame->type == FrameType::create);
        const CallReply reply = answer(*frame);
        output_.flush();
        std::string payload;
        WireWriter writer(payload);
        writer.number32(static_cast<uint32_t>(reply.status));
        writer.number32(reply.more);
        writer.number64(processor_time_ms());
        send_or_exit(FrameType::done, payload);
    }
}

CallReply Session::answer(const Frame& frame) {
    switch (frame.type) {
        case FrameType::create:
            return create(frame);
        case FrameType::call:
            return call(frame);
        case FrameType::open:
            return open(frame);
        case FrameType::push:
            return push(frame);
        case FrameType::finish:
            return finish();
        case FrameType::close:
            return close();
        default:
            return {TRIBUTARY_BAD_ARGUMENT, 0};
    }
}

CallReply Session::create(const Frame& frame) {
    if (instance_ != nullptr) return {TRIBUTARY_BAD_ARGUMENT, 0};
    const auto pairs = read_pairs(frame.payload);
    const int32_t status = shielded([&] { return connector_.create(&host_, pairs.data(), pairs.size(), &instance_); });
    return {status == TRIBUTARY_OK && instance_ == nullptr ? TRIBUTARY_INTERNAL : status, 0};
}

CallReply Session::call(const Frame& frame) {
    WireReader in(frame.payload);
    CallInput input;
    input.op = static_cast<Op>(in.number32());
    const OpTraits* traits = traits_of(input.op);
    if (traits == nullptr || instance_ == nullptr) return {TRIBUTARY_BAD_ARGUMENT, 0};
    input.subject = decode_record(*traits->subject, in, arena_);
    if (in.number32() != 0) {
        input.response = static_cast<const tributary_http_response*>(decode_record(http_response_shape, in, arena_));
    }
    if (input.subject == nullptr || (input.response == nullptr) == traits->has_response)
        return {TRIBUTARY_BAD_ARGUMENT, 0};
    return invoke(connector_, instance_, input, output_);
}

CallReply Session::open(const Frame& frame) {
    if (instance_ == nullptr || session_ != nullptr || connector_.feed == nullptr) return {TRIBUTARY_BAD_ARGUMENT, 0};
    const auto pairs = read_pairs(frame.payload);
    const int32_t status =
        shielded([&] { return connector_.feed->open(instance_, pairs.data(), pairs.size(), &feed_sink_, &session_); });
    return {status == TRIBUTARY_OK && session_ == nullptr ? TRIBUTARY_INTERNAL : status, 0};
}

CallReply Session::push(const Frame& frame) {
    if (session_ == nullptr) return {TRIBUTARY_BAD_ARGUMENT, 0};
    if (!frame.descriptor) return {push_all(frame.payload), 0};
    const Mapped chunk(frame.descriptor.get());
    if (!chunk.is_good()) return {TRIBUTARY_BAD_ARGUMENT, 0};
    return {push_all(chunk.view()), 0};
}

// The output never asks to be called again: a connector that stops early without its having refused is broken.
int32_t Session::push_all(std::string_view bytes) {
    uint64_t taken = 0;
    const int32_t status = shielded([&] { return connector_.feed->push(session_, span_of(bytes), &taken); });
    if (status != TRIBUTARY_OK || taken == bytes.size()) return status;
    output_.flush();
    send_or_exit(FrameType::fault,
                 "push took " + std::to_string(taken) + " of " + std::to_string(bytes.size()) + " bytes and said OK");
    return TRIBUTARY_INTERNAL;
}

CallReply Session::finish() {
    if (session_ == nullptr) return {TRIBUTARY_BAD_ARGUMENT, 0};
    return {shielded([&] { return connector_.feed->finish(session_); }), 0};
}

CallReply Session::close() {
    if (session_ == nullptr) return {TRIBUTARY_BAD_ARGUMENT, 0};
    tributary_session* closing = std::exchange(session_, nullptr);
    return {shielded([&] { return connector_.feed->close(closing), TRIBUTARY_OK; }), 0};
}

}  // namespace tributary::host::worker
