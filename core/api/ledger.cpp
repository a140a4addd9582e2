// The books: accounts and statements.
#include <fmt/format.h>

#include "core/api/context.hpp"
#include "core/api/page.hpp"
#include "core/base/encoding.hpp"

namespace tributary::api {
namespace {

// The least text greater than every text that begins with prefix.
std::string end_of(std::string prefix) {
    while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xFF) prefix.pop_back();
    if (!prefix.empty()) ++prefix.back();
    return prefix;
}

// The cursor is a code, not a number.
Result<Page> page_without_cursor(net::Request request) {
    request.query.erase("after");
    return page_of(request);
}

net::Response accounts(Context& context, const net::Request& request) {
    const auto page = page_without_cursor(request);
    if (!page) return net::Response::problem(page.error());
    const std::string prefix = query_of(request, "prefix"), after = query_of(request, "after"), end = end_of(prefix);
    return read_response(context.store(), [&](store::Tx& tx) {
        json::array items;
        std::string last;
        store::Rows rows = tx.query(
            "SELECT code, unit, debits_posted, credits_posted, debits_pending, credits_pending FROM account "
            "WHERE code > ?1 AND code >= ?2 AND (?3 = '' OR code < ?3) ORDER BY code LIMIT ?4",
            after, prefix, end, page->limit);
        while (rows.next()) {
            last = rows.string(0);
            const std::string unit = rows.string(1);
            items.push_back({{"account", last},
                             {"balance", amount_json(unit, rows.integer(3) - rows.integer(2))},
                             {"debits", amount_json(unit, rows.integer(2))},
                             {"credits", amount_json(unit, rows.integer(3))},
                             {"debits_reserved", amount_json(unit, rows.integer(4))},
                             {"credits_reserved", amount_json(unit, rows.integer(5))}});
        }
        return page_response(std::move(items), *page, json::value(last));
    });
}

const char* kind_name(ledger::TransferKind kind) {
    switch (kind) {
        case ledger::TransferKind::posted:
            return "posted";
        case ledger::TransferKind::reserve:
            return "reserve";
        case ledger::TransferKind::post:
            return "post";
        case ledger::TransferKind::void_:
            return "void";
    }
    return "";
}

net::Response statement(Context& context, const net::Request& request) {
    const auto page = page_of(request);
    if (!page) return net::Response::problem(page.error());
    const std::string code = query_of(request, "code");
    return read_response(context.store(), [&](store::Tx& tx) {
        int64_t id = 0;
        std::string unit;
        {
            store::Rows rows = tx.query("SELECT id, unit FROM account WHERE code = ?", code);
            if (!rows.next())
                return net::Response::problem(
                    fail(ErrorCode::not_found,
                         fmt::format("there is no account '{}'; name one with ?code=", printable(code))));
            id = rows.integer(0);
            unit = rows.string(1);
        }
        json::array items;
        int64_t last = 0;
        for (const store::StatementLine& line :
             store::statement(tx, AccountId{id}, page->is_newest_first ? 0 : page->after, page->limit)) {
            last = line.transfer.value;
            items.push_back({{"transfer", last},
                             {"at", iso_instant(line.at)},
                             {"kind", kind_name(line.kind)},
                             {"origin", ledger::name_of(line.origin)},
                             {"origin_id", line.origin_id},
                             {"other_account", line.other_account},
                             {"amount", amount_json(unit, line.amount)},
                             {"balance_after", amount_json(unit, line.balance_after)}});
        }
        return page_response(std::move(items), *page, last);
    });
}

}  // namespace

void add_ledger(Endpoints& to, const Shared& context) {
    Endpoint all{"GET", "/v1/accounts", Right::look, "Accounts by code"};
    all.query = {{"prefix", "Only codes that begin so: wallet/, budget/spring/"},
                 {"after", "Cursor: next of the page before"},
                 {"limit", "1 to 1000", true}};
    all.handler = answering(context, accounts);
    to.push_back(std::move(all));

    Endpoint lines{"GET", "/v1/accounts/statement", Right::look, "The transfers of one account"};
    lines.query = {
        {"code", "The account"}, {"after", "Cursor: next of the page before", true}, {"limit", "1 to 1000", true}};
    lines.handler = answering(context, statement);
    to.push_back(std::move(lines));
}

}  // namespace tributary::api
