#include "connectors/feeds/x12/isa.hpp"

#include <algorithm>

#include "connectors/feeds/x12/text.hpp"

namespace tributary::x12 {
namespace {

constexpr size_t widths[17] = {3, 2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1};

bool is_legal(char c) {
    return uint8_t(c) < 0x80 && c != '\0' && c != ' ' && !is_alphanumeric(c);
}

IsaFault fault(Finding finding, const char* note) {
    return {true, finding, note};
}

IsaFault check_delimiters(const IsaHeader& header) {
    const Delimiters& d = header.delimiters;
    const auto breaks_lines = [](char c) { return c == '\r' || c == '\n'; };
    if (!is_legal(d.element) || breaks_lines(d.element)) return fault(Finding::element_separator_bad, "026");
    if (uint8_t(d.terminator) >= 0xC2) return fault(Finding::terminator_multibyte, "004");
    if (!is_legal(d.terminator)) return fault(Finding::terminator_bad, "004");
    if (d.component != '\0' && (!is_legal(d.component) || breaks_lines(d.component)))
        return fault(Finding::component_separator_bad, "027");
    if (d.element == d.terminator || d.component == d.element || d.component == d.terminator) {
        return fault(Finding::delimiters_equal, "022");
    }
    return {};
}

bool is_newline(char c) {
    return c == '\r' || c == '\n';
}

// Where ISA16 is missing, the first byte is already the terminator. True when the next segment starts right after it
// and the bytes after that show that it, and not the byte behind it, ends segments.
bool is_component_missing(std::string_view rest) {
    if (rest.size() < 2) return false;
    size_t next = 1;
    while (next < rest.size() && is_newline(rest[next])) ++next;
    const std::string_view tag = rest.substr(next, 2);
    if (tag != "GS" && tag != "TA" && tag != "IE" && tag != "IS") return false;
    if (next == 1) return true;
    const size_t line_end = rest.find_first_of("\r\n", next);
    return line_end != std::string_view::npos && line_end > next && rest[line_end - 1] == rest[0];
}

}  // namespace

IsaFault read_isa(std::string_view bytes, IsaHeader& header) {
    header = IsaHeader{};
    const char separator = bytes[3];
    header.delimiters.element = separator;
    size_t offset = 3;
    for (size_t element = 1; element <= 16; ++element) {
        if (bytes[offset] != separator) return fault(Finding::isa_damaged, "024");
        const std::string_view value = bytes.substr(offset + 1, widths[element]);
        if (element < 16 && value.find(separator) != std::string_view::npos) return fault(Finding::isa_damaged, "024");
        header.elements[element] = trimmed(value);
        offset += 1 + widths[element];
    }
    header.delimiters.component = bytes[104];
    header.delimiters.terminator = bytes[105];
    header.elements[16] = bytes[104];
    const IsaFault wrong = check_delimiters(header);
    if (!wrong.is_fault) header.size = isa_size;
    return wrong;
}

IsaFault read_isa_lenient(std::string_view bytes, IsaHeader& header) {
    header = IsaHeader{};
    const char separator = bytes.size() > 3 ? bytes[3] : 'I';
    header.delimiters.element = separator;
    if (!is_legal(separator)) return fault(Finding::element_separator_bad, "026");
    size_t offset = 3;
    for (size_t element = 1; element <= 15; ++element) {
        const size_t end = bytes.find(separator, offset + 1);
        if (end == std::string_view::npos) return fault(Finding::isa_damaged, "024");
        std::string value(bytes.substr(offset + 1, end - offset - 1));
        const auto kept = std::remove_if(value.begin(), value.end(), is_newline);
        header.is_repaired_lines |= kept != value.end();
        value.erase(kept, value.end());
        header.is_repaired_widths |= value.size() != widths[element];
        if (value.size() > widths[element]) return fault(Finding::isa_damaged, "024");
        header.elements[element] = trimmed(value);
        offset = end;
    }
    std::string_view rest = bytes.substr(offset + 1);
    if (rest.size() < 2) return fault(Finding::isa_damaged, "024");
    header.is_repaired_component = is_component_missing(rest);
    header.delimiters.component = header.is_repaired_component ? '\0' : rest[0];
    header.delimiters.terminator = header.is_repaired_component ? rest[0] : rest[1];
    header.elements[16] = header.is_repaired_component ? "" : std::string(1, rest[0]);
    std::string& number = header.elements[13];
    if (number.size() < widths[13]) number.insert(0, widths[13] - number.size(), '0');
    const IsaFault wrong = check_delimiters(header);
    if (!wrong.is_fault) header.size = offset + (header.is_repaired_component ? 2 : 3);
    return wrong;
}

bool is_isa_version(std::string_view version) {
    return version.size() == 5 && count_of(version) >= 200 && count_of(version) < 1000;
}

bool choose_repetition(IsaHeader& header) {
    const char declared = header[11].empty() ? ' ' : header[11][0];
    const bool has_repetition = header[12] >= "00402";
    header.delimiters.repetition = '\0';
    if (!has_repetition) return declared == 'U';
    const Delimiters& d = header.delimiters;
    if (!is_legal(declared) || declared == d.element || declared == d.terminator || declared == d.component)
        return false;
    header.delimiters.repetition = declared;
    return true;
}

const IsaElementFault* check_isa_element(const IsaHeader& header, uint32_t element) {
    static constexpr IsaElementFault faults[17] = {
        {"000", "", ""},
        {"010", "kind of authorization", "two letters or digits"},
        {"011", "authorization", "printable characters"},
        {"012", "kind of security information", "two letters or digits"},
        {"013", "security information", "printable characters"},
        {"005", "kind of sender id", "two letters or digits"},
        {"006", "sender id", "printable characters"},
        {"007", "kind of receiver id", "two letters or digits"},
        {"008", "receiver id", "printable characters"},
        {"014", "date", "a date, YYMMDD"},
        {"015", "time", "a time, HHMM"},
        {"016", "standard or repetition separator", "U, or a separator"},
        {"017", "version", "five digits from 00200 on"},
        {"018", "control number", "nine digits"},
        {"019", "acknowledgement wanted", "0 or 1"},
        {"020", "usage", "P, T or I"},
        {"027", "component separator", "a separator"},
    };
    const std::string& value = header[element];
    const auto is_printable = [](char c) { return uint8_t(c) >= 0x20 && uint8_t(c) < 0x7F; };
    bool is_fine = true;
    switch (element) {
        case 1:
        case 3:
        case 5:
        case 7:
            is_fine = value.size() == 2 && is_alphanumeric(value[0]) && is_alphanumeric(value[1]);
            break;
        case 2:
        case 4:
            is_fine = std::all_of(value.begin(), value.end(), is_printable);
            break;
        case 6:
        case 8:
            is_fine = !value.empty() && std::all_of(value.begin(), value.end(), is_printable);
            break;
        case 9:
            is_fine = value.size() == 6 && date_of(value) != 0;
            break;
        case 10:
            is_fine = value.size() == 4 && is_time(value);
            break;
        case 12:
            is_fine = is_isa_version(value);
            break;
        case 13:
            is_fine = value.size() == 9 && count_of(value) >= 0;
            break;
        case 14:
            is_fine = value == "0" || value == "1";
            break;
        case 15:
            is_fine = value == "P" || value == "T" || value == "I";
            break;
        default:
            break;
    }
    return is_fine ? nullptr : &faults[element];
}

}  // namespace tributary::x12
