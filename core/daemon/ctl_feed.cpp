// Interchanges, exceptions and the directory.
#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/base/file.hpp"
#include "core/daemon/ctl.hpp"

namespace tributary::ctl {
namespace {

constexpr uint64_t interchange_size_max = 4ull << 30;
constexpr uint64_t csv_size_max = 256ull << 20;
constexpr int64_t long_timeout_ms = 3'600'000;

Result<Call> upload(const FileSend& send, const char* what) {
    TRIBUTARY_TRY(std::string bytes, read_file(send.file, interchange_size_max));
    Call call;
    call.method = "POST";
    call.path = fmt::format("/v1/feeds/{}/{}", escape(send.feed), what);
    call.body = std::move(bytes);
    call.body_type = "application/octet-stream";
    call.timeout_ms = long_timeout_ms;
    return call;
}

std::string counts_text(const json::object& o) {
    return fmt::format("{} lines, {} posted, {} exceptions, {} duplicates, {} awards, {} errors", int_or(o, "lines"),
                       int_or(o, "posted"), int_or(o, "exceptions"), int_or(o, "duplicates"), int_or(o, "awards"),
                       int_or(o, "errors"));
}

// The findings of pass one, whatever depth they stand at: objects that say line and message. Whole, not cut: people
// must be able to act on them.
void add_findings(const json::value& value, std::string& out) {
    if (value.is_array())
        for (const json::value& item : value.as_array()) add_findings(item, out);
    if (!value.is_object()) return;
    const json::object& o = value.as_object();
    if (!o.contains("message") || !o.contains("line")) {
        for (const auto& [name, inner] : o) add_findings(inner, out);
        return;
    }
    out += harmless(fmt::format("line {}, column {}: {} {}: {}", cell(value, "line"), cell(value, "column"),
                                cell(value, "severity"), cell(value, "code"), cell(value, "message"))) +
           "\n";
    if (const std::string hint = cell(value, "hint"); !hint.empty()) out += "    " + harmless(hint) + "\n";
}

std::string findings_text(const json::value& report) {
    std::string out;
    add_findings(report, out);
    return out.empty() ? out : "\n" + out;
}

std::string preview_text(const json::object& o) {
    const json::value v(o);
    Facts facts;
    facts.add("would be", cell(v, "would_be"));
    facts.add("lines", fmt::format("{}: {} would be posted, {} would wait, {} duplicates", cell(v, "lines"),
                                   cell(v, "would_post"), cell(v, "would_wait"), cell(v, "duplicates")));
    facts.add("sets", fmt::format("{}, {} rejected", cell(v, "sets"), cell(v, "sets_rejected")));
    facts.add("awards", fmt::format("{}, {} would wait for their budget", cell(v, "awards"),
                                    cell(v, "awards_waiting_for_budget")));
    Table table({{"AT LINE", Align::right}, {"CAUSE"}, {"SUBJECT", Align::left, true}, {"DETAIL", Align::left, true}});
    if (const json::value* lines = find(o, "not_posted"); lines != nullptr && lines->is_array())
        for (const json::value& line : lines->as_array())
            table.add({cell(line, "at_line"), cell(line, "cause"), cell(line, "subject"), cell(line, "detail")});
    return facts.text() + (table.is_empty() ? "" : "\n" + table.text()) + findings_text(v);
}

std::string envelopes_text(const json::object& o) {
    Table table({{"ENVELOPE"},
                 {"SENDER", Align::left, true},
                 {"CONTROL"},
                 {"SET"},
                 {"CONTROL"},
                 {"VERDICT"},
                 {"LINES", Align::right},
                 {"REPORT", Align::left, true}});
    const json::value* envelopes = find(o, "envelopes");
    if (envelopes == nullptr || !envelopes->is_array()) return {};
    for (const json::value& envelope : envelopes->as_array()) {
        const json::value* sets = envelope.is_object() ? find(envelope.as_object(), "sets") : nullptr;
        if (sets == nullptr || !sets->is_array() || sets->as_array().empty()) {
            table.add({cell(envelope, "envelope"), cell(envelope, "sender"), cell(envelope, "control_number"), "", "",
                       cell(envelope, "verdict"), "", ""});
            continue;
        }
        for (const json::value& set : sets->as_array())
            table.add({cell(envelope, "envelope"), cell(envelope, "sender"), cell(envelope, "control_number"),
                       cell(set, "id"), cell(set, "control_number"), cell(set, "verdict"), cell(set, "lines"),
                       cell(set, "report")});
    }
    return table.is_empty() ? std::string() : "\n" + table.text();
}

std::string summary_text(const json::object& o) {
    const json::value v(o);
    Facts facts;
    facts.add("interchange", cell(v, "interchange"));
    facts.add("feed", cell(v, "feed"));
    facts.add("state", cell(v, "state"));
    facts.add("error", cell(v, "error"));
    facts.add("duplicate of", cell(v, "duplicate_of"));
    facts.add("received", fmt::format("{} by {}", short_time(cell(v, "received_at")), cell(v, "transport")));
    facts.add("file", cell(v, "file"));
    facts.add("size", size_text(int_or(o, "size")));
    facts.add("sha256", cell(v, "sha256"));
    facts.add("counts", counts_text(o));
    facts.add("answer", cell(v, "answer"));
    facts.add("trace", cell(v, "trace_id"));
    std::string out = facts.text() + envelopes_text(o);
    if (const json::value* open = find(o, "open_exceptions");
        open != nullptr && open->is_array() && !open->as_array().empty()) {
        Table table({{"EXCEPTION"},
                     {"SUBJECT", Align::left, true},
                     {"LINES", Align::right},
                     {"FIRST"},
                     {"DETAIL", Align::left, true}});
        for (const json::value& item : open->as_array())
            table.add({cell(item, "cause"), cell(item, "subject"), cell(item, "lines"), cell(item, "first"),
                       cell(item, "detail")});
        out += "\n" + table.text();
    }
    if (const json::value* report = find(o, "report"); report != nullptr) out += findings_text(*report);
    return out;
}

}  // namespace

int feed_list(const Session& session) {
    const auto answer = session.client.send_json({.path = "/v1/feeds"});
    if (!answer) return session.fail(answer.error());
    Table table({{"FEED"}, {"CONNECTOR"}, {"LIVE"}, {"DISTRIBUTOR"}, {"LIMIT", Align::right}});
    for (const json::value& feed : answer->at("items").as_array())
        table.add({cell(feed, "name"), cell(feed, "connector"), cell(feed, "is_live"), cell(feed, "distributor"),
                   size_text(int_or(feed.as_object(), "size_max"))});
    return session.show(*answer, table.text());
}

int validate(const Session& session, const FileSend& send) {
    const auto call = upload(send, "validate");
    if (!call) return session.fail(call.error());
    session.progress("reading " + send.file);
    const auto answer = session.client.send_json(*call);
    if (!answer) return session.fail(answer.error());
    session.show(*answer, preview_text(*answer));
    return text_or(*answer, "would_be") == "accepted" ? 0 : exit_code_of(ErrorCode::invalid);
}

int send(const Session& session, const FileSend& send) {
    auto call = upload(send, "interchanges");
    if (!call) return session.fail(call.error());
    call->query["file_name"] = file_name_of(send.file);
    if (send.is_waiting) call->query["wait"] = fmt::to_string(send.wait_s);
    if (!send.key.empty()) call->headers.push_back({"idempotency-key", send.key});
    session.progress("sending " + send.file);
    const auto response = session.client.send(*call);
    if (!response) return session.fail(response.error());
    std::string seq;
    for (const net::Header& header : response->headers)
        if (lower_ascii(header.name) == "tributary-interchange") seq = header.value;
    if (response->status == 200) {  // the acknowledgement itself
        fmt::print("{}", response->body);
        session.progress("\ninterchange " + seq);
        return 0;
    }
    const json::object facts{{"interchange", parse_int(seq).value_or(0)}};
    const char* more = response->status == 204 ? "it asked for no acknowledgement"
                       : send.is_waiting       ? "the acknowledgement is not made yet"
                                               : "stored durably";
    return session.show(facts,
                        fmt::format("interchange {}: {}\nSee: tributaryctl interchange show {}\n", seq, more, seq));
}

int interchange_list(const Session& session, const Listing& listing, const std::string& feed) {
    Call call{.path = "/v1/interchanges"};
    if (!listing.is_oldest_first) call.query["order"] = "newest";
    if (!listing.after.empty()) call.query["after"] = listing.after;
    if (!listing.state.empty()) call.query["state"] = listing.state;
    if (!feed.empty()) call.query["feed"] = feed;
    const auto items = session.client.items(call, listing.rows_max);
    if (!items) return session.fail(items.error());
    Table table({{"NO.", Align::right},
                 {"FEED", Align::left, true},
                 {"STATE"},
                 {"RECEIVED"},
                 {"LINES", Align::right},
                 {"POSTED", Align::right},
                 {"EXC", Align::right},
                 {"DUP", Align::right},
                 {"ERR", Align::right},
                 {"FILE", Align::left, true}});
    for (const json::value& i : *items)
        table.add({cell(i, "interchange"), cell(i, "feed"), cell(i, "state"), short_time(cell(i, "received_at")),
                   cell(i, "lines"), cell(i, "posted"), cell(i, "exceptions"), cell(i, "duplicates"), cell(i, "errors"),
                   cell(i, "file")});
    return session.show(*items, table.text());
}

int interchange_show(const Session& session, const std::string& seq, bool with_lines) {
    const std::string path = "/v1/interchanges/" + escape(seq);
    auto answer = session.client.send_json({.path = path});
    if (!answer) return session.fail(answer.error());
    if (!with_lines) return session.show(*answer, summary_text(*answer));
    const auto lines = session.client.items({.path = path + "/lines"}, 100'000);
    if (!lines) return session.fail(lines.error());
    Table table({{"LINE"},
                 {"KIND"},
                 {"DATE"},
                 {"PRODUCT", Align::left, true},
                 {"QTY", Align::right},
                 {"RESELLER", Align::left, true},
                 {"REP", Align::left, true},
                 {"AWARDS", Align::left, true}});
    for (const json::value& line : *lines) {
        std::string awards;
        for (const json::value& award : line.at("awards").as_array())
            awards += fmt::format("{}{} to {}{}", awards.empty() ? "" : ", ", cell(award, "amount"),
                                  cell(award, "recipient"), cell(award, "is_waiting") == "yes" ? " (waiting)" : "");
        table.add({cell(line, "line"), cell(line, "kind"), cell(line, "date"), cell(line, "product"),
                   cell(line, "quantity") + " " + cell(line, "uom"), cell(line, "reseller"), cell(line, "rep"),
                   awards});
    }
    (*answer)["posted_lines"] = *lines;
    return session.show(*answer, summary_text(*answer) + "\n" + table.text());
}

int interchange_ack(const Session& session, const std::string& seq) {
    const auto response = session.client.send({.path = "/v1/interchanges/" + escape(seq) + "/ack"});
    if (!response) return session.fail(response.error());
    fmt::print("{}", response->body);
    return 0;
}

int exception_list(const Session& session, const Listing& listing, const std::string& cause) {
    Call call{.path = "/v1/exceptions"};
    if (!listing.after.empty()) call.query["after"] = listing.after;
    if (!listing.state.empty()) call.query["state"] = listing.state;
    if (!cause.empty()) call.query["cause"] = cause;
    const auto items = session.client.items(call, listing.rows_max);
    if (!items) return session.fail(items.error());
    Table table({{"ID", Align::right},
                 {"LINE"},
                 {"CAUSE"},
                 {"SUBJECT", Align::left, true},
                 {"DETAIL", Align::left, true},
                 {"STATE"}});
    for (const json::value& i : *items)
        table.add({cell(i, "id"), cell(i, "line"), cell(i, "cause"), cell(i, "subject"), cell(i, "detail"),
                   cell(i, "state")});
    return session.show(*items, table.is_empty() ? "no exceptions\n" : table.text());
}

int exception_retry(const Session& session, int64_t id, const std::string& cause, const std::string& subject,
                    bool is_dry) {
    Call call = post("/v1/exceptions/retry", {{"id", id}, {"cause", cause}, {"subject", subject}, {"dry_run", is_dry}});
    call.timeout_ms = long_timeout_ms;
    session.progress("trying again");
    const auto answer = session.client.send_json(call);
    if (!answer) return session.fail(answer.error());
    std::string text =
        fmt::format("{} tried, {} {}, {} still open\n", int_or(*answer, "tried"), int_or(*answer, "posted"),
                    is_dry ? "would be posted" : "posted", int_or(*answer, "still_open"));
    for (const auto& [name, count] : answer->at("causes").as_object())
        text += fmt::format("  {}: {}\n", std::string_view(name), to_text(count));
    return session.show(*answer, text);
}

int exception_ignore(const Session& session, int64_t id, const std::string& reason) {
    const auto answer =
        session.client.send_json(post(fmt::format("/v1/exceptions/{}/ignore", id), {{"reason", reason}}));
    if (!answer) return session.fail(answer.error());
    return session.show(*answer, fmt::format("exception {} is closed\n", id));
}

int directory_import(const Session& session, const std::vector<std::string>& files) {
    json::array reports;
    for (const std::string& file : files) {
        Result<std::string> text = read_file(file, csv_size_max);
        if (!text) return session.fail(text.error());
        Call call{.method = "POST",
                  .path = "/v1/directory/import",
                  .query = {{"file_name", file_name_of(file)}},
                  .body = std::move(*text),
                  .body_type = "text/csv",
                  .timeout_ms = long_timeout_ms};
        session.progress("importing " + file);
        const auto report = session.client.send_json(call);
        if (!report) return session.fail(fail(report.error().code, file + ": " + report.error().message));
        reports.push_back(*report);
        if (!session.is_json)
            fmt::print("{}: {} rows of {}: {} new, {} changed, {} as before\n", file, int_or(*report, "rows"),
                       text_or(*report, "kind"), int_or(*report, "created"), int_or(*report, "changed"),
                       int_or(*report, "unchanged"));
    }
    return session.show(reports, "");
}

int party_show(const Session& session, const std::string& code) {
    const auto answer = session.client.send_json({.path = "/v1/parties/" + escape(code)});
    if (!answer) return session.fail(answer.error());
    Facts facts;
    for (const char* name : {"code", "kind", "name", "level", "country", "region", "role", "company"})
        facts.add(name, cell(*answer, name));
    Table wallets({{"WALLET"}, {"AVAILABLE", Align::right}, {"RESERVED", Align::right}});
    for (const json::value& wallet : answer->at("wallets").as_array())
        wallets.add({cell(wallet, "account"), cell(wallet, "available"), cell(wallet, "reserved")});
    return session.show(*answer, facts.text() + (wallets.is_empty() ? "" : "\n" + wallets.text()));
}

}  // namespace tributary::ctl
