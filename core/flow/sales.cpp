#include "core/flow/sales.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/base/assert.hpp"
#include "core/base/encoding.hpp"

namespace tributary::flow {
namespace {

constexpr char serial_separator = '\x1f';

bool is_return(const Event& event) {
    return event.kind == EventKind::return_;
}

// value at another scale, when it is exact there.
std::optional<int64_t> at_scale(const Decimal& quantity, int64_t scale) {
    const int64_t magnitude = quantity.value < 0 ? -quantity.value : quantity.value;
    return parse_minor(to_text(Decimal{magnitude, quantity.scale}), static_cast<int>(scale));
}

bool same_quantity(const Decimal& quantity, int64_t value, int64_t scale) {
    return compare(quantity, Decimal{value, static_cast<int>(scale)}) == 0;
}

// The serials are this event's from now on; false and nothing changed when one is with a live sale.
bool claim_serials(store::Tx& tx, const Event& event, ClaimAnswer& answer) {
    std::vector<std::string> inserted, taken_over;
    const int64_t distributor = event.distributor->id.value;
    for (const std::string& serial : event.serials) {
        if (tx.run("INSERT OR IGNORE INTO serial (distributor, product, serial, event_id) VALUES (?, ?, ?, ?)",
                   distributor, event.product->id, serial, event.id) > 0) {
            inserted.push_back(serial);
            continue;
        }
        store::Rows rows =
            tx.query("SELECT event_id, returned_by FROM serial WHERE distributor = ? AND product = ? AND serial = ?",
                     distributor, event.product->id, serial);
        if (!rows.next()) break;
        if (rows.integer(1) == 0 && answer.claim == Claim::fresh) {
            answer = {Claim::serial_taken, EventId{rows.integer(0)}, serial};
            break;
        }
        taken_over.push_back(serial);
    }
    if (answer.claim != Claim::fresh) {
        for (const std::string& serial : inserted)
            tx.run("DELETE FROM serial WHERE distributor = ? AND product = ? AND serial = ?", distributor,
                   event.product->id, serial);
        return false;
    }
    for (const std::string& serial : taken_over)
        tx.run("UPDATE serial SET event_id = ?, returned_by = 0 WHERE distributor = ? AND product = ? AND serial = ?",
               event.id, distributor, event.product->id, serial);
    return true;
}

struct SaleLine {
    Match match;
    int64_t scale = 0;
};

std::vector<SaleLine> sale_lines_of_event(store::Tx& tx, EventId sale) {
    std::vector<SaleLine> out;
    store::Rows rows = tx.query(
        "SELECT l.period, l.discriminator, l.quantity, l.returned, l.quantity_scale, e.distributor, e.invoice, "
        "e.product "
        "FROM event e JOIN sale_line l ON l.distributor = e.distributor AND l.period = e.date / 100 AND l.invoice = "
        "e.invoice "
        "AND l.product = e.product AND l.event_id = e.id WHERE e.id = ?",
        sale);
    while (rows.next())
        out.push_back(
            {{sale,
              {rows.integer(5), static_cast<int32_t>(rows.integer(0)), rows.string(6), rows.integer(7), rows.string(1)},
              rows.integer(2),
              rows.integer(3),
              0},
             rows.integer(4)});
    return out;
}

// All periods of the distributor, newest last: a return rarely says when its sale was.
std::vector<SaleLine> sale_lines_of_invoice(store::Tx& tx, const Event& event) {
    std::vector<SaleLine> out;
    int64_t period = 0;
    while (const auto next = tx.one_integer("SELECT min(period) FROM sale_line WHERE distributor = ? AND period > ?",
                                            event.distributor->id, period)) {
        period = *next;
        store::Rows rows = tx.query(
            "SELECT discriminator, event_id, quantity, returned, quantity_scale FROM sale_line "
            "WHERE distributor = ? AND period = ? AND invoice = ? AND product = ? AND quantity > 0 ORDER BY event_id",
            event.distributor->id, period, event.invoice, event.product->id);
        while (rows.next())
            out.push_back({{EventId{rows.integer(1)},
                            {event.distributor->id.value, static_cast<int32_t>(period), event.invoice,
                             event.product->id.value, rows.string(0)},
                            rows.integer(2),
                            rows.integer(3),
                            0},
                           rows.integer(4)});
    }
    return out;
}

// Which sales the return's serials belong to: sale event -> how many of them.
std::variant<std::map<EventId, int64_t>, Unresolved> sales_by_serial(store::Tx& tx, const Event& event) {
    std::map<EventId, int64_t> found;
    for (const std::string& serial : event.serials) {
        store::Rows rows =
            tx.query("SELECT event_id, returned_by FROM serial WHERE distributor = ? AND product = ? AND serial = ?",
                     event.distributor->id, event.product->id, serial);
        if (!rows.next())
            return Unresolved{"return_unmatched", serial,
                              fmt::format("serial {} was never reported as sold", printable(serial))};
        if (rows.integer(1) != 0)
            return Unresolved{"return_exceeds_sale", serial,
                              fmt::format("serial {} was returned before, by line {}", printable(serial),
                                          event_name(EventId{rows.integer(1)}))};
        ++found[EventId{rows.integer(0)}];
    }
    return found;
}

Unresolved unmatched(const Event& event, bool sale_exists) {
    const std::string subject = fmt::format("{}/{}", event.invoice, event.product->sku);
    if (sale_exists)
        return {
            "return_exceeds_sale", subject,
            fmt::format("more is returned than invoice {} sold of {}", printable(event.invoice), event.product->sku)};
    return {"return_unmatched", subject,
            fmt::format("no sale of {} on invoice {} is known", event.product->sku, printable(event.invoice))};
}

}  // namespace

std::string event_name(EventId id) {
    return fmt::format("{}-{}", interchange_of(id).value, ordinal_of(id));
}

std::vector<std::string> split_serials(std::string_view joined) {
    std::vector<std::string> out;
    if (joined.empty()) return out;
    for (const std::string_view serial : split(joined, serial_separator)) out.emplace_back(serial);
    return out;
}

std::string join_serials(const std::vector<std::string>& serials) {
    std::string out;
    for (const std::string& serial : serials) {
        if (!out.empty()) out += serial_separator;
        out += serial;
    }
    return out;
}

SaleKey sale_key_of(store::Tx& tx, const Event& event, const std::string& line_id) {
    SaleKey key{event.distributor->id.value, event.date / 100, event.invoice, event.product->id.value, {}};
    const std::string prefix = is_return(event) ? "return/" : "";
    if (!line_id.empty())
        key.discriminator = prefix + "line " + line_id;
    else if (!event.serials.empty())
        key.discriminator = prefix + "serial " + event.serials.front();
    if (!key.discriminator.empty()) return key;
    const EventId first = event_id_of(interchange_of(event.id), 0);
    const int64_t before =
        tx.one_integer(
              "SELECT count(*) FROM sale_line WHERE distributor = ? AND period = ? AND invoice = ? AND product = ? "
              "AND discriminator >= ? AND discriminator < ? AND event_id >= ? AND event_id < ?",
              key.distributor, key.period, key.invoice, key.product, prefix + "#", prefix + "$", first, event.id)
            .value_or(0);
    key.discriminator = fmt::format("{}#{}", prefix, before + 1);
    return key;
}

ClaimAnswer claim(store::Tx& tx, const Event& event, const SaleKey& key) {
    ClaimAnswer answer;
    {
        store::Rows rows = tx.query(
            "SELECT event_id, quantity, quantity_scale FROM sale_line "
            "WHERE distributor = ? AND period = ? AND invoice = ? AND product = ? AND discriminator = ?",
            key.distributor, key.period, key.invoice, key.product, key.discriminator);
        if (rows.next()) {
            const bool is_same = same_quantity(event.quantity, rows.integer(1), rows.integer(2));
            return {is_same ? Claim::duplicate : Claim::differs, EventId{rows.integer(0)}, {}};
        }
    }
    if (!is_return(event) && !claim_serials(tx, event, answer)) return answer;
    tx.run(
        "INSERT INTO sale_line (distributor, period, invoice, product, discriminator, event_id, quantity, "
        "quantity_scale) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        key.distributor, key.period, key.invoice, key.product, key.discriminator, event.id, event.quantity.value,
        event.quantity.scale);
    return answer;
}

void release(store::Tx& tx, EventId event) {
    int64_t distributor = 0, product = 0, period = 0;
    std::string invoice, serials;
    {
        store::Rows rows =
            tx.query("SELECT distributor, product, date / 100, invoice, serials FROM event WHERE id = ?", event);
        if (!rows.next()) return;
        distributor = rows.integer(0), product = rows.integer(1), period = rows.integer(2);
        invoice = rows.string(3), serials = rows.string(4);
    }
    tx.run(
        "DELETE FROM sale_line WHERE distributor = ? AND period = ? AND invoice = ? AND product = ? AND event_id = ?",
        distributor, period, invoice, product, event);
    for (const std::string& serial : split_serials(serials))
        tx.run("DELETE FROM serial WHERE distributor = ? AND product = ? AND serial = ? AND event_id = ?", distributor,
               product, serial, event);
    tx.run("UPDATE return_match SET is_orphan = 1 WHERE sale_event = ?", event);
}

std::variant<std::vector<Match>, Unresolved> match_return(store::Tx& tx, const Event& event) {
    std::vector<SaleLine> candidates;
    std::map<EventId, int64_t> by_serial;
    if (!event.serials.empty()) {
        auto found = sales_by_serial(tx, event);
        if (auto* missing = std::get_if<Unresolved>(&found)) {
            candidates = sale_lines_of_invoice(tx, event);  // sold without serials, returned with them
            if (candidates.empty() || missing->cause == "return_exceeds_sale") return *missing;
        } else {
            by_serial = std::get<0>(std::move(found));
            for (const auto& [sale, count] : by_serial)
                for (SaleLine& line : sale_lines_of_event(tx, sale)) candidates.push_back(std::move(line));
        }
    } else {
        candidates = sale_lines_of_invoice(tx, event);
    }
    if (candidates.empty()) return unmatched(event, false);
    const int64_t scale = candidates.front().scale;
    const bool is_mixed =
        std::any_of(candidates.begin(), candidates.end(), [&](const SaleLine& line) { return line.scale != scale; });
    const auto asked = at_scale(event.quantity, scale);
    if (is_mixed || !asked) return unmatched(event, true);
    // First each sale gives as many units as serials of it came back, then the oldest give what is left.
    int64_t left = *asked;
    const auto take = [&](SaleLine& line, int64_t at_most) {
        const int64_t units =
            std::min({left, line.match.sold - line.match.returned_before - line.match.taken, at_most});
        if (units <= 0) return;
        line.match.taken += units;
        left -= units;
    };
    for (SaleLine& line : candidates)
        if (const auto found = by_serial.find(line.match.sale); found != by_serial.end())
            take(line, to_minor(Decimal{found->second, 0}, static_cast<int>(scale), Rounding::down).value_or(0));
    for (SaleLine& line : candidates) take(line, left);
    std::vector<Match> matches;
    for (SaleLine& line : candidates)
        if (line.match.taken > 0) matches.push_back(std::move(line.match));
    if (left > 0) return unmatched(event, true);
    return matches;
}

void take_back(store::Tx& tx, const Event& return_event, const std::vector<Match>& matches) {
    for (const Match& match : matches) {
        tx.run(
            "UPDATE sale_line SET returned = returned + ? WHERE distributor = ? AND period = ? AND invoice = ? AND "
            "product = ? AND discriminator = ?",
            match.taken, match.key.distributor, match.key.period, match.key.invoice, match.key.product,
            match.key.discriminator);
        tx.run(
            "INSERT INTO return_match (return_event, sale_event, distributor, period, invoice, product, discriminator, "
            "quantity) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            return_event.id, match.sale, match.key.distributor, match.key.period, match.key.invoice, match.key.product,
            match.key.discriminator, match.taken);
    }
    for (const std::string& serial : return_event.serials)
        tx.run("UPDATE serial SET returned_by = ? WHERE distributor = ? AND product = ? AND serial = ?",
               return_event.id, return_event.distributor->id, return_event.product->id, serial);
}

void give_back(store::Tx& tx, EventId return_event) {
    tx.run(
        "UPDATE sale_line SET returned = returned - m.quantity FROM return_match m WHERE m.return_event = ? AND "
        "m.is_orphan = 0 "
        "AND sale_line.distributor = m.distributor AND sale_line.period = m.period AND sale_line.invoice = m.invoice "
        "AND sale_line.product = m.product AND sale_line.discriminator = m.discriminator",
        return_event);
    tx.run("DELETE FROM return_match WHERE return_event = ?", return_event);
    int64_t distributor = 0, product = 0;
    std::string serials;
    {
        store::Rows rows = tx.query("SELECT distributor, product, serials FROM event WHERE id = ?", return_event);
        if (!rows.next()) return;
        distributor = rows.integer(0), product = rows.integer(1), serials = rows.string(2);
    }
    for (const std::string& serial : split_serials(serials))
        tx.run(
            "UPDATE serial SET returned_by = 0 WHERE distributor = ? AND product = ? AND serial = ? AND returned_by = "
            "?",
            distributor, product, serial, return_event);
}

std::vector<Orphan> orphans_of(store::Tx& tx, const SaleKey& key) {
    std::vector<Orphan> out;
    store::Rows rows = tx.query(
        "SELECT return_event, quantity FROM return_match WHERE distributor = ? AND period = ? AND invoice = ? AND "
        "product = ? "
        "AND discriminator = ? AND is_orphan = 1",
        key.distributor, key.period, key.invoice, key.product, key.discriminator);
    while (rows.next()) out.push_back({EventId{rows.integer(0)}, rows.integer(1)});
    return out;
}

void adopt(store::Tx& tx, const Orphan& orphan, EventId sale, const SaleKey& key) {
    tx.run(
        "UPDATE sale_line SET returned = returned + ? WHERE distributor = ? AND period = ? AND invoice = ? AND product "
        "= ? AND discriminator = ?",
        orphan.quantity, key.distributor, key.period, key.invoice, key.product, key.discriminator);
    tx.run(
        "UPDATE return_match SET sale_event = ?, is_orphan = 0 WHERE return_event = ? AND distributor = ? AND period = "
        "? "
        "AND invoice = ? AND product = ? AND discriminator = ?",
        sale, orphan.return_event, key.distributor, key.period, key.invoice, key.product, key.discriminator);
    const std::string serials = tx.one_text("SELECT serials FROM event WHERE id = ?", orphan.return_event).value_or("");
    for (const std::string& serial : split_serials(serials))
        tx.run("UPDATE serial SET returned_by = ? WHERE distributor = ? AND product = ? AND serial = ?",
               orphan.return_event, key.distributor, key.product, serial);
}

}  // namespace tributary::flow
