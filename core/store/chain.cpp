#include "core/store/chain.hpp"

#include <limits>

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/store/chain_rows.hpp"

namespace tributary::store {
namespace {

constexpr std::string_view head_tag = "tributary-chain-1";
constexpr int64_t everything = std::numeric_limits<int64_t>::max();

struct Last {
    ChainHead head;
    Marks marks{};
};

Last last_batch(Tx& tx) {
    Last last;
    Rows rows = tx.query("SELECT seq, at, marks, digest FROM batch ORDER BY seq DESC LIMIT 1");
    if (!rows.next()) return last;
    last.head.batch = rows.integer(0);
    last.head.at = rows.integer(1);
    const Result<Marks> marks = parse_marks(rows.text(2));
    const bool is_digest = digest_from_bytes(rows.text(3), last.head.digest);
    if (marks && is_digest) last.marks = *marks;
    else
        tx.refuse(fail(ErrorCode::corrupt,
                       fmt::format("batch {} of the chain is damaged; verify the ledger", last.head.batch)));
    return last;
}

class Chain final : public Participant {
public:
    explicit Chain(Clock& clock) : clock_(clock) {}

    // Reads the last batch every time: another process may have written, and nothing kept cannot be wrong.
    void end_batch(Tx& tx) override {
        const Last last = last_batch(tx);
        const int64_t batch = last.head.batch + 1;
        const int64_t at = clock_.now_ms();
        BatchDigest digest(last.head.digest, batch, at);
        Marks marks = last.marks;
        for (size_t i = 0; i < sealed_table_count && tx.ok(); ++i) {
            const SealedTable& table = sealed_tables()[i];
            const BatchDigest::Range range = digest.add(tx, table, marks[i], everything);
            if (range.missing != 0)
                tx.refuse(
                    fail(ErrorCode::internal, fmt::format("{} {} is missing: sealed rows are numbered without a gap",
                                                          table.name, range.missing)));
            marks[i] = range.last;
        }
        if (!tx.ok() || marks == last.marks) return;
        const std::string text = marks_text(marks);
        tx.run("INSERT INTO batch (seq, at, marks, digest) VALUES (?, ?, ?, ?)", batch, at, text,
               digest.finish(text));
    }

private:
    Clock& clock_;
};

std::optional<int64_t> digits_at(std::string_view text, size_t at, size_t count = 2) {
    for (size_t i = at; i < at + count; ++i)
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
    return parse_int(text.substr(at, count));
}

// The inverse of iso_instant().
std::optional<int64_t> parse_instant(std::string_view text) {
    if (text.size() != 24) return std::nullopt;
    const auto date = parse_iso_date(text.substr(0, 10));
    const auto hours = digits_at(text, 11), minutes = digits_at(text, 14), seconds = digits_at(text, 17);
    const auto millis = digits_at(text, 20, 3);
    if (!date || !hours || !minutes || !seconds || !millis) return std::nullopt;
    const int64_t ms = ((days_from_civil(*date) * 24 + *hours) * 60 + *minutes) * 60'000 + *seconds * 1000 + *millis;
    if (iso_instant(ms) != text) return std::nullopt;
    return ms;
}

}  // namespace

std::shared_ptr<Participant> make_chain(Clock& clock) { return std::make_shared<Chain>(clock); }

ChainHead chain_head(Tx& tx) { return last_batch(tx).head; }

std::string export_head(const ChainHead& head) {
    return fmt::format("{} {} {} {}", head_tag, head.batch, hex_of(head.digest), iso_instant(head.at));
}

Result<ChainHead> parse_head(std::string_view text) {
    const std::vector<std::string_view> parts = split(trim(text), ' ');
    if (parts.size() != 4 || parts[0] != head_tag)
        return fail(ErrorCode::invalid,
                    fmt::format("a chain head is one line \"{} <batch> <digest> <instant>\", not \"{}\"", head_tag,
                                printable(text)));
    ChainHead head;
    const auto batch = parse_int(parts[1]);
    const auto digest = hex_decode(parts[2]);
    const auto at = parse_instant(parts[3]);
    if (!batch || *batch < 0) return fail(ErrorCode::invalid, "chain head: the batch is no number");
    if (!digest || !digest_from_bytes(*digest, head.digest))
        return fail(ErrorCode::invalid, "chain head: the digest is not 64 hexadecimal digits");
    if (!at) return fail(ErrorCode::invalid, "chain head: the instant does not look like 2026-11-01T03:41:00.000Z");
    head.batch = *batch;
    head.at = *at;
    return head;
}

}  // namespace tributary::store
