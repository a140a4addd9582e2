// Runs the X12 connector through its C tables as the host would, and writes down every record as one line of text.
// Chunking and a sink that is full now and then are the caller's choice; the text must not depend on them.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/sdk/connector.hpp"

namespace tributary::x12::test {

using ProfilePairs = std::map<std::string, std::string>;

struct Run {
    size_t chunk = SIZE_MAX;             // bytes a push
    std::vector<size_t> splits;          // instead: push up to each of these offsets, then the rest
    bool is_sink_full_at_times = false;  // every other record is refused once
};

struct Outcome {
    int32_t opened = TRIBUTARY_OK, status = TRIBUTARY_OK;
    std::string dump;                   // the records
    std::string answer;                 // what acknowledge() wrote for all interchanges, one after the other
    std::vector<std::string> verdicts;  // "interchange A 000", "set R 4", ... of the END records, in order
    std::vector<std::string> codes;     // of the diagnostics, in order
    std::vector<std::string> log;
    uint32_t reports = 0, events = 0;
};

// format: "" = as the core would ask: 997 always, TA1 when wanted or rejected.
Outcome decode(std::string_view input, const ProfilePairs& profile = {}, const Run& run = {},
               std::string_view format = "");

// now_ms of every answer: 2026-11-02 09:30 UTC.
constexpr int64_t answer_time_ms = 1793611800000;

}  // namespace tributary::x12::test
