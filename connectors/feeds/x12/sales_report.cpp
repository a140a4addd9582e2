#include "connectors/feeds/x12/sales_report.hpp"

#include <algorithm>
#include <string>

#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {
namespace {

constexpr size_t prices_max = 64;

// ISO 3166-1 alpha-2, where it can be told from what was sent.
std::string_view country_of(std::string_view code) {
    static constexpr std::pair<std::string_view, std::string_view> three_letters[] = {
        {"USA", "US"}, {"CAN", "CA"}, {"MEX", "MX"}, {"DEU", "DE"}, {"AUT", "AT"}, {"CHE", "CH"}, {"GBR", "GB"},
        {"FRA", "FR"}, {"ITA", "IT"}, {"ESP", "ES"}, {"NLD", "NL"}, {"BEL", "BE"}, {"POL", "PL"}, {"SWE", "SE"},
        {"DNK", "DK"}, {"NOR", "NO"}, {"FIN", "FI"}, {"IRL", "IE"}, {"BRA", "BR"}, {"JPN", "JP"}, {"AUS", "AU"},
    };
    if (code.size() == 2 && is_letter(code[0]) && is_letter(code[1])) return code;
    for (const auto& [three, two] : three_letters) {
        if (three == code) return two;
    }
    return {};
}

}  // namespace

void SalesReport::begin(uint32_t set, uint64_t& lines, std::string_view sender, const tributary_position& at) {
    set_ = set;
    lines_ = &lines;
    sender_ = sender;
    events_ = products_seen_ = quantities_seen_ = transfer_lines_ = 0;
    where_ = Where::header;
    is_report_sent_ = is_in_detail_loop_ = false;
    is_hash_usable_ = true;
    hash_ = 0;
    report_ = sdk::make<tributary_report>();
    report_.set = set;
    report_at_ = at;
    distributor_ = vendor_ = Party{};
    party_ = nullptr;
    line_ = Line{};
    header_text_.clear();
}

void SalesReport::accept(const Segment& segment) {
    switch (segment.tag) {
        case tag_of("REF"):
            return read_reference(segment);
        case tag_of("QTY"):
            return read_quantity(segment);
        case tag_of("LIN"):
            return read_product(segment);
        case tag_of("UIT"):
            return read_price(segment);
        case tag_of("DTM"):
            return read_date(segment);
        case tag_of("N1"):
            return read_party(segment);
        case tag_of("N4"):
            return read_place(segment);
        case tag_of("PER"):
            return read_contact(segment);
        case tag_of("PTD"):
            return read_transfer(segment);
        case tag_of("CTT"):
            return read_totals(segment);
        case tag_of("BPT"):
            return read_header(segment);
        case tag_of("CUR"):
            if (where_ == Where::line) line_.currency = keep(segment, 2);
            if (where_ == Where::header) report_.currency = sdk::span(keep(segment, 2));
            return;
        case tag_of("PID"):
            if (where_ == Where::line && line_.description.empty()) line_.description = keep(segment, 5);
            return;
        case tag_of("PRF"):
            facts().order_of_prf = keep(segment, 1);
            return;
        case tag_of("SII"):
            if (where_ == Where::transfer && transfer_product_.value.size == 0) {
                transfer_product_ = {sdk::span(keep(segment, 1)), sdk::span(keep(segment, 2))};
            }
            return;
        case tag_of("LX"):
            is_in_detail_loop_ = true;
            return;
        default:
            return;
    }
}

std::string_view SalesReport::keep_cleaned(std::string_view value, TextStore& store) {
    return store.keep(printable(value, value.size()));
}

std::string_view SalesReport::keep_upper(const Segment& segment, std::string_view value) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    if (std::none_of(value.begin(), value.end(), is_lower)) return keep(segment, value, store());
    std::string upper(value);
    for (char& c : upper) c = is_lower(c) ? char(c - 32) : c;
    return keep(segment, upper, store());
}

std::string_view SalesReport::first_component(std::string_view value) const {
    return delimiters_.component == '\0' ? value : value.substr(0, value.find(delimiters_.component));
}

tributary_decimal SalesReport::number(const Segment& segment, uint32_t element) {
    const tributary_decimal value = decimal_of(segment[element]);
    if (value.is_set == 0 && !segment[element].empty()) {
        bool is_plain = true;
        for (const char c : segment[element]) is_plain &= is_digit(c) || c == '.' || c == '-';
        // Anything else has been reported by the element check already.
        if (is_plain && segment[element].size() > 9) {
            Spot spot = spot_of(segment, element);
            spot.name = "number";
            findings_.report(Finding::number_too_precise, spot);
        }
    }
    return value;
}

void SalesReport::warn(Finding finding, std::string_view value, std::string_view expected) {
    Spot spot;
    spot.at = line_.is_open ? line_.at : transfer_at_;
    spot.tag = line_.is_open ? "QTY" : "PTD";
    spot.value = value;
    spot.expected = expected;
    findings_.report(finding, spot);
}

