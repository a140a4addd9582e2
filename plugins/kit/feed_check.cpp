// Feeds and sources: any chunking gives the same records, any bytes end in records or a clean refusal.
#include <algorithm>

#include "core/base/random.hpp"
#include "plugins/kit/runner.hpp"

namespace tributary::kit {
namespace {

struct Decoded {
    Result<host::DecodeSummary> summary;
    std::vector<Record> records;
};

Decoded decode(const Runner& runner, host::FeedConnector& feed, std::string_view text,
               std::vector<size_t> pieces = {}) {
    TextSource source(text, std::move(pieces));
    RecordingSink sink;
    auto summary = feed.decode(source, sink, runner.subject().profile, {});
    return {std::move(summary), std::move(sink.records)};
}

bool is_same(const Decoded& a, const Decoded& b) {
    if (a.summary.has_value() != b.summary.has_value()) return false;
    return a.summary ? a.records == b.records : a.summary.error().code == b.summary.error().code;
}

std::vector<std::string> hostile_files(const std::string& sample) {
    std::vector<std::string> files = hostile_texts();
    SeededRandom random(42);
    for (const size_t size : {size_t{2}, size_t{64}, size_t{4096}, size_t{300'000}})
        files.push_back(random.bytes(size));
    for (const char c : std::string_view("*~'+:;,\"<>&\n\r\t\x1d\x1e\x1f ")) files.emplace_back(20'000, c);
    files.push_back("\xef\xbb\xbf" + sample);
    files.push_back(sample + sample);
    files.push_back(sample + "garbage");
    for (int i = 0; i < 200 && !sample.empty(); ++i) {  // a byte changed, dropped or doubled
        std::string spoiled = sample;
        const size_t at = random.below(sample.size());
        if (i % 3 == 0) spoiled[at] = random.bytes(1)[0];
        if (i % 3 == 1) spoiled.erase(at, 1);
        if (i % 3 == 2) spoiled.insert(at, 1, spoiled[at]);
        files.push_back(std::move(spoiled));
    }
    return files;
}

// Cut points of a sample: all of them while it is small, else some thousand spread over it.
std::vector<size_t> cut_points(size_t size) {
    std::vector<size_t> points;
    const size_t stride = std::max<size_t>(1, size / 2000);
    for (size_t at = 1; at < size; at += at < 512 ? 1 : stride) points.push_back(at);
    return points;
}

void check_sample(Runner& runner, host::FeedConnector& feed) {
    const std::string& sample = runner.subject().sample;
    const Decoded whole = decode(runner, feed, sample);
    runner.check("the sample decodes", [&](Check& check) {
        if (!whole.summary) return check.complain("{}", whole.summary.error().message);
        if (whole.summary->events == 0) check.complain("it gives no event");
        for (const Record& record : whole.records) {
            const auto* finding = std::get_if<host::Diagnostic>(&record);
            if (finding != nullptr && finding->severity == TRIBUTARY_ERROR)
                check.complain("{} {}", finding->code, finding->message);
        }
    });
    runner.check("every split of the sample gives the same records", [&](Check& check) {
        for (const size_t at : cut_points(sample.size())) {
            if (!is_same(decode(runner, feed, sample, {at, sample.size()}), whole))
                check.complain("a split at byte {}", at);
        }
        for (const size_t piece : {size_t{1}, size_t{3}, size_t{7}, size_t{64}}) {
            if (!is_same(decode(runner, feed, sample, {piece}), whole)) check.complain("pieces of {} bytes", piece);
        }
    });
    runner.check("the sample cut short ends in records or a refusal", [&](Check& check) {
        for (const size_t at : cut_points(sample.size())) {
            const Decoded cut = decode(runner, feed, std::string_view(sample).substr(0, at));
            if (!cut.summary && is_fault(cut.summary.error()))
                check.complain("cut at byte {}: {}", at, cut.summary.error().message);
        }
    });
}

void check_acknowledge(Runner& runner, host::FeedConnector& feed) {
    runner.check("acknowledge gives the same bytes for the same verdicts", [&](Check& check) {
        host::AckRequest request;
        request.control_number = 7, request.now_ms = 1'790'000'000'000;
        const Decoded whole = decode(runner, feed, runner.subject().sample);
        for (const Record& record : whole.records) {
            if (const auto* one = std::get_if<host::Interchange>(&record)) request.interchange = *one;
            if (const auto* one = std::get_if<host::Group>(&record); one && one->phase == TRIBUTARY_END)
                request.groups.push_back(*one);
            if (const auto* one = std::get_if<host::Set>(&record); one && one->phase == TRIBUTARY_END)
                request.sets.push_back(*one);
        }
        for (const uint32_t verdict : {uint32_t{TRIBUTARY_ACCEPTED}, uint32_t{TRIBUTARY_REJECTED}}) {
            for (const char* format : {"", "TA1", "997", "TA1+997", "999", "CONTRL", "no such format"}) {
                request.interchange.verdict = verdict, request.format = format;
                const auto first = feed.acknowledge(request);
                const auto second = feed.acknowledge(request);
                if (!first && is_fault(first.error())) check.complain("{}: {}", format, first.error().message);
                if (first && (!second || *first != *second)) check.complain("{}: the second answer differs", format);
            }
        }
    });
}

}  // namespace

void check_feed(Runner& runner) {
    const auto connector = runner.open();
    host::FeedConnector& feed = *(*connector)->as_feed();
    if (!runner.subject().sample.empty()) check_sample(runner, feed);
    runner.check("hostile files end in records or a refusal, and twice in the same", [&](Check& check) {
        for (const std::string& file : hostile_files(runner.subject().sample)) {
            const Decoded first = decode(runner, feed, file);
            if (!first.summary && is_fault(first.summary.error()))
                check.complain("a file of {} bytes: {}", file.size(), first.summary.error().message);
            if (!is_same(first, decode(runner, feed, file, {5, 1000})))
                check.complain("a file of {} bytes differs when split", file.size());
        }
    });
    check_acknowledge(runner, feed);
}

void check_source(Runner& runner) {
    const auto connector = runner.open();
    host::SourceConnector& source = *(*connector)->as_source();
    runner.check("the same poll gives the same request", [&](Check& check) {
        for (const host::SourcePoll& poll : {host::SourcePoll{}, host::SourcePoll{"cursor-1", 1'790'000'000'000}}) {
            const auto first = source.build(poll);
            const auto second = source.build(poll);
            if (!first) return check.complain("{}", first.error().message);
            if (!second || *first != *second) check.complain("the second request differs");
        }
    });
    runner.check("every answer gives events or a refusal, and twice the same", [&](Check& check) {
        for (const Answer& answer : every_answer()) {
            RecordingSink one, two;
            const auto first = source.interpret({}, answer.response, one);
            const auto second = source.interpret({}, answer.response, two);
            if (!first && is_fault(first.error())) check.complain("{}: {}", answer.name, first.error().message);
            if (one.records != two.records || first.has_value() != second.has_value())
                check.complain("{}: differs", answer.name);
            if (answer.response.status >= 300 && !one.records.empty()) check.complain("{}: events", answer.name);
        }
    });
}

}  // namespace tributary::kit
