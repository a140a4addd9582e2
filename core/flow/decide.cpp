// Pass one.
#include <cerrno>
#include <map>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/base/log.hpp"
#include "core/flow/work.hpp"

namespace tributary::flow {
namespace {

constexpr int64_t control_number_max = 999'999'999;

struct Decided {
    Digest sha256{};
    InterchangeSeq repeats;  // the interchange whose envelope this repeats
    uint32_t repeats_ordinal = 0;
    int64_t ack_control = 0;
    std::string ack;
};

std::string number_key(const host::Interchange& envelope) {
    return fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}", envelope.sender_qualifier, envelope.sender,
                       envelope.receiver_qualifier, envelope.receiver, envelope.control_number);
}

Result<Digest> hash_range(const std::string& path, uint64_t from, uint64_t size) {
    TRIBUTARY_TRY(const FileDescriptor fd, open_for_read(path));
    Hasher hasher;
    std::string buffer(256 << 10, '\0');
    while (size > 0) {
        const ssize_t count =
            ::pread(fd.get(), buffer.data(), std::min<uint64_t>(buffer.size(), size), static_cast<off_t>(from));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(ErrorCode::io, fmt::format("cannot read {}: {}", path, system_message(errno)));
        if (count == 0) break;  // the connector counted a terminator that the end of the file stands for
        hasher.update({buffer.data(), static_cast<size_t>(count)});
        from += static_cast<uint64_t>(count);
        size -= static_cast<uint64_t>(count);
    }
    return hasher.finish();
}

class Decision {
public:
    Decision(Parts& parts, Work& work) : parts_(parts), work_(work) {}

    Result<std::string> run() {
        if (auto repeated = whole_file_repeat()) return store_repeat(*repeated);
        TRIBUTARY_TRY(FileSource source, FileSource::open(work_.spool_path));
        host::DecodeLimits limits;
        limits.byte_count_max = work_.feed.size_max;
        const auto decoded = work_.connector->as_feed()->decode(source, facts_, work_.feed.profile, limits);
        if (!decoded) {
            const ErrorCode code = decoded.error().code;
            if (code != ErrorCode::invalid && code != ErrorCode::too_large) return decoded.error();
            error_ = decoded.error().message;
        } else {
            dropped_ = static_cast<int64_t>(decoded->diagnostics_dropped);
        }
        TRIBUTARY_CHECK(judge_envelopes());
        TRIBUTARY_CHECK(answer_envelopes());
        return store_verdict();
    }

private:
    // The same bytes from the same feed, accepted before: no need to read them again.
    std::optional<InterchangeSeq> whole_file_repeat() {
        std::optional<InterchangeSeq> found;
        const auto read = parts_.store.read([&](store::Tx& tx) {
            const auto seq = tx.one_integer(
                "SELECT i.seq FROM interchange i JOIN interchange_state s ON s.interchange = i.seq "
                "WHERE i.sha256 = ? AND i.feed = ? AND i.seq < ? AND s.state IN ('posting', 'done') AND s.sets > "
                "s.sets_rejected "
                "ORDER BY i.seq LIMIT 1",
                work_.sha256, work_.feed.name, work_.seq);
            if (seq) found = InterchangeSeq{*seq};
        });
        return read && work_.feed.is_live ? found : std::nullopt;
    }

    Result<std::string> store_repeat(InterchangeSeq original) {
        TRIBUTARY_CHECK(parts_.store.write([&](store::Tx& tx) {
            tx.run(
                "UPDATE interchange_state SET state = 'duplicate', duplicate_of = ?, lines = o.lines, sets = o.sets, "
                "duplicates = o.lines, "
                "ack = o.ack, ack_format = o.ack_format, changed_at = ? FROM (SELECT * FROM interchange_state WHERE "
                "interchange = ?) o "
                "WHERE interchange_state.interchange = ?",
                original, parts_.clock.now_ms(), original, work_.seq);
        }));
        return std::string("duplicate");
    }

    bool is_test(const EnvelopeFacts& envelope) const { return envelope.envelope.is_test || !work_.feed.is_live; }

    Result<void> judge_envelopes() {
        decided_.resize(facts_.envelopes().size());
        std::map<std::string, size_t> in_this_file;
        for (size_t i = 0; i < facts_.envelopes().size(); ++i) {
            EnvelopeFacts& facts = facts_.envelopes()[i];
            if (facts.envelope.phase != TRIBUTARY_END || !error_.empty()) facts.envelope.verdict = TRIBUTARY_REJECTED;
            if (facts.envelope.verdict == TRIBUTARY_REJECTED) reject_sets(facts);
            if (facts.envelope.size == 0) continue;
            TRIBUTARY_TRY(decided_[i].sha256, hash_range(work_.spool_path, facts.begin_byte, facts.envelope.size));
            if (facts.envelope.verdict == TRIBUTARY_REJECTED || is_test(facts) || facts.envelope.control_number.empty())
                continue;
            const auto [earlier, is_first] = in_this_file.try_emplace(number_key(facts.envelope), i);
            if (!is_first)
                judge_number(facts, decided_[i], decided_[earlier->second].sha256, work_.seq,
                             facts_.envelopes()[earlier->second].envelope.ordinal);
            else
                TRIBUTARY_CHECK(look_up_number(facts, decided_[i]));
        }
        return {};
    }

