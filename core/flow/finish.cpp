// The end of an interchange: returns that came before their sale, the notices of what was earned, the final state.
#include <fmt/format.h>

#include "core/flow/raw_event.hpp"
#include "core/flow/work.hpp"
#include "core/notice/notice.hpp"

namespace tributary::flow {
namespace {

constexpr int64_t exceptions_retried_max = 10'000;

void retry_own_returns(store::Tx& tx, Parts& parts, Poster& poster, const Work& work) {
    std::vector<int64_t> exceptions;
    {
        store::Rows rows = tx.query(
            "SELECT id FROM exception WHERE event_id >= ? AND event_id < ? AND cause IN ('return_unmatched', "
            "'return_exceeds_sale') AND state = 'open' ORDER BY event_id LIMIT ?",
            event_id_of(work.seq, 0), event_id_of(InterchangeSeq{work.seq.value + 1}, 0), exceptions_retried_max);
        while (rows.next()) exceptions.push_back(rows.integer(0));
    }
    std::string cause;
    for (const int64_t exception : exceptions)
        retry_exception(tx, poster, exception, work.feed.distributor, parts.clock.now_ms(), cause);
}

// One mail a person: what this interchange earned, by incentive.
class Summaries {
public:
    Summaries(store::Tx& tx, Parts& parts, const Poster& poster, const Work& work)
        : tx_(tx), parts_(parts), poster_(poster), work_(work) {}

    void enqueue_all() {
        struct Row {
            PartyId recipient;
            std::string title, unit;
            int64_t amount;
        };
        std::vector<Row> earned;
        {
            store::Rows rows = tx_.query(
                "SELECT a.recipient, a.incentive, a.unit, sum(a.amount) FROM award a "
                "JOIN party p ON p.id = a.recipient AND p.kind = 'person' "
                "WHERE a.event_id >= ? AND a.event_id < ? AND a.reverses = 0 AND a.seq NOT IN (SELECT award FROM "
                "waiting_award) "
                "GROUP BY a.recipient, a.unit, a.incentive ORDER BY a.recipient, a.unit, a.incentive",
                event_id_of(work_.seq, 0), event_id_of(InterchangeSeq{work_.seq.value + 1}, 0));
            while (rows.next())
                earned.push_back({PartyId{rows.integer(0)}, poster_.title_of(IncentiveId{rows.integer(1)}),
                                  rows.string(2), rows.integer(3)});
        }
        for (size_t from = 0, to = 0; from < earned.size(); from = to) {
            json::array lines;
            int64_t total = 0;
            for (to = from; to < earned.size() && earned[to].recipient == earned[from].recipient &&
                            earned[to].unit == earned[from].unit;
                 ++to) {
                lines.push_back({{"title", earned[to].title},
                                 {"amount", format_minor(earned[to].amount, *unit_of(earned[to].unit))}});
                total += earned[to].amount;
            }
            enqueue(earned[from].recipient, earned[from].unit, total, std::move(lines));
        }
    }

private:
    void enqueue(PartyId person, const std::string& unit_code, int64_t total, json::array lines) {
        const int64_t now = parts_.clock.now_ms();
        const auto contact = directory::contact_of(tx_, person, date_of_ms(now));
        if (!contact || contact->email.empty()) return;
        const Unit unit = *unit_of(unit_code);
        const AccountId wallet{tx_.one_integer("SELECT id FROM account WHERE code = ?",
                                               wallet_code(directory::party_code(tx_, person), unit_code))
                                   .value_or(0)};
        const ledger::Account* account = wallet ? parts_.ledger.find(tx_, wallet) : nullptr;
        json::object data;
        data["name"] = contact->name;
        data["file"] = tx_.one_text("SELECT file_name FROM interchange WHERE seq = ?", work_.seq).value_or("");
        data["lines"] = std::move(lines);
        data["total"] = format_minor(total, unit);
        data["balance"] = format_minor(account == nullptr ? total : account->available(), unit);
        notice::enqueue(tx_, "award_summary",
                        fmt::format("award_summary/{}/{}/{}", work_.seq.value, person.value, unit_code), person,
                        work_.notice_connector, data, now, work_.trace_id);
    }

    store::Tx& tx_;
    Parts& parts_;
    const Poster& poster_;
    const Work& work_;
};

}  // namespace

bool retry_exception(store::Tx& tx, Poster& poster, int64_t exception, const std::string& distributor_code,
                     int64_t now_ms, std::string& cause) {
    EventId id;
    int64_t report = 0;
    std::string raw;
    {
        store::Rows rows =
            tx.query("SELECT event_id, report, raw, cause FROM exception WHERE id = ? AND state = 'open'", exception);
        if (!rows.next()) return false;
        id = EventId{rows.integer(0)}, report = rows.integer(1), raw = rows.string(2), cause = rows.string(3);
    }
    const auto parsed = parse_json(raw, 16 << 20);
    if (!parsed || !parsed->is_object()) {
        tx.refuse(fail(ErrorCode::corrupt, fmt::format("exception {} holds no readable event", exception)));
        return false;
    }
    const LineOutcome outcome = poster.post_line(tx, load_report(tx, report, distributor_code), id,
                                                 event_from_json(parsed->get_object()), false);
    if (outcome.result == LineResult::exception) {
        cause = outcome.why.cause;
        tx.run("UPDATE exception SET cause = ?, subject = ?, detail = ? WHERE id = ?", outcome.why.cause,
               outcome.why.subject, outcome.why.detail, exception);
        return false;
    }
    const bool is_posted = outcome.result == LineResult::posted;
    tx.run("UPDATE exception SET state = ?, closed_at = ?, raw = '' WHERE id = ?", is_posted ? "posted" : "duplicate",
           now_ms, exception);
    tx.run(
        "UPDATE interchange_state SET exceptions = exceptions - 1, events_posted = events_posted + ?, duplicates = "
        "duplicates + ?, awards = awards + ? WHERE interchange = ?",
        is_posted, !is_posted, outcome.awards.posted + outcome.awards.waiting, interchange_of(id));
    return true;
}

void finish(store::Tx& tx, Parts& parts, Poster& poster, const Work& work) {
    retry_own_returns(tx, parts, poster, work);
    if (!work.notice_connector.empty()) Summaries(tx, parts, poster, work).enqueue_all();
    tx.run("UPDATE interchange_state SET state = 'done', error = '', changed_at = ? WHERE interchange = ?",
           parts.clock.now_ms(), work.seq);
}

}  // namespace tributary::flow
