// Stands in for tributary-worker in tests and breaks its protocol in the way its first argument's file name says.
#include <string_view>

#include <unistd.h>

#include "core/base/random.hpp"
#include "plugins/host/worker_process.hpp"

namespace tributary::host {
namespace {

WaitBudget for_ever;

void say(FrameType type, std::string_view payload) {
    static_cast<void>(send_frame(worker_socket, type, payload, for_ever).has_value());
}
void hear() {
    static_cast<void>(receive_frame(worker_socket, for_ever).has_value());
}
void say_raw(const void* bytes, size_t size) {
    static_cast<void>(!write(worker_socket, bytes, size));
}
std::string done() {
    return std::string(16, '\0');
}

std::string manifest(const char* id) {
    Manifest made;
    made.id = id, made.version = "1.0.0", made.title = "Liar", made.kind = Kind::payout;
    std::string bytes;
    encode_manifest(made, bytes);
    return bytes;
}

void lie_at_start(std::string_view lie) {
    if (lie == "garbage") {
        const std::string bytes = SeededRandom(5).bytes(5000);
        say_raw(bytes.data(), bytes.size());
    } else if (lie == "huge_frame") {
        const uint32_t header[] = {0xffffffffu, static_cast<uint32_t>(FrameType::ready)};
        say_raw(header, sizeof header);
    } else if (lie == "half_header") {
        say_raw("abc", 3);
    } else if (lie == "early_records") {
        say(FrameType::records, "abcd");
    } else if (lie == "cut_manifest") {
        say(FrameType::ready, manifest("liar").substr(0, 20));
    } else if (lie == "evil_manifest") {
        say(FrameType::ready, manifest("../../etc"));
    }
}

void lie_in_call(std::string_view lie) {
    say(FrameType::ready, manifest("liar"));
    hear();
    say(FrameType::done, done());  // create
    hear();                        // build
    std::string record;
    WireWriter(record).number32(lie == "unknown_shape" ? 4711 : http_request_shape.id);
    if (lie == "unknown_shape" || lie == "cut_record") return say(FrameType::records, record + "1234");
    if (lie == "short_done") return say(FrameType::done, "1");
    if (lie == "two_manifests") return say(FrameType::ready, manifest("liar"));
    if (lie == "foreign_record") {
        tributary_payout_job job{};
        job.struct_size = sizeof job;
        record.clear();
        WireWriter(record).number32(payout_job_shape.id);
        encode_record(payout_job_shape, &job, record);
        say(FrameType::records, record);
        return say(FrameType::done, done());
    }
    for (;;) say(FrameType::bytes, std::string(1 << 20, 'x'));  // endless_bytes
}

}  // namespace
}  // namespace tributary::host

int main(int argc, char** argv) {
    using namespace tributary::host;
    if (argc < 2) return 64;
    std::string_view lie = argv[1];
    lie = lie.substr(lie.rfind('/') + 1);
    lie = lie.substr(0, lie.rfind('.'));
    hear();  // start
    lie_at_start(lie);
    if (lie != "garbage" && lie != "huge_frame" && lie != "half_header" && !lie.ends_with("_manifest") &&
        lie != "early_records") {
        lie_in_call(lie);
    }
    return 0;
}