    static void reject_sets(EnvelopeFacts& facts) {
        for (host::Set& set : facts.sets) set.verdict = TRIBUTARY_REJECTED;
    }

    // Same number, same bytes: the same answer, nothing posted. Same number, other bytes: TA1 025.
    void judge_number(EnvelopeFacts& facts, Decided& decided, const Digest& known, InterchangeSeq seq,
                      uint32_t ordinal) {
        if (decided.sha256 == known) {
            decided.repeats = seq;
            decided.repeats_ordinal = ordinal;
            return;
        }
        facts.envelope.verdict = TRIBUTARY_REJECTED;
        facts.envelope.note_code = "025";
        reject_sets(facts);
    }

    Result<void> look_up_number(EnvelopeFacts& facts, Decided& decided) {
        return parts_.store.read([&](store::Tx& tx) {
            const host::Interchange& envelope = facts.envelope;
            store::Rows rows = tx.query(
                "SELECT interchange, ordinal, sha256 FROM envelope_key WHERE feed = ? AND sender_qualifier = ? AND "
                "sender = ? "
                "AND receiver_qualifier = ? AND receiver = ? AND control_number = ?",
                work_.feed.name, envelope.sender_qualifier, envelope.sender, envelope.receiver_qualifier,
                envelope.receiver, envelope.control_number);
            if (!rows.next() || rows.integer(0) == work_.seq.value) return;
            Digest known{};
            digest_from_bytes(rows.text(2), known);
            judge_number(facts, decided, known, InterchangeSeq{rows.integer(0)},
                         static_cast<uint32_t>(rows.integer(1)));
        });
    }

    std::string format_of(const EnvelopeFacts& facts) const {
        const bool is_rejected = facts.envelope.verdict == TRIBUTARY_REJECTED;
        bool has_groups = false;
        for (const host::Group& group : facts.groups) has_groups |= group.functional_id != "FA";
        std::string format = facts.envelope.wants_ack || is_rejected || work_.feed.wants_ta1_always ? "TA1" : "";
        if (!is_rejected && has_groups) format += format.empty() ? "997" : "+997";
        return format;
    }

    Result<void> answer_envelopes() {
        TRIBUTARY_CHECK(parts_.store.read([&](store::Tx& tx) {
            control_ =
                tx.one_integer("SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?", control_key()).value_or(0);
        }));
        for (size_t i = 0; i < decided_.size(); ++i) {
            EnvelopeFacts& facts = facts_.envelopes()[i];
            if (decided_[i].repeats) {
                TRIBUTARY_CHECK(old_answer(decided_[i], i));
            } else if (const std::string format = format_of(facts); !format.empty()) {
                control_ = control_ % control_number_max + 1;
                decided_[i].ack_control = control_;
                host::AckRequest request{
                    facts.envelope,        facts.groups, facts.sets, facts.diagnostics, static_cast<uint64_t>(control_),
                    parts_.clock.now_ms(), format};
                auto answer = work_.connector->as_feed()->acknowledge(request);
                if (!answer) return answer.error();
                decided_[i].ack = std::move(*answer);
                if (formats_.find(format) == std::string::npos) formats_ += (formats_.empty() ? "" : " ") + format;
            }
            ack_ += decided_[i].ack;
        }
        return {};
    }

    Result<void> old_answer(Decided& decided, size_t index) {
        if (decided.repeats == work_.seq) {
            for (size_t i = 0; i < index; ++i)
                if (facts_.envelopes()[i].envelope.ordinal == decided.repeats_ordinal) decided.ack = decided_[i].ack;
            return {};
        }
        return parts_.store.read([&](store::Tx& tx) {
            store::Rows rows = tx.query("SELECT ack, ack_control FROM envelope WHERE interchange = ? AND ordinal = ?",
                                        decided.repeats, decided.repeats_ordinal);
            if (!rows.next()) return;
            decided.ack = rows.string(0);
            decided.ack_control = rows.integer(1);
        });
    }

    std::string control_key() const { return "ack_control/" + work_.feed.name; }

    struct Totals {
        int64_t sets = 0, rejected = 0, repeated_envelopes = 0;
        InterchangeSeq repeats;
        bool any_live = false;
    };
    Totals totals() const {
        Totals out;
        for (size_t i = 0; i < decided_.size(); ++i) {
            const EnvelopeFacts& facts = facts_.envelopes()[i];
            out.sets += static_cast<int64_t>(facts.sets.size());
            if (decided_[i].repeats)
                ++out.repeated_envelopes, out.repeats = decided_[i].repeats;
            else
                out.any_live |= facts.envelope.verdict != TRIBUTARY_REJECTED && !is_test(facts);
            for (const host::Set& set : facts.sets) out.rejected += set.verdict == TRIBUTARY_REJECTED;
        }
        return out;
    }

