// Verifying walks the batches in order with one cursor a table and keeps nothing but the last digest and marks.
#include <fmt/format.h>

#include "core/store/chain.hpp"
#include "core/store/chain_rows.hpp"

namespace tributary::store {
namespace {

constexpr int64_t progress_every_batches = 1000;

struct Batch {
    int64_t seq = 0;
    int64_t at = 0;
    std::string marks_text;
    std::string digest;
};

class Verifier {
public:
    Verifier(Tx& tx, const ChainHead* expected) : tx_(tx), expected_(expected) {}

    ChainReport run(const std::function<void(int64_t)>& progress) {
        check_first_rows();
        Rows rows = tx_.query("SELECT seq, at, marks, digest FROM batch ORDER BY seq");
        while (is_intact() && rows.next()) {
            check_batch({rows.integer(0), rows.integer(1), rows.string(2), rows.string(3)});
            if (progress && report_.batches % progress_every_batches == 0) progress(report_.batches);
        }
        check_unsealed_rows();
        check_expected_reached();
        if (!tx_.ok()) broken("reading the store: " + tx_.error().message);
        report_.is_intact = is_intact();
        return report_;
    }

private:
    bool is_intact() const { return report_.broken.empty(); }
    void broken(std::string what) {
        if (is_intact()) report_.broken = std::move(what);
    }

    void check_first_rows() {
        for (const SealedTable& table : sealed_tables()) {
            Rows rows = tx_.query(table.bounds_sql);
            if (rows.next() && !rows.is_null(0) && rows.integer(0) < 1)
                broken(fmt::format("{} {}: no batch has sealed it", table.name, rows.integer(0)));
        }
    }

    void check_batch(const Batch& batch) {
        if (batch.seq != report_.head.batch + 1)
            return broken(
                fmt::format("batch {}: it is missing, batch {} follows", report_.head.batch + 1, batch.seq));
        const Result<Marks> marks = parse_marks(batch.marks_text);
        if (!marks) return broken(fmt::format("batch {}: {}", batch.seq, marks.error().message));
        BatchDigest digest(report_.head.digest, batch.seq, batch.at);
        for (size_t i = 0; i < sealed_table_count && is_intact(); ++i) check_table(batch, i, (*marks)[i], digest);
        if (!is_intact() || !tx_.ok()) return;
        const Digest computed = digest.finish(batch.marks_text);
        if (bytes_of(computed) != batch.digest) return broken(mismatch(batch, *marks));
        report_.head = {batch.seq, computed, batch.at};
        ++report_.batches;
        marks_ = *marks;
        check_expected(batch.seq);
    }

    void check_table(const Batch& batch, size_t index, int64_t mark, BatchDigest& digest) {
        const SealedTable& table = sealed_tables()[index];
        const int64_t after = marks_[index];
        if (mark < after)
            return broken(
                fmt::format("batch {}: its mark of {} goes back from {} to {}", batch.seq, table.name, after, mark));
        if (mark == after) return;
        if (std::string_view(table.name) == "event") check_personal(batch, after, mark);
        const BatchDigest::Range range = digest.add(tx_, table, after, mark);
        report_.rows += range.rows;
        if (!tx_.ok()) return;
        const int64_t missing = range.missing != 0 ? range.missing : range.last + 1;
        if (missing <= mark)
            broken(fmt::format("{} {} (batch {}): the row is missing", table.name, missing, batch.seq));
    }

    // Personal data is not in the chain itself, only its digest is; what was erased is not checked any more.
    void check_personal(const Batch& batch, int64_t after, int64_t until) {
        Rows rows = tx_.query(
            "SELECT seq, personal_salt, personal, personal_digest FROM event"
            " WHERE seq > ? AND seq <= ? AND personal IS NOT NULL ORDER BY seq",
            after, until);
        while (is_intact() && rows.next()) {
            Hasher hasher;
            hasher.update(rows.text(1));
            hasher.update(rows.text(2));
            if (!rows.is_null(1) && bytes_of(hasher.finish()) == rows.text(3)) continue;
            broken(fmt::format("event {} (batch {}): its personal data does not match its digest", rows.integer(0),
                               batch.seq));
        }
    }

    // A digest tells the batch, not the row.
    std::string mismatch(const Batch& batch, const Marks& marks) const {
        std::string ranges;
        for (size_t i = 0; i < sealed_table_count; ++i)
            if (marks[i] > marks_[i])
                ranges += fmt::format("{}{} {}..{}", ranges.empty() ? "" : ", ", sealed_tables()[i].name,
                                      marks_[i] + 1, marks[i]);
        return fmt::format("batch {}: its digest does not match; the batch row or one of these was changed: {}",
                           batch.seq, ranges.empty() ? "no rows" : ranges);
    }

    void check_unsealed_rows() {
        for (size_t i = 0; i < sealed_table_count && is_intact(); ++i) {
            const SealedTable& table = sealed_tables()[i];
            Rows rows = tx_.query(table.bounds_sql);
            if (rows.next() && rows.integer(1) > marks_[i])
                broken(fmt::format("{} {}: no batch has sealed it, the last one ends at {}", table.name,
                                   rows.integer(1), marks_[i]));
        }
    }

    void check_expected(int64_t batch) {
        if (expected_ == nullptr || expected_->batch != batch) return;
        if (expected_->digest != report_.head.digest || expected_->at != report_.head.at)
            broken(fmt::format("batch {}: it is not the batch whose head was kept outside: the history was rewritten",
                               batch));
    }

    void check_expected_reached() {
        if (expected_ == nullptr || !is_intact() || expected_->batch <= report_.head.batch) return;
        broken(fmt::format("batch {}: the head kept outside names it, but the chain ends at {}: the history was cut",
                           expected_->batch, report_.head.batch));
    }

    Tx& tx_;
    const ChainHead* expected_;
    Marks marks_{};
    ChainReport report_;
};

}  // namespace

ChainReport verify_chain(Tx& tx, const ChainHead* expected, const std::function<void(int64_t)>& progress) {
    return Verifier(tx, expected).run(progress);
}

}  // namespace tributary::store
