// libFuzzer target of the X12 connector. The first byte chooses chunk size and leniency, the rest is the file.
// Beyond memory errors it checks what must hold for any bytes: the records do not depend on the chunks, and the answer
// of a readable interchange is readable itself.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tests/unit/x12/feed_harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace tributary::x12::test;
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const ProfilePairs profile = {{"lenient", (data[0] & 1) != 0 ? "true" : "false"},
                                  {"order", (data[0] & 2) != 0 ? "lenient" : "strict"}};
    const Outcome whole = decode(input, profile);
    Run run;
    run.chunk = 1 + (data[0] >> 3);
    run.is_sink_full_at_times = (data[0] & 4) != 0;
    if (decode(input, profile, run).dump != whole.dump) std::abort();
    if (!whole.answer.empty() && !decode(whole.answer).answer.empty()) std::abort();
    return 0;
}
