// Flow: decode -> resolve -> evaluate -> post, for every source. Owns one thread that works interchanges off in arrival
// order. Pass one decodes the whole interchange, writes the capped report, records the verdict and the answer durably;
// pass two decodes again and posts the accepted sets in batches behind a durable cursor. After a crash recover() goes
// on where the cursor stands: every key grows from (interchange, line, incentive), so a step done twice counts once.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/json.hpp"
#include "core/base/random.hpp"
#include "core/base/strong_id.hpp"
#include "core/rules/evaluate.hpp"
#include "core/store/ledger_store.hpp"
#include "core/store/store.hpp"
#include "plugins/host/connector.hpp"

namespace tributary::flow {

// One partner's feed: feeds.d/<name>.toml.
struct FeedProfile {
    std::string name;         // "acme-867"
    std::string connector;    // name of a feed connector
    bool is_live = false;     // false: everything is a test and posts nothing
    std::string distributor;  // party code; "" = told by the report's own distributor id
    host::Profile profile;    // options of the feed connector
    uint64_t size_max = 2ull << 30;
    bool wants_ta1_always = false;
    std::string answer_folder;  // answers of folder interchanges; "" = beside the file
};

// What became of an interchange; the JSON of /v1/interchanges/{seq}.
struct Outcome {
    InterchangeSeq seq;
    std::string state;       // received | posting | done | rejected | duplicate | test | held
    std::string ack;         // bytes to answer with, may be empty
    std::string ack_format;  // "TA1+997"
    json::object summary;    // counts, envelopes, sets, report (capped errors)
};

struct Parts {
    store::Store& store;
    store::Ledger& ledger;
    Clock& clock;
    Random& random;
    std::string spool_directory;
    int64_t retry_first_ms = 1'000;   // after a failed attempt; doubles
};

struct Settings {  // replaced whole on reload
    std::map<std::string, FeedProfile> feeds;
    std::map<std::string, std::shared_ptr<host::Connector>> connectors;  // feed connectors by name
    std::vector<rules::AppliedProgram> programs;
    std::string notice_connector;  // "" = no notices
};

struct RetryReport {
    int64_t tried = 0, posted = 0, still_open = 0;
    std::map<std::string, int64_t> causes;  // of what is still open
};

class Flow {
public:
    static std::unique_ptr<Flow> create(Parts parts, Settings settings);
    virtual ~Flow() = default;                             // stops after the batch that runs
    virtual void replace_settings(Settings settings) = 0;  // between interchanges
    virtual Result<void> recover() = 0;                    // enqueue what is unfinished; before start
    virtual void start() = 0;
    virtual void stop() = 0;
    virtual void enqueue(InterchangeSeq seq) = 0;
    // Called once when pass one's verdict and answer are durable (the acknowledgement may go out), from the flow's
    // thread.
    virtual void when_answered(InterchangeSeq seq, std::function<void(Result<Outcome>)> done) = 0;
    // Called once when everything is posted.
    virtual void when_done(InterchangeSeq seq, std::function<void(Result<Outcome>)> done) = 0;
    // What would happen; changes nothing. The bytes are a file on disk.
    virtual Result<json::object> validate(const std::string& feed, const std::string& path) = 0;
    // Posts open exceptions that resolve now. id 0: all, or those of cause/subject ("" = any). dry: only tell.
    virtual Result<RetryReport> retry_exceptions(int64_t id, const std::string& cause, const std::string& subject,
                                                 bool dry) = 0;
    virtual size_t queue_length() const = 0;
};

Result<Outcome> outcome_of(store::Store& store, InterchangeSeq seq);  // any thread

// Stores programs as versions (a new one when the text changed), opens incentives and their budget accounts.
Result<std::vector<rules::AppliedProgram>> apply_programs(store::Store& store, store::Ledger& ledger,
                                                          std::vector<rules::Program> programs, Clock& clock,
                                                          const std::string& actor);
// Puts money into an incentive's budget, then tries waiting awards in arrival order. key makes a repeat harmless.
struct FundReport {
    int64_t balance = 0, awards_released = 0, awards_waiting = 0;
};
Result<FundReport> fund_budget(store::Store& store, store::Ledger& ledger, Clock& clock, const std::string& program,
                               const std::string& incentive, int64_t amount, const std::string& key,
                               const std::string& actor);

}  // namespace tributary::flow
