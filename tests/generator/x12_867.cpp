// The 867: invoices of one to four lines, in sets of a bounded size, written segment by segment.
#include <array>
#include <cstdio>
#include <initializer_list>

#include "tests/generator/dice.hpp"
#include "tests/generator/generator.hpp"

namespace tributary::generator {
namespace {

constexpr size_t buffer_max = 64 * 1024;
constexpr uint32_t serials_max = 5;

// What a return gives back: lines sold a while ago.
struct Sold {
    uint32_t reseller = 0, rep = 0, product = 0;
    uint64_t invoice = 0;
    std::string serial;
};

std::string padded(uint64_t number, size_t width) {
    std::string digits = std::to_string(number);
    return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

std::string cents(int64_t amount) {
    return std::to_string(amount / 100) + "." + padded(uint64_t(amount % 100), 2);
}

class Writer867 {
public:
    Writer867(const Options& options, const World& world, const Sink& sink)
        : options_(options), world_(world), sink_(sink), dice_(options.seed ^ 0x867) {}

    void write() {
        const uint64_t per_set = options_.lines_per_set == 0 ? options_.lines : options_.lines_per_set;
        write_header();
        do {
            write_set(std::min(per_set, options_.lines - lines_));
        } while (lines_ < options_.lines);
        const std::string number = padded(options_.control_number, 9);
        segment({"GE", std::to_string(sets_), std::to_string(options_.control_number)});
        segment({"IEA", "1", number});
        flush();
    }

private:
    void segment(std::initializer_list<std::string_view> elements) {
        bool is_first = true;
        for (const std::string_view element : elements) {
            if (!is_first) buffer_ += options_.element;
            is_first = false;
            buffer_ += element;
        }
        buffer_ += options_.terminator;
        buffer_ += options_.line_end;
        ++segments_;
        if (buffer_.size() >= buffer_max) flush();
    }
    void flush() {
        sink_(buffer_);
        buffer_.clear();
    }
    std::string date(int32_t days_back) const {
        // The month before the report, day by day; enough for data that is made up.
        const int32_t year = options_.date / 10000, month = options_.date / 100 % 100;
        const int32_t of_year = month == 1 ? year - 1 : year, of_month = month == 1 ? 12 : month - 1;
        return padded(uint64_t(of_year * 10000 + of_month * 100 + 28 - days_back % 28), 8);
    }

    void write_header() {
        const std::string today = padded(uint64_t(options_.date), 8);
        segment({"ISA", "00", "          ", "00", "          ", "ZZ", "ORBITDIST      ", "ZZ", "KESTRELHW      ",
                 today.substr(2), "0815", "U", "00401", padded(options_.control_number, 9),
                 options_.wants_ack ? "1" : "0", options_.is_test ? "T" : "P", std::string(1, options_.component)});
        segment({"GS", "PT", "ORBITDIST", "KESTRELHW", today, "0815", std::to_string(options_.control_number), "X",
                 "004010"});
    }

    void write_set(uint64_t lines) {
        const std::string number = padded(++sets_, 4);
        segments_ = 0;
        line_in_set_ = 0;
        quantity_sum_ = 0;
        segment({"ST", "867", number});
        segment({"BPT", "00", "SO-" + std::to_string(options_.control_number) + "-" + std::to_string(sets_),
                 padded(uint64_t(options_.date), 8), "02"});
        segment({"CUR", "SE", "USD"});
        segment({"DTM", "090", date(27)});
        segment({"DTM", "091", date(0)});
        segment({"N1", "DB", world_.distributor_name, "92", world_.distributor_number});
        segment({"N1", "MF", "KESTREL HARDWARE", "92", "K-0001"});
        while (line_in_set_ < lines) {
            const bool is_return = sold_count_ >= sold_.size() / 2 && dice_.percent(returns_chance());
            if (is_return) {
                write_return();
            } else {
                write_invoice(std::min<uint64_t>(lines - line_in_set_, 1 + dice_.below(4)));
            }
        }
        segment({"CTT", std::to_string(line_in_set_), std::to_string(quantity_sum_)});
        const std::string count = std::to_string(segments_ + 1);
        segment({"SE", count, number});
    }

    // Invoices hold 2.5 lines on the average, returns one.
    uint32_t returns_chance() const { return std::min<uint32_t>(options_.returns_percent * 5 / 2, 90); }

    // The n-th of `count` special things takes its turn when the lines have come that far.
    bool is_turn(uint32_t used, size_t count) const {
        return used < count && lines_ >= (used + 1) * options_.lines / (count + 1);
    }

    void write_transfer(std::string_view code, uint32_t reseller_index, const Rep* rep, uint64_t invoice) {
        segment({"PTD", code});
        segment({"REF", "IV", "INV" + padded(invoice, 7)});
        segment({"REF", "PO", "PO-" + std::to_string(4000 + invoice % 5000)});
        if (rep != nullptr) segment({"PER", "SR", rep->name, "EM", rep->email});
        if (world_.resellers.empty()) return;
        const Reseller& reseller = world_.resellers[reseller_index];
        segment({"N1", "BY", reseller.name, "92", reseller.customer_number});
        segment({"N4", reseller.city, reseller.region, reseller.postal_code, reseller.country});
    }

    void write_invoice(uint64_t lines) {
        const uint64_t invoice = ++invoices_;
        uint32_t rep_index = dice_.below(world_.reps.size());
        const Rep* rep = world_.reps.empty() ? nullptr : &world_.reps[rep_index];
        if (is_turn(unknown_reps_used_, world_.unknown_reps.size())) rep = &world_.unknown_reps[unknown_reps_used_++];
        const uint32_t reseller = rep != nullptr ? rep->reseller : dice_.below(world_.resellers.size());
        const uint32_t kind = dice_.below(10);
        const bool is_debit = kind >= 7 && kind < 9;
        write_transfer(kind < 7 ? "SS" : is_debit ? "SD" : "DS", reseller, rep, invoice);
        const int32_t days_back = int32_t(dice_.below(28));
        for (uint64_t n = 0; n < lines; ++n) write_sale(invoice, reseller, rep_index, is_debit, days_back);
    }

    void write_sale(uint64_t invoice, uint32_t reseller, uint32_t rep, bool is_debit, int32_t days_back) {
        const uint32_t index = dice_.below(world_.products.size());
        const bool is_unknown = is_turn(unknown_products_used_, world_.unknown_products.size());
        if (world_.products.empty() && !is_unknown) return count_line(0);
        const Product& product =
            is_unknown ? world_.unknown_products[unknown_products_used_++] : world_.products[index];
        const uint32_t units = 1 + dice_.below(std::min(product.units_max, serials_max));
        write_product(product, "32", std::to_string(units));
        segment({"UIT", "EA", cents(product.price_cents), "RS"});
        if (is_debit) {
            segment({"UIT", "EA", cents(product.cost_cents), "DI"});
            segment({"REF", "AU", "SD-" + std::to_string(55000 + invoice % 1000)});
        }
        for (uint32_t unit = 0; unit < units; ++unit) {
            const std::string serial = product.sku.substr(0, 2) + padded(++serials_, 9);
            segment({"REF", "SE", serial});
            if (unit == 0 && !is_unknown) sold_[sold_count_++ % sold_.size()] = {reseller, rep, index, invoice, serial};
        }
        segment({"DTM", "003", date(days_back)});
        segment({"DTM", "011", date(days_back)});
        count_line(int64_t(units));
    }

    void write_return() {
        Sold& sold = sold_[dice_.below(sold_.size() / 2)];
        if (sold.serial.empty()) return write_invoice(1);
        const std::string memo = "CM" + padded(++returns_, 6);
        const Rep* rep = world_.reps.empty() ? nullptr : &world_.reps[sold.rep];
        write_transfer("RP", sold.reseller, rep, sold.invoice);
        const Product& product = world_.products[sold.product];
        write_product(product, "76", "-1");
        segment({"UIT", "EA", cents(product.price_cents), "RS"});
        segment({"REF", "SE", sold.serial});
        segment({"REF", "CM", memo});
        segment({"DTM", "003", date(0)});
        sold.serial.clear();
        count_line(-1);
    }

    void write_product(const Product& product, std::string_view kind, const std::string& quantity) {
        segment({"QTY", kind, quantity, "EA"});
        segment({"LIN", std::to_string(line_in_set_ + 1), "VP", product.sku, "MG", product.mpn, "UP", product.upc});
    }

    void count_line(int64_t quantity) {
        ++lines_;
        ++line_in_set_;
        quantity_sum_ += quantity;
    }

    const Options& options_;
    const World& world_;
    const Sink& sink_;
    Dice dice_;
    std::string buffer_;
    uint64_t lines_ = 0, line_in_set_ = 0, segments_ = 0, sets_ = 0, invoices_ = 0, serials_ = 0, returns_ = 0;
    int64_t quantity_sum_ = 0;
    uint32_t unknown_products_used_ = 0, unknown_reps_used_ = 0;
    std::array<Sold, 64> sold_{};
    uint64_t sold_count_ = 0;
};

}  // namespace

void write_867(const Options& options, const World& world, const Sink& sink) {
    Writer867(options, world, sink).write();
}

}  // namespace tributary::generator
