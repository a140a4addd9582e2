#include "connectors/mail/smtp/mime.hpp"

#include <algorithm>
#include <array>

namespace tributary::smtp {
namespace {

constexpr size_t line_size_max = 76;
constexpr size_t encoded_bytes_max = 42;  // of UTF-8 in one encoded-word: 12 + 56 bytes of base64 stay below 75
// "=_" cannot occur in quoted-printable nor in base64, so that no body can hold the boundary.
constexpr std::string_view boundary = "=_tributary_alternative";

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_printable(char c) { return c >= 0x20 && c < 0x7F; }
bool is_atom(char c) {
    return is_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// No byte below 0x20 reaches a header.
std::string one_line(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    }
    return out;
}

std::string base64(std::string_view bytes) {
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (size_t i = 0; i < bytes.size(); i += 3) {
        const auto byte = [&](size_t at) {
            return at < bytes.size() ? static_cast<uint32_t>(static_cast<unsigned char>(bytes[at])) : 0u;
        };
        const uint32_t three = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        out +=
            {digits[three >> 18 & 63], digits[three >> 12 & 63], i + 1 < bytes.size() ? digits[three >> 6 & 63] : '=',
             i + 2 < bytes.size() ? digits[three & 63] : '='};
    }
    return out;
}

bool needs_encoding(std::string_view text) {
    size_t word = 0;
    for (const char c : text) {
        if (!is_printable(c)) return true;
        word = c == ' ' ? 0 : word + 1;
        if (word > 60) return true;  // could not be folded
    }
    return text.find("=?") != std::string_view::npos || text.starts_with(' ') || text.ends_with(' ');
}

// Appends encoded-words to header, each on a line of its own after the first; characters stay whole (RFC 2047 §5).
void append_encoded(std::string& header, std::string_view text) {
    bool is_first = true;
    while (!text.empty()) {
        const size_t room = is_first ? encoded_bytes_max - std::min<size_t>(header.size(), 24) : encoded_bytes_max;
        size_t size = std::min(room, text.size());
        while (size > 0 && size < text.size() && is_continuation(text[size])) --size;
        if (size == 0) size = std::min(room, text.size());  // no UTF-8: cut anywhere
        header += is_first ? "" : "\r\n ";
        header += "=?UTF-8?B?" + base64(text.substr(0, size)) + "?=";
        text.remove_prefix(size);
        is_first = false;
    }
}

// Appends words separated by blanks, folding before a word that would pass the line's end.
void append_folded(std::string& header, std::string_view text) {
    size_t column = header.size();
    while (!text.empty()) {
        const size_t blanks = std::min(text.find_first_not_of(' '), text.size());
        const size_t end = std::min(text.find(' ', blanks), text.size());
        if (column + end > line_size_max && blanks > 0) {
            header += "\r\n";
            column = 0;
        }
        header += text.substr(0, end);
        column += end;
        text.remove_prefix(end);
    }
}

std::string quoted_name(std::string_view name) {
    const bool is_plain = std::all_of(name.begin(), name.end(), [](char c) { return is_atom(c) || c == ' '; });
    if (is_plain) return std::string(name);
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string part(std::string_view type, std::string_view text) {
    const auto foreign = static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return c < 0; }));
    const bool is_mostly_foreign = foreign * 6 > text.size();  // quoted-printable would be longer
    std::string out = "Content-Type: " + std::string(type) + "; charset=utf-8\r\n";
    out += "Content-Transfer-Encoding: ";
    out += is_mostly_foreign ? "base64\r\n\r\n" + base64_lines(text)
                             : "quoted-printable\r\n\r\n" + quoted_printable(text);
    return out;
}

// Every line end becomes CRLF.
std::string with_crlf(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' || text[i] == '\n') {
            if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
            out += "\r\n";
        } else {
            out += text[i];
        }
    }
    return out;
}

bool is_language_tag(std::string_view text) {
    return !text.empty() && text.size() <= 35 &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

}  // namespace

bool is_address(std::string_view text) {
    const size_t at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
    const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
    if (!std::all_of(local.begin(), local.end(), [](char c) { return is_atom(c) || c == '.'; })) return false;
    if (local.starts_with('.') || local.ends_with('.') || local.find("..") != std::string_view::npos) return false;
    for (size_t begin = 0; begin <= domain.size();) {
        const size_t end = std::min(domain.find('.', begin), domain.size());
        const std::string_view label = domain.substr(begin, end - begin);
        if (label.empty() || label.size() > 63 || label.starts_with('-') || label.ends_with('-')) return false;
        if (!std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-'; })) return false;
        begin = end + 1;
    }
    return true;
}

std::string_view domain_of(std::string_view address) { return address.substr(address.rfind('@') + 1); }

std::string message_id(std::string_view id, std::string_view domain) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string local;
    for (const char c : id) {
        if (is_alnum(c) || c == '-') {
            local += c;
        } else {
            local += {'_', digits[static_cast<unsigned char>(c) >> 4], digits[static_cast<unsigned char>(c) & 15]};
        }
    }
    return "<" + local + "@" + std::string(domain) + ">";
}