void SalesReport::read_header(const Segment& segment) {
    const uint32_t purpose = packed(segment[1]);
    const std::pair<const Codes*, uint32_t> meanings[] = {
        {&profile_.original, TRIBUTARY_PURPOSE_ORIGINAL}, {&profile_.replace, TRIBUTARY_PURPOSE_REPLACE},
        {&profile_.cancel, TRIBUTARY_PURPOSE_CANCEL},     {&profile_.duplicate, TRIBUTARY_PURPOSE_DUPLICATE},
        {&profile_.resubmit, TRIBUTARY_PURPOSE_RESUBMIT},
    };
    for (const auto& [codes, meaning] : meanings) {
        if (report_.purpose == 0 && codes->has(purpose)) report_.purpose = meaning;
    }
    if (report_.purpose == 0 && !segment[1].empty()) {
        Spot spot = spot_of(segment, 1);
        spot.name = "purpose of the report";
        spot.expected = "a purpose that the partner profile names";
        spot.reference = 353;
        findings_.report(Finding::element_code, spot);
    }
    report_at_ = segment.at;
    report_.id = sdk::span(keep(segment, 2));
    report_.date = date_of(segment[3]);
    report_.type = sdk::span(keep(segment, 4));
}

void SalesReport::read_transfer(const Segment& segment) {
    finish_transfer();
    send_report(segment.at);
    where_ = Where::transfer;
    is_in_detail_loop_ = false;
    transfer_text_.clear();
    transfer_facts_ = Facts{};
    reseller_ = end_customer_ = Party{};
    transfer_product_ = {};
    party_ = nullptr;
    transfer_lines_ = 0;
    transfer_at_ = segment.at;
    transfer_code_ = keep(segment, 1);
    const uint32_t code = packed(transfer_code_);
    transfer_ = profile_.returned.has(code) ? Transfer::returned
                : profile_.sale.has(code)   ? Transfer::sale
                                            : Transfer::ignored;
    if (transfer_ == Transfer::ignored && !profile_.ignored.has(code)) {
        warn(Finding::transfer_unknown, transfer_code_);
    }
    const Profile::Reference reference = profile_.reference(packed(segment[4]));
    if (reference.field == ReferenceField::contract) {
        transfer_facts_.references[size_t(ReferenceField::contract)] = {keep(segment, 5), reference.rank};
    }
}

// A line starts at QTY; where the sender puts LIN first, at LIN.
void SalesReport::start_line(const Segment& segment) {
    finish_line();
    where_ = Where::line;
    is_in_detail_loop_ = false;
    line_text_.clear();
    line_facts_ = Facts{};
    line_ = Line{};
    line_.is_open = true;
    line_.at = segment.at;
    product_ids_.clear();
    prices_.clear();
    serials_.clear();
    ++*lines_;
    ++transfer_lines_;
}

void SalesReport::read_quantity(const Segment& segment) {
    if (where_ == Where::header || where_ == Where::summary) return;
    if (!line_.is_open || line_.has_quantity) start_line(segment);
    ++quantities_seen_;
    line_.has_quantity = true;
    line_.qualifier = keep(segment, 1);
    line_.quantity = number(segment, 2);
    line_.uom = keep_upper(segment, first_component(segment[3]));
    add_to_hash(line_.quantity);
}

void SalesReport::read_product(const Segment& segment) {
    if (where_ == Where::header || where_ == Where::summary) return;
    if (!line_.is_open || line_.has_product) start_line(segment);
    ++products_seen_;
    line_.has_product = true;
    line_.line_id = keep(segment, 1);
    bool has_known = false;
    for (uint32_t pass = 0; pass < 2 && !has_known; ++pass) {
        for (uint32_t element = 2; element + 1 <= segment.count; element += 2) {
            const std::string_view id = trimmed(segment[element + 1]);
            const uint32_t qualifier = packed(trimmed(segment[element]));
            if (id.empty()) continue;
            if (profile_.product_serial.has(qualifier)) {
                if (pass == 0) read_serial(segment, id);
            } else if (pass == 1 || profile_.product.is_empty() || profile_.product.has(qualifier)) {
                has_known = pass == 0;
                product_ids_.push_back({sdk::span(keep(segment, element)), sdk::span(keep(segment, element + 1))});
            }
        }
    }
    if (!has_known && !product_ids_.empty()) warn(Finding::product_qualifier, sdk::text(product_ids_[0].name));
}

void SalesReport::read_price(const Segment& segment) {
    if (where_ != Where::line || prices_.size() >= prices_max) return;
    tributary_price price{};
    price.amount = number(segment, 2);
    if (price.amount.is_set == 0) return;
    price.uom = sdk::span(keep_upper(segment, first_component(segment[1])));
    price.type = sdk::span(keep(segment, 3));
    prices_.push_back(price);
}

void SalesReport::read_reference(const Segment& segment) {
    const Profile::Reference reference = profile_.reference(packed(segment[1]));
    if (reference.field == ReferenceField::none || where_ == Where::header || where_ == Where::summary) return;
    if (reference.field == ReferenceField::serial) return read_serial(segment, segment[2]);
    Ranked& kept = facts().references[size_t(reference.field)];
    if (reference.rank < kept.rank) kept = {keep(segment, 2), reference.rank};
}

