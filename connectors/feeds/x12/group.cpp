// The functional group level of Envelope: GS and GE.
#include <algorithm>
#include <array>

#include "connectors/feeds/x12/envelope.hpp"
#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {
namespace {

const char* name_of(uint32_t element) {
    static constexpr std::array<const char*, 9> names = {"",     "kind of group",  "sender", "receiver", "date",
                                                         "time", "control number", "agency", "version"};
    return names[element];
}

Spot spot_in(const Segment& segment, uint32_t element, std::string_view expected) {
    Spot spot = spot_of(segment, element);
    spot.name = name_of(element);
    spot.expected = expected;
    return spot;
}

bool is_known_release(std::string_view version, Release& release) {
    if (version.substr(0, 6) == "004010")
        release = Release::r004010;
    else if (version.substr(0, 6) == "005010")
        release = Release::r005010;
    else
        return false;
    return true;
}

}  // namespace

tributary_group Envelope::group_record(uint32_t phase, const tributary_position& at) const {
    auto group = sdk::make<tributary_group>();
    group.phase = phase;
    group.interchange = ordinal_;
    group.ordinal = group_.ordinal;
    group.at = at;
    group.functional_id = sdk::span(group_.functional_id);
    group.sender = sdk::span(group_.sender);
    group.receiver = sdk::span(group_.receiver);
    group.control_number = sdk::span(group_.number);
    group.version = sdk::span(group_.version);
    return group;
}

void Envelope::begin_group(const Segment& gs) {
    is_stray_reported_ = false;
    ++groups_;
    group_.is_open = true;
    group_.is_header_wrong = false;
    group_.ordinal = groups_;
    group_.sets_claimed = group_.sets_seen = group_.sets_accepted = 0;
    group_.set_numbers.clear();
    group_.codes.clear();
    group_.functional_id = printable(trimmed(gs[1]), 16);
    group_.sender = printable(trimmed(gs[2]), 32);
    group_.receiver = printable(trimmed(gs[3]), 32);
    group_.number = printable(trimmed(gs[6]), 32);
    group_.version = printable(trimmed(gs[8]), 32);
    findings_.in_group(groups_);
    outbox_.group(group_record(TRIBUTARY_BEGIN, gs.at));

    GroupContext& context = group_.context;
    context.interchange = ordinal_;
    context.group = groups_;
    context.functional_id = group_.functional_id;
    context.sender = group_.sender;
    context.is_acknowledgement = group_.functional_id == "FA";
    std::string_view version = group_.version;
    for (const auto& [from, to] : profile_.versions) {
        if (version.substr(0, from.size()) == from) version = to;
    }
    context.is_release_known = is_known_release(version, context.release);
    context.is_supported = library_.knows_group(group_.functional_id);
    check_group(gs);
}

void Envelope::fail_group(Finding finding, const Spot& spot, const char* code) {
    findings_.report(finding, spot);
    group_.is_header_wrong = true;
    if (*code == '\0' || group_.codes.find(code) != std::string::npos) return;
    if (!group_.codes.empty()) group_.codes += ' ';
    group_.codes += code;
}

void Envelope::check_group(const Segment& gs) {
    const auto length_of = [&](uint32_t element) { return trimmed(gs[element]).size(); };
    if (length_of(1) != 2) {
        fail_group(Finding::gs_value, spot_in(gs, 1, "two letters"), "1");
    } else if (!group_.context.is_supported) {
        fail_group(Finding::group_unsupported, spot_in(gs, 1, "PT, sales reports"), "1");
    }
    for (const uint32_t element : {2U, 3U}) {
        if (length_of(element) < 2 || length_of(element) > 15) {
            fail_group(Finding::gs_value, spot_in(gs, element, "2 to 15 characters"), "");
        }
    }
    // Dates were YYMMDD before release 004010; both are clear.
    if (date_of(gs[4]) == 0) fail_group(Finding::gs_value, spot_in(gs, 4, "a date, CCYYMMDD"), "");
    if (!is_time(gs[5])) fail_group(Finding::gs_value, spot_in(gs, 5, "a time, HHMM to HHMMSSDD"), "");
    if (gs[7] != "X" && gs[7] != "T") fail_group(Finding::gs_value, spot_in(gs, 7, "X or T"), "");
    if (length_of(8) == 0 || length_of(8) > 12) {
        fail_group(Finding::gs_value, spot_in(gs, 8, "1 to 12 characters"), "2");
    } else if (!group_.context.is_release_known && group_.context.is_supported && !group_.context.is_acknowledgement) {
        fail_group(Finding::version_unsupported, spot_in(gs, 8, "004010 or 005010"), "2");
    }
    check_group_number(gs);
}

void Envelope::check_group_number(const Segment& gs) {
    const std::string& number = group_.number;
    if (number.empty() || number.size() > 9 || count_of(number) < 0) {
        return fail_group(Finding::gs_value, spot_in(gs, 6, "1 to 9 digits"), "6");
    }
    const std::string partner = group_.functional_id + '\n' + group_.sender + '\n' + group_.receiver;
    if (!group_numbers_.add(partner, number)) fail_group(Finding::gs_number_again, spot_in(gs, 6, ""), "6");
}

void Envelope::end_group(const Segment* ge, const tributary_position& at) {
    findings_.in_group(group_.ordinal);
    if (ge == nullptr) {
        Spot spot;
        spot.at = at;
        spot.tag = "GE";
        fail_group(Finding::ge_missing, spot, "3");
    } else {
        const int64_t claimed = count_of(trimmed((*ge)[1]));
        group_.sets_claimed = claimed < 0 || claimed > 999999 ? 0 : uint32_t(claimed);
        if (claimed != int64_t(group_.sets_seen)) {
            const std::string expected = std::to_string(group_.sets_seen);
            Spot spot = spot_of(*ge, 1);
            spot.expected = expected;
            fail_group(Finding::ge_count, spot, "5");
        }
        if (trimmed((*ge)[2]) != group_.number) {
            Spot spot = spot_of(*ge, 2);
            spot.expected = group_.number;
            fail_group(Finding::ge_number, spot, "4");
        }
    }
    tributary_group group = group_record(TRIBUTARY_END, at);
    if (group_.is_header_wrong) group_.sets_accepted = 0;
    const bool is_rejected = group_.is_header_wrong || (group_.sets_seen != 0 && group_.sets_accepted == 0);
    group.verdict = is_rejected                                ? TRIBUTARY_REJECTED
                    : group_.sets_accepted != group_.sets_seen ? TRIBUTARY_ACCEPTED_WITH_ERRORS
                                                               : TRIBUTARY_ACCEPTED;
    group.sets_claimed = group_.sets_claimed;
    group.sets_seen = group_.sets_seen;
    group.sets_accepted = group_.sets_accepted;
    group.error_codes = sdk::span(group_.codes);
    outbox_.group(group);
    group_.is_open = false;
    is_stray_reported_ = false;
    findings_.in_interchange(ordinal_);
}

}  // namespace tributary::x12