std::string date_text(int64_t now_ms) {
    static constexpr std::array<const char*, 7> weekdays = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const int64_t seconds = std::max<int64_t>(now_ms, 0) / 1000, days = seconds / 86'400, rest = seconds % 86'400;
    // Civil date from days, after Hinnant: years start in March, so that the leap day is the last.
    const int64_t shifted = days + 719'468, era = shifted / 146'097, day_of_era = shifted % 146'097;
    const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month_shifted = (5 * day_of_year + 2) / 153;
    const int64_t day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    const int64_t month = month_shifted < 10 ? month_shifted + 3 : month_shifted - 9;
    const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    const auto two = [](int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    return std::string(weekdays[static_cast<size_t>(days % 7)]) + ", " + two(day) + " " +
           months[static_cast<size_t>(month - 1)] + " " + std::to_string(year) + " " + two(rest / 3600) + ":" +
           two(rest / 60 % 60) + ":" + two(rest % 60) + " +0000";
}

std::string unstructured(std::string_view header, std::string_view text) {
    const std::string line = one_line(text);
    std::string out = std::string(header) + ": ";
    if (needs_encoding(line)) {
        append_encoded(out, line);
    } else {
        append_folded(out, line);
    }
    return out + "\r\n";
}

std::string mailbox(std::string_view header, std::string_view name, std::string_view address) {
    const std::string line = one_line(name);
    std::string out = std::string(header) + ": ";
    if (line.find_first_not_of(' ') == std::string::npos) return out + std::string(address) + "\r\n";
    if (needs_encoding(line) || line.size() > 60) {
        append_encoded(out, line);
    } else {
        out += quoted_name(line);
    }
    const size_t column = out.size() - (out.rfind('\n') == std::string::npos ? 0 : out.rfind('\n') + 1);
    out += column + address.size() + 3 > line_size_max ? "\r\n " : " ";
    return out + "<" + std::string(address) + ">\r\n";
}

std::string quoted_printable(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out, line;
    const auto add = [&](std::string_view token) {
        if (line.size() + token.size() > line_size_max - 1) {
            out += line + "=\r\n";
            line.clear();
        }
        line += token;
    };
    const std::string body = with_crlf(text);
    for (size_t i = 0; i < body.size(); ++i) {
        const char c = body[i];
        if (c == '\r') {  // with_crlf() left it only before '\n'
            out += line + "\r\n";
            line.clear();
            ++i;
            continue;
        }
        const bool is_blank = c == ' ' || c == '\t';
        const bool ends_line = i + 1 == body.size() || body[i + 1] == '\r';
        const bool is_plain = (is_printable(c) && c != '=') || c == '\t';
        if (is_plain && !(is_blank && ends_line)) {
            add({&c, 1});
        } else {
            const auto byte = static_cast<unsigned char>(c);
            add(std::string{'=', digits[byte >> 4], digits[byte & 15]});
        }
    }
    return line.empty() ? out : out + line + "\r\n";
}

std::string base64_lines(std::string_view text) {
    const std::string all = base64(with_crlf(text));
    std::string out;
    for (size_t i = 0; i < all.size(); i += line_size_max) out += all.substr(i, line_size_max) + "\r\n";
    return out;
}

std::string write_letter(const Letter& letter) {
    std::string out = "Date: " + date_text(letter.now_ms) + "\r\n";
    out += mailbox("From", letter.from_name, letter.from_address);
    out += mailbox("To", letter.to_name, letter.to_address);
    if (!letter.reply_to.empty()) out += mailbox("Reply-To", {}, letter.reply_to);
    out += unstructured("Subject", letter.subject);
    out += "Message-ID: " + message_id(letter.id, domain_of(letter.from_address)) + "\r\n";
    out += "Auto-Submitted: auto-generated\r\n";
    if (is_language_tag(letter.language)) out += "Content-Language: " + std::string(letter.language) + "\r\n";
    out += "MIME-Version: 1.0\r\n";
    if (letter.html.empty()) return out + part("text/plain", letter.text);
    const std::string dashes = "--" + std::string(boundary);
    out += "Content-Type: multipart/alternative;\r\n boundary=\"" + std::string(boundary) + "\"\r\n\r\n";
    out += dashes + "\r\n" + part("text/plain", letter.text) + "\r\n";
    out += dashes + "\r\n" + part("text/html", letter.html) + "\r\n";
    return out + dashes + "--\r\n";
}

}  // namespace tributary::smtp
