// tributary-worker: started by the daemon, never by hand. Descriptor 3 is the socket to the daemon, descriptor 4 the
// connector's library in a sealed memfd. Confines itself, loads the library, tells its manifest and serves calls.
#include <cstdio>
#include <cstdlib>

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/encoding.hpp"
#include "plugins/host/elf.hpp"
#include "plugins/host/loader.hpp"
#include "plugins/host/worker/sandbox.hpp"
#include "plugins/host/worker/session.hpp"

namespace tributary::host::worker {
namespace {

[[noreturn]] void refuse(LoadRefusal reason, const std::string& sentence) {
    std::string payload;
    WireWriter writer(payload);
    writer.number32(static_cast<uint32_t>(reason));
    writer.text(sentence);
    send_or_exit(FrameType::refused, payload);
    _exit(0);
}

struct Start {
    Limits limits;
    uint64_t output_size_max = 0;
};

Start receive_start() {
    WaitBudget for_ever;
    const auto frame = receive_frame(worker_socket, for_ever);
    if (!frame || frame->type != FrameType::start) _exit(0);
    WireReader in(frame->payload);
    Start start;
    start.limits.memory_size_max = in.number64();
    start.output_size_max = in.number64();
    start.limits.cpu_s_max = in.number32();
    return start;
}

std::vector<std::string> needed_libraries() {
    struct stat file {};
    if (fstat(worker_library, &file) != 0) refuse(LoadRefusal::missing_file, "the daemon handed over no library");
    std::string bytes(static_cast<size_t>(file.st_size), '\0');
    if (pread(worker_library, bytes.data(), bytes.size(), 0) != file.st_size)
        refuse(LoadRefusal::not_a_library, "cannot be read");
    const auto library = read_elf_library(bytes);
    if (!library) refuse(LoadRefusal::not_a_library, library.error().message);
    return library->needed;
}

Loaded load_library() {
    void* library = dlopen(library_path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* why = dlerror();
        refuse(LoadRefusal::cannot_load,
               fmt::format("cannot be loaded: {}", printable(why == nullptr ? "?" : why, 512)));
    }
    using Entry = const tributary_connector* (*)();
    const auto entry = reinterpret_cast<Entry>(dlsym(library, "tributary_connector_v1"));
    if (entry == nullptr) refuse(LoadRefusal::missing_symbol, "does not export tributary_connector_v1");
    if (const auto sealed = seal(); !sealed) refuse(LoadRefusal::cannot_load, sealed.error().message);
    auto loaded = check_descriptor(entry());
    if (!loaded) refuse(loaded.error().reason, loaded.error().sentence);
    return std::move(*loaded);
}

[[noreturn]] void run() {
    const Start start = receive_start();
    if (const auto confined = confine(start.limits, needed_libraries()); !confined) {
        refuse(LoadRefusal::cannot_load, confined.error().message);
    }
    const Loaded loaded = load_library();
    std::string manifest;
    encode_manifest(loaded.manifest, manifest);
    send_or_exit(FrameType::ready, manifest);
    Session session(*loaded.descriptor, start.output_size_max);
    session.serve();
}

}  // namespace
}  // namespace tributary::host::worker

int main() {
    struct stat descriptor {};
    if (fstat(tributary::host::worker_socket, &descriptor) != 0 || !S_ISSOCK(descriptor.st_mode)) {
        std::fputs("tributary-worker is started by tributaryd\n", stderr);
        return 64;
    }
    tributary::host::worker::run();
}