void SalesReport::read_serial(const Segment& segment, std::string_view serial) {
    serial = trimmed(serial);
    if (serial.empty()) return;
    if (where_ != Where::line) {
        Spot spot = spot_of(segment, 2);
        return findings_.report(Finding::serial_outside_line, spot);
    }
    if (serials_.size() >= profile_.serials_max) {
        ++line_.serials_left_out;
        return;
    }
    serials_.push_back(sdk::span(keep(segment, serial, line_text_)));
}

void SalesReport::read_date(const Segment& segment) {
    if (where_ == Where::summary || is_in_detail_loop_) return;
    const uint32_t kind = packed(segment[1]);
    // DTM02 is the date; some send it, or a whole period, in DTM06 with its form in DTM05.
    std::string_view from = segment[2], to = segment[2];
    if (from.empty() && segment[5] == "D8") from = to = segment[6];
    if (from.empty() && segment[5] == "RD8" && segment[6].size() == 17) {
        from = segment[6].substr(0, 8);
        to = segment[6].substr(9);
    }
    if (where_ == Where::header) {
        if (profile_.period_start.has(kind)) report_.period_start = date_of(from);
        if (profile_.period_end.has(kind) || (profile_.period_start.has(kind) && to.data() != from.data())) {
            report_.period_end = date_of(to);
        }
        return;
    }
    const uint8_t invoice_rank = profile_.invoice_date.rank(kind), ship_rank = profile_.ship_date.rank(kind);
    if (invoice_rank < facts().invoice_date_rank.rank) {
        facts().invoice_date_rank.rank = invoice_rank;
        facts().invoice_date = date_of(from);
    }
    if (ship_rank < facts().ship_date_rank.rank) {
        facts().ship_date_rank.rank = ship_rank;
        facts().ship_date = date_of(from);
    }
}

void SalesReport::read_contact(const Segment& segment) {
    if (where_ == Where::header || where_ == Where::summary || !profile_.rep_functions.has(packed(segment[1]))) return;
    Facts& target = facts();
    target.rep_name = keep(segment, 2);
    for (uint32_t element = 3; element + 1 <= segment.count && element <= 7; element += 2) {
        const uint32_t kind = packed(segment[element]);
        if (profile_.rep_email.has(kind)) target.rep_email = keep(segment, element + 1);
        if (profile_.rep_phone.has(kind) && target.rep_phone.empty()) target.rep_phone = keep(segment, element + 1);
    }
    Ranked& id = target.references[size_t(ReferenceField::rep_id)];
    if (!segment[9].empty() && id.rank == Codes::absent) id = {keep(segment, 9), uint8_t(Codes::absent - 1)};
}

void SalesReport::read_party(const Segment& segment) {
    party_ = nullptr;
    if (where_ == Where::summary || is_in_detail_loop_) return;
    const uint32_t role = packed(segment[1]);
    const auto choose = [&](const Codes& codes, Party& party) {
        const uint8_t rank = codes.rank(role);
        if (party_ != nullptr || rank >= party.rank) return;
        party = Party{};
        party.rank = rank;
        party_ = &party;
    };
    const bool is_header = where_ == Where::header;
    TextStore& text = is_header ? header_text_ : transfer_text_;
    if (is_header) {
        choose(profile_.distributor, distributor_);
        choose(profile_.vendor, vendor_);
    } else {
        const bool is_second_ship_to = profile_.second_ship_to_is_end_customer && role == packed("ST") &&
                                       reseller_.rank == profile_.reseller.rank(role);
        if (is_second_ship_to && end_customer_.rank == Codes::absent) {
            end_customer_ = Party{};
            end_customer_.rank = Codes::absent - 1;
            party_ = &end_customer_;
        }
        choose(profile_.reseller, reseller_);
        choose(profile_.end_customer, end_customer_);
    }
    if (party_ == nullptr) return;
    party_->name = keep(segment, segment[2], text);
    party_->qualifier = keep(segment, segment[3], text);
    party_->id = keep(segment, segment[4], text);
}

void SalesReport::read_place(const Segment& segment) {
    if (party_ == nullptr || is_in_detail_loop_) return;
    TextStore& text = where_ == Where::header ? header_text_ : transfer_text_;
    party_->city = keep(segment, segment[1], text);
    party_->region = keep(segment, segment[2], text);
    party_->postal_code = keep(segment, segment[3], text);
    party_->country = keep(segment, country_of(trimmed(segment[4])), text);
}

void SalesReport::end(const tributary_position& at) {
    finish_transfer();
    send_report(at);
}

void SalesReport::finish_transfer() {
    const bool was_open = where_ == Where::transfer || where_ == Where::line;
    finish_line();
    if (was_open && transfer_lines_ == 0 && transfer_ != Transfer::ignored)
        warn(Finding::lines_missing, transfer_code_);
    if (was_open) where_ = Where::summary;
}

}  // namespace tributary::x12
