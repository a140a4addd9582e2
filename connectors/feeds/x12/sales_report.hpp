// Reads an 867: the header becomes one report record, every line (QTY loop) that is a sale or a return one event.
// What a PTD loop says holds for all its lines until a line says otherwise. The reader goes by tags and by "are we in
// the header, a transfer or a line", not by grammar rows, so that it also reads sets whose order is not right.
// One instance serves a whole session; buffers are used again. [single]
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "connectors/feeds/x12/findings.hpp"
#include "connectors/feeds/x12/outbox.hpp"
#include "connectors/feeds/x12/profile.hpp"
#include "connectors/feeds/x12/segment.hpp"
#include "connectors/feeds/x12/text_store.hpp"

namespace tributary::x12 {

class SalesReport {
public:
    SalesReport(const Profile& profile, const Delimiters& delimiters, Findings& findings, Outbox& outbox)
        : profile_(profile), delimiters_(delimiters), findings_(findings), outbox_(outbox) {}

    // lines: the interchange's line counter, from which event ordinals grow. sender: GS02, the last resort.
    void begin(uint32_t set, uint64_t& lines, std::string_view sender, const tributary_position& at);
    void accept(const Segment& segment);
    void end(const tributary_position& at);
    uint64_t events() const { return events_; }

private:
    enum class Where : uint8_t { header, transfer, line, summary };
    enum class Transfer : uint8_t { sale, returned, ignored };

    struct Party {
        std::string_view qualifier, id, name, city, region, postal_code, country;
        uint8_t rank = Codes::absent;
    };
    struct Ranked {
        std::string_view text;
        uint8_t rank = Codes::absent;
    };
    // What a transfer or a line says.
    struct Facts {
        std::array<Ranked, 10> references;  // by ReferenceField
        Ranked invoice_date_rank, ship_date_rank;
        int32_t invoice_date = 0, ship_date = 0;
        std::string_view rep_name, rep_email, rep_phone;
        std::string_view order_of_prf;
    };
    struct Line {
        bool is_open = false, has_quantity = false, has_product = false;
        tributary_position at{};
        std::string_view qualifier, uom, line_id, description, currency;
        tributary_decimal quantity{};
        uint32_t serials_left_out = 0;
    };

    void read_header(const Segment& segment);
    void read_transfer(const Segment& segment);
    void read_quantity(const Segment& segment);
    void read_product(const Segment& segment);
    void read_price(const Segment& segment);
    void read_reference(const Segment& segment);
    void read_serial(const Segment& segment, std::string_view serial);
    void read_date(const Segment& segment);
    void read_contact(const Segment& segment);
    void read_party(const Segment& segment);
    void read_place(const Segment& segment);
    void read_totals(const Segment& segment);
    void start_line(const Segment& segment);
    void finish_line();
    void finish_transfer();
    bool quantity_of_line(tributary_decimal& quantity, bool& is_return);
    void send_event(const tributary_decimal& quantity, bool is_return);
    void send_report(const tributary_position& at);
    void add_to_hash(const tributary_decimal& quantity);
    void warn(Finding finding, std::string_view value, std::string_view expected = {});

    Facts& facts() { return where_ == Where::line ? line_facts_ : transfer_facts_; }
    TextStore& store() {
        return where_ == Where::line ? line_text_ : where_ == Where::transfer ? transfer_text_ : header_text_;
    }
    std::string_view keep(const Segment& segment, uint32_t element) { return keep(segment, segment[element], store()); }
    std::string_view keep(const Segment& segment, std::string_view value, TextStore& store) {
        value = trimmed(value);
        return segment.has_special ? keep_cleaned(value, store) : store.keep(value);
    }
    std::string_view keep_cleaned(std::string_view value, TextStore& store);
    std::string_view keep_upper(const Segment& segment, std::string_view value);
    std::string_view first_component(std::string_view value) const;
    tributary_decimal number(const Segment& segment, uint32_t element);

    const Profile& profile_;
    const Delimiters& delimiters_;
    Findings& findings_;
    Outbox& outbox_;

    // of the set
    uint32_t set_ = 0;
    uint64_t* lines_ = nullptr;
    uint64_t events_ = 0, products_seen_ = 0, quantities_seen_ = 0, transfer_lines_ = 0;
    std::string_view sender_;
    Where where_ = Where::header;
    bool is_report_sent_ = false, is_in_detail_loop_ = false, is_hash_usable_ = true;
    int64_t hash_ = 0;  // sum of QTY02, six decimals
    tributary_report report_{};
    tributary_position report_at_{};
    Party distributor_, vendor_;
    Party* party_ = nullptr;  // the N1 that N4 belongs to
    TextStore header_text_, transfer_text_, line_text_;

    // of the transfer
    Transfer transfer_ = Transfer::ignored;
    tributary_position transfer_at_{};
    std::string_view transfer_code_;
    Facts transfer_facts_;
    Party reseller_, end_customer_;
    tributary_pair transfer_product_{};

    // of the line
    Line line_;
    Facts line_facts_;
    std::vector<tributary_pair> product_ids_;
    std::vector<tributary_price> prices_;
    std::vector<tributary_span> serials_;
    tributary_event event_ = sdk::make<tributary_event>();
};

}  // namespace tributary::x12
