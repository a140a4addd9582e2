// Parties and products: import, and one party with its wallets.
#include "core/directory/directory.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "core/api/context.hpp"
#include "core/api/page.hpp"
#include "core/base/encoding.hpp"
#include "core/base/file.hpp"

namespace tributary::api {
namespace {

json::object report_json(const directory::ImportReport& report) {
    json::array errors;
    for (const SourceError& error : report.errors)
        errors.push_back({{"line", error.line}, {"column", error.column}, {"message", error.message}});
    return {{"kind", report.kind},        {"rows", report.rows},           {"created", report.created},
            {"changed", report.changed},  {"unchanged", report.unchanged}, {"errors_total", report.errors_total},
            {"errors", std::move(errors)}};
}

net::Response bad_rows(const directory::ImportReport& report) {
    net::Response response =
        net::Response::problem(422, "invalid_rows", "Nothing was imported",
                               fmt::format("{} errors; correct them and import again", report.errors_total));
    json::value body = parse_json(response.body).value();
    body.as_object()["report"] = report_json(report);
    response.body = to_text(body);
    return response;
}

net::Response import(Context& context, const net::Request& request) {
    if (!request.body_file)
        return net::Response::problem(fail(ErrorCode::invalid, "the body is empty; send CSV with a header row"));
    const Result<std::string> text = read_file(request.body_file->path, directory::import_size_max);
    ::unlink(request.body_file->path.c_str());
    if (!text) return net::Response::problem(text.error());
    const std::string file = query_of(request, "file_name");
    const int64_t now_ms = context.parts.clock.now_ms();
    directory::ImportReport report;
    const auto done = context.store().write([&](store::Tx& tx) {
        report = directory::import_csv(tx, now_ms, *text, file.empty() ? "import" : file);
        ops::record(tx, now_ms,
                    context.audit(request, "directory.import", file,
                                  {{"kind", report.kind},
                                   {"rows", report.rows},
                                   {"created", report.created},
                                   {"changed", report.changed},
                                   {"sha256", hex_of(request.body_file->sha256)}}));
    });
    if (report.errors_total > 0) return bad_rows(report);
    return done ? net::Response::json(200, report_json(report)) : net::Response::problem(done.error());
}

json::array wallets_of(store::Tx& tx, const std::string& code) {
    json::array wallets;
    for (const ledger::Account& account : store::accounts(tx, "wallet/" + code + "/")) {
        json::object wallet{{"account", account.code}};
        wallet["available"] = amount_json(account.unit, account.available());
        wallet["reserved"] = amount_json(account.unit, account.debits_pending);
        wallets.push_back(std::move(wallet));
    }
    return wallets;
}

net::Response party(Context& context, const net::Request& request) {
    const std::string& code = request.captures.at("code");
    return read_response(context.store(), [&](store::Tx& tx) {
        const auto id = directory::party_by_code(tx, code);
        if (!id)
            return net::Response::problem(
                fail(ErrorCode::not_found, fmt::format("there is no party '{}'", printable(code))));
        json::object out{{"code", code}};
        if (const auto known = directory::party_on(tx, *id, date_of_ms(context.parts.clock.now_ms()))) {
            out["kind"] = known->kind;
            out["name"] = known->name;
            out["level"] = known->level;
            out["country"] = known->country;
            out["region"] = known->region;
            if (!known->role.empty()) out["role"] = known->role;
            if (known->company) out["company"] = directory::party_code(tx, known->company);
            out["groups"] = json::array(known->groups.begin(), known->groups.end());
        }
        out["wallets"] = wallets_of(tx, code);
        return net::Response::json(200, out);
    });
}

}  // namespace

void add_directory(Endpoints& to, const Shared& context) {
    Endpoint in{"POST", "/v1/directory/import", Right::operate,
                "Parties, persons, products or aliases as CSV: all rows or none"};
    in.query = {{"file_name", "For messages"}};
    in.body = "text/csv";
    in.body_size_max = directory::import_size_max;
    in.body_to_file = true;
    in.handler = answering(context, import);
    to.push_back(std::move(in));

    Endpoint one{"GET", "/v1/parties/{code}", Right::desk, "A party as it is today, with its wallets"};
    one.handler = answering(context, party);
    to.push_back(std::move(one));
}

}  // namespace tributary::api
