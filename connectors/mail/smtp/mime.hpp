// Writes an RFC 5322 message with MIME bodies: pure text in, CRLF lines of at most 78 bytes out. Nothing that a caller
// passes can open a header line of its own: control bytes become blanks, addresses are checked.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::smtp {

// An address that a header and an envelope can carry: ASCII dot-atom, '@', host name. Quoted local parts, address
// literals and internationalised addresses are not accepted.
bool is_address(std::string_view text);
std::string_view domain_of(std::string_view address);

struct Letter {
    std::string_view id;  // becomes the Message-ID: the same id gives the same one
    std::string_view from_name, from_address;
    std::string_view to_name, to_address;
    std::string_view reply_to;  // may be empty
    std::string_view subject, text, html;  // html may be empty; UTF-8
    std::string_view language;  // BCP 47, may be empty
    int64_t now_ms = 0;
};

std::string message_id(std::string_view id, std::string_view domain);  // with its angle brackets
std::string write_letter(const Letter& letter);

// The parts, for tests.
std::string date_text(int64_t now_ms);                                  // "Thu, 01 Jan 2026 00:00:00 +0000"
std::string unstructured(std::string_view header, std::string_view text);  // "Subject: ...\r\n", folded and encoded
std::string mailbox(std::string_view header, std::string_view name, std::string_view address);
std::string quoted_printable(std::string_view text);
std::string base64_lines(std::string_view text);

}  // namespace tributary::smtp
