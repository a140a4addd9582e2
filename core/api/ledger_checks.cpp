// The books as a whole: verification, the chain's head, the journal for other programs.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/api/context.hpp"
#include "core/api/page.hpp"
#include "core/base/encoding.hpp"
#include "core/base/file.hpp"
#include "core/store/chain.hpp"

namespace tributary::api {
namespace {

constexpr size_t export_size_max = 64 << 20;  // of one answer; more goes to a file

json::object head_json(const store::ChainHead& head) {
    return {{"batch", head.batch}, {"digest", hex_of(head.digest)}, {"text", store::export_head(head)}};
}

net::Response head(Context& context, const net::Request&) {
    return read_response(context.store(),
                         [](store::Tx& tx) { return net::Response::json(200, head_json(store::chain_head(tx))); });
}

net::Response verify(Context& context, const net::Request& request) {
    const auto body = body_of(request);
    if (!body) return net::Response::problem(body.error());
    std::optional<store::ChainHead> expected;
    const auto text = text_field(*body, "head");
    if (!text) return net::Response::problem(text.error());
    if (!text->empty()) {
        const auto parsed = store::parse_head(*text);
        if (!parsed) return net::Response::problem(parsed.error());
        expected = *parsed;
    }
    const std::unique_lock alone(context.verifying, std::try_to_lock);
    if (!alone)
        return net::Response::problem(
            fail(ErrorCode::conflict, "the ledger is being verified already; ask again when that is done"));
    return read_response(context.store(), [&](store::Tx& tx) {
        const store::LedgerReport books = store::verify_ledger(tx);
        const store::ChainReport chain = store::verify_chain(tx, expected ? &*expected : nullptr);
        return net::Response::json(200,
                                   json::object{{"is_balanced", books.is_balanced},
                                                {"transfers", books.transfers},
                                                {"findings", json::array(books.findings.begin(), books.findings.end())},
                                                {"is_intact", chain.is_intact},
                                                {"batches", chain.batches},
                                                {"rows", chain.rows},
                                                {"broken", chain.broken},
                                                {"head", head_json(chain.head)}});
    });
}

Result<store::ExportFormat> format_of(const std::string& text) {
    if (text == "hledger" || text.empty()) return store::ExportFormat::hledger;
    if (text == "beancount") return store::ExportFormat::beancount;
    if (text == "csv") return store::ExportFormat::csv;
    return fail(ErrorCode::invalid, fmt::format("format must be hledger, beancount or csv, not '{}'", printable(text)));
}

net::Response export_answer(Context& context, const net::Request& request) {
    const auto format = format_of(query_of(request, "format"));
    if (!format) return net::Response::problem(format.error());
    return read_response(context.store(), [&](store::Tx& tx) {
        std::string text;
        bool is_too_large = false;
        store::export_journal(tx, *format, [&](std::string_view piece) {
            is_too_large = is_too_large || text.size() + piece.size() > export_size_max;
            if (!is_too_large) text += piece;
        });
        if (!is_too_large) return net::Response::text(200, std::move(text));
        return net::Response::problem(
            fail(ErrorCode::too_large,
                 "the journal is too large for one answer; write it to a file: "
                 "POST /v1/ledger/export over the socket, or tributaryctl ledger export --to PATH"));
    });
}

Result<FileDescriptor> new_file(const std::string& path) {
    if (!path.starts_with('/'))
        return fail(ErrorCode::invalid, "path must be absolute: the daemon has a working directory of its own");
    FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640));
    if (!fd)
        return fail(
            errno == EEXIST ? ErrorCode::conflict : ErrorCode::io,
            fmt::format("{} cannot be made: {}; the daemon writes it, as its own user", path, system_message(errno)));
    return fd;
}

// Memory stays flat: each piece goes to the file at once.
net::Response export_file(Context& context, const net::Request& request) {
    const auto body = body_of(request);
    if (!body) return net::Response::problem(body.error());
    const auto format = format_of(text_or(*body, "format"));
    const auto path = field_of(*body, "path");
    if (!format || !path) return net::Response::problem(format ? path.error() : format.error());
    const auto fd = new_file(*path);
    if (!fd) return net::Response::problem(fd.error());
    Result<void> written{};
    uint64_t size = 0;
    const auto done = context.store().read([&](store::Tx& tx) {
        store::export_journal(tx, *format, [&](std::string_view piece) {
            if (written) written = write_all(fd->get(), piece);
            size += piece.size();
        });
        if (written) written = sync_file(fd->get());
    });
    const Result<void>& result = done ? written : done;
    if (!result) {
        ::unlink(path->c_str());
        return net::Response::problem(result.error());
    }
    return net::Response::json(200, json::object{{"path", *path}, {"size", size}});
}

}  // namespace

void add_ledger_checks(Endpoints& to, const Shared& context) {
    Endpoint last{"GET", "/v1/ledger/head", Right::look, "The head of the hash chain; keep it elsewhere"};
    last.handler = answering(context, head);
    to.push_back(std::move(last));

    Endpoint check{"POST", "/v1/ledger/verify", Right::look, "Recompute every balance and the hash chain"};
    check.body = "application/json";
    check.fields = {{"head", "A head kept elsewhere, to check against"}};
    check.handler = answering(context, verify);
    to.push_back(std::move(check));

    Endpoint journal{"GET", "/v1/ledger/export", Right::look, "The journal of posted transfers, up to 64 MiB"};
    journal.query = {{"format", "hledger, beancount or csv"}};
    journal.answer = "text/plain";
    journal.handler = answering(context, export_answer);
    to.push_back(std::move(journal));

    Endpoint file{"POST", "/v1/ledger/export", Right::local, "The journal into a new file on the daemon's machine"};
    file.body = "application/json";
    file.fields = {{"format", "hledger, beancount or csv"}, {"path", "Absolute; must not exist"}};
    file.handler = answering(context, export_file);
    to.push_back(std::move(file));
}

}  // namespace tributary::api
