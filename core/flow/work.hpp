// What the parts of the flow share about the interchange at hand. Internal to core/flow.
#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "core/base/file.hpp"
#include "core/flow/flow.hpp"
#include "core/flow/intake_facts.hpp"
#include "core/flow/poster.hpp"

namespace tributary::flow {

struct Work {
    InterchangeSeq seq;
    FeedProfile feed;
    std::shared_ptr<host::Connector> connector;
    std::string notice_connector;
    std::string spool_path, trace_id, state;
    Digest sha256{};
    int64_t size = 0, cursor = 0;
};

// The spooled file as a stream; forgets what it read (memory stays flat, also in the page cache's share).
class FileSource final : public host::ByteSource {
public:
    static Result<FileSource> open(const std::string& path);
    Result<size_t> read(char* buffer, size_t size) override;

private:
    explicit FileSource(FileDescriptor fd) : fd_(std::move(fd)) {}
    FileDescriptor fd_;
};

// Pass one: decodes, decides on every envelope and set, makes the answer, and stores all of it in one durable write.
// Answers the new state.
Result<std::string> decide(Parts& parts, Work& work);

// Pass two: posts the accepted sets behind the cursor, in batches. stop: leave after the batch at hand (answers false).
Result<bool> post_interchange(Parts& parts, Poster& poster, Work& work, const std::atomic<bool>& stop);

// ---- reports (replace.cpp) ----
struct OpenedReport {
    ReportFacts facts;
    bool is_repeat = false;  // the same report came live from another interchange: its lines are not posted
    bool is_cancel = false;  // its lines are not posted either
};
// Finds or makes the report's row; for replace and cancel marks what it supersedes. set: envelope << 32 | ordinal.
OpenedReport open_report(store::Tx& tx, const Work& work, const host::Report& report, int64_t set);
// Reverses what superseded reports of this row still have posted, at most count_max events; how many it did.
int64_t reverse_superseded(store::Tx& tx, Poster& poster, int64_t report_row, int64_t count_max);
ReportFacts load_report(store::Tx& tx, int64_t report_row, const std::string& distributor_code);

// ---- the end of an interchange (finish.cpp) ----
void finish(store::Tx& tx, Parts& parts, Poster& poster, const Work& work);
// Tries an open exception again; true when it is posted (or turned out a duplicate).
bool retry_exception(store::Tx& tx, Poster& poster, int64_t exception, const std::string& distributor_code,
                     int64_t now_ms, std::string& cause);

json::object summary_of(store::Tx& tx, InterchangeSeq seq);

// What would happen to the file of work.spool_path; changes nothing (preview.cpp).
Result<json::object> preview(Parts& parts, Work& work,
                             std::shared_ptr<const std::vector<rules::AppliedProgram>> programs);

}  // namespace tributary::flow