    std::string state_of(const Totals& totals) const {
        if (decided_.empty() || !error_.empty()) return "rejected";
        if (totals.repeated_envelopes == static_cast<int64_t>(decided_.size())) return "duplicate";
        bool all_rejected = true;
        for (const EnvelopeFacts& facts : facts_.envelopes())
            all_rejected &= facts.envelope.verdict == TRIBUTARY_REJECTED;
        if (all_rejected || (totals.sets > 0 && totals.rejected == totals.sets)) return "rejected";
        return totals.any_live ? "posting" : "test";
    }

    Result<std::string> store_verdict() {
        const Totals total = totals();
        const std::string state = state_of(total);
        TRIBUTARY_CHECK(parts_.store.write([&](store::Tx& tx) {
            for (size_t i = 0; i < decided_.size(); ++i) store_envelope(tx, facts_.envelopes()[i], decided_[i]);
            tx.run("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                   control_key(), fmt::to_string(control_));
            json::object report = facts_.report_json();
            if (dropped_ > 0) report["not_shown"] = dropped_;
            tx.run(
                "UPDATE interchange_state SET state = ?, duplicate_of = ?, sets = ?, sets_rejected = ?, lines = ?, "
                "errors = ?, report = ?, "
                "ack = ?, ack_format = ?, error = ?, changed_at = ? WHERE interchange = ?",
                state, total.repeats, total.sets, total.rejected, facts_.lines(),
                facts_.errors() + (error_.empty() ? 0 : 1), to_text(report), store::Blob{ack_}, formats_, error_,
                parts_.clock.now_ms(), work_.seq);
        }));
        return state;
    }

    void store_envelope(store::Tx& tx, const EnvelopeFacts& facts, const Decided& decided) {
        const host::Interchange& envelope = facts.envelope;
        tx.run(
            "INSERT OR REPLACE INTO envelope (interchange, ordinal, sender_qualifier, sender, receiver_qualifier, "
            "receiver, control_number, "
            "is_test, sha256, verdict, note_code, duplicate_of_interchange, duplicate_of_ordinal, ack_control, ack) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            work_.seq, envelope.ordinal, envelope.sender_qualifier, envelope.sender, envelope.receiver_qualifier,
            envelope.receiver, envelope.control_number, is_test(facts), decided.sha256, envelope.verdict,
            envelope.note_code, decided.repeats, decided.repeats_ordinal, decided.ack_control,
            store::Blob{decided.ack});
        bool has_accepted = false;
        for (const host::Set& set : facts.sets) {
            has_accepted |= set.verdict != TRIBUTARY_REJECTED;
            tx.run(
                "INSERT OR REPLACE INTO transaction_set (interchange, ordinal, envelope, set_id, control_number, "
                "verdict, codes, segments, events) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                work_.seq, set.ordinal + set_base(envelope.ordinal), envelope.ordinal, set.id, set.control_number,
                set.verdict, set.error_codes, set.segments, set.events);
        }
        // An interchange that was refused may come again, mended, under the same number.
        if (envelope.verdict == TRIBUTARY_REJECTED || is_test(facts) || decided.repeats ||
            (!has_accepted && !facts.sets.empty()))
            return;
        tx.run(
            "INSERT OR IGNORE INTO envelope_key (feed, sender_qualifier, sender, receiver_qualifier, receiver, "
            "control_number, interchange, ordinal, sha256) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            work_.feed.name, envelope.sender_qualifier, envelope.sender, envelope.receiver_qualifier, envelope.receiver,
            envelope.control_number, work_.seq, envelope.ordinal, decided.sha256);
    }

    static int64_t set_base(uint32_t envelope) { return static_cast<int64_t>(envelope) << 32; }

    Parts& parts_;
    Work& work_;
    IntakeFacts facts_;
    std::vector<Decided> decided_;
    std::string error_, ack_, formats_;
    int64_t control_ = 0, dropped_ = 0;
};

}  // namespace

Result<FileSource> FileSource::open(const std::string& path) {
    TRIBUTARY_TRY(FileDescriptor fd, open_for_read(path));
    ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    return FileSource(std::move(fd));
}

Result<size_t> FileSource::read(char* buffer, size_t size) {
    for (;;) {
        const ssize_t count = ::read(fd_.get(), buffer, size);
        if (count >= 0) return static_cast<size_t>(count);
        if (errno != EINTR)
            return fail(ErrorCode::io, fmt::format("cannot read the spooled file: {}", system_message(errno)));
    }
}

Result<std::string> decide(Parts& parts, Work& work) {
    return Decision(parts, work).run();
}

}  // namespace tributary::flow
