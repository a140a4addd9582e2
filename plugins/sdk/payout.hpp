// What payout and notice connectors share: an HTTP request that owns its text while the sink reads it, and an Answer
// that collects a result, keeps secrets out of its message and hands it to the sink once. Single-threaded values.
#pragma once
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/sdk/connector.hpp"

namespace tributary::sdk {

// The first `size_max` bytes, never cutting a UTF-8 sequence.
inline std::string_view clip(std::string_view text, size_t size_max) {
    if (text.size() <= size_max) return text;
    while (size_max > 0 && (static_cast<unsigned char>(text[size_max]) & 0xC0) == 0x80) --size_max;
    return text.substr(0, size_max);
}

// The size of the UTF-8 sequence that text starts with; 0 when it is none (RFC 3629: no surrogates, nothing overlong).
inline size_t utf8_size(std::string_view text) {
    const auto byte = [&](size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
    const auto follows = [&](size_t at) { return (byte(at) & 0xC0) == 0x80; };
    const unsigned first = byte(0), second = byte(1);
    if (first < 0x80) return text.empty() ? 0 : 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool is_bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F);
        return follows(1) && follows(2) && !is_bad ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool is_bad = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
        return follows(1) && follows(2) && follows(3) && !is_bad ? 4 : 0;
    }
    return 0;
}

// Provider text fit for a message: control bytes become blanks, bytes that are no UTF-8 become '?', every occurrence
// of a secret becomes "***".
inline std::string for_people(std::string_view text, const std::vector<std::string>& secrets) {
    std::string out;
    while (!text.empty()) {
        const size_t size = utf8_size(text);
        out += size == 0 ? std::string_view("?") : text.substr(0, size);
        text.remove_prefix(std::max<size_t>(size, 1));
    }
    for (const std::string& secret : secrets) {
        if (secret.size() < 4) continue;
        for (size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at + 3)) {
            out.replace(at, secret.size(), "***");
        }
    }
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    }
    return std::string(clip(out, 200));
}

struct HttpCall {
    std::string method, url, body;
    std::vector<std::pair<std::string, std::string>> headers;

    int32_t send(const tributary_http_sink& sink) const {
        std::vector<tributary_pair> pairs;
        for (const auto& [name, value] : headers) pairs.push_back(pair(name, value));
        auto request = make<tributary_http_request>();
        request.method = span(method);
        request.url = span(url);
        request.headers = pairs.data();
        request.header_count = static_cast<uint32_t>(pairs.size());
        request.body = span(body);
        return sink.request(sink.context, &request);
    }
};

// retry-after in seconds as milliseconds, at most a day; fallback_ms when absent or a date.
inline uint64_t retry_after_ms(const tributary_http_response& response, uint64_t fallback_ms) {
    for (uint32_t i = 0; i < response.header_count; ++i) {
        if (text(response.headers[i].name) != "retry-after") continue;
        const std::string_view value = text(response.headers[i].value);
        uint64_t seconds = 0;
        const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (code != std::errc() || end != value.data() + value.size()) return fallback_ms;
        return std::max<uint64_t>(std::min<uint64_t>(seconds, 86'400) * 1000, 1000);
    }
    return fallback_ms;
}

struct Answer {
    uint32_t outcome = TRIBUTARY_OUTCOME_UNKNOWN;
    std::string code;
    std::string message;
    uint64_t retry_after_ms = 0;
    std::string next_step, state, recipient_state, bearer;
    std::vector<std::string> references;
    bool has_amount = false;
    tributary_money amount{};

    int32_t send(const tributary_payout_sink& sink) const {
        std::vector<tributary_span> spans;
        for (const std::string& reference : references) spans.push_back(span(reference));
        auto result = make<tributary_payout_result>();
        result.outcome = outcome;
        result.code = span(code);
        result.message = span(message);
        result.retry_after_ms = retry_after_ms;
        result.next_step = span(next_step);
        result.state = span(state);
        result.recipient_state = span(recipient_state);
        result.bearer = span(bearer);
        result.references = spans.data();
        result.reference_count = static_cast<uint32_t>(spans.size());
        result.has_amount = has_amount ? 1 : 0;
        result.amount = amount;
        return sink.result(sink.context, &result);
    }
};

inline Answer answer(uint32_t outcome, std::string_view code, std::string message) {
    Answer made;
    made.outcome = outcome;
    made.code = code;
    made.message = std::move(message);
    return made;
}
inline Answer unknown(std::string_view code, std::string message) {
    return answer(TRIBUTARY_OUTCOME_UNKNOWN, code, std::move(message));
}

inline int32_t send_verdict(const tributary_webhook_sink& sink, uint32_t verdict, std::string_view event_id = {},
                            std::string_view event_kind = {}, std::string_view reference = {}) {
    auto result = make<tributary_webhook_result>();
    result.verdict = verdict;
    result.event_id = span(event_id);
    result.event_kind = span(event_kind);
    result.reference = span(reference);
    return sink.result(sink.context, &result);
}

inline std::string_view currency_of(const tributary_money& money) {
    const std::string_view padded(money.currency, sizeof money.currency);
    return padded.substr(0, std::min(padded.find('\0'), padded.size()));
}

inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

// 8-4-4-4-12 hex digits.
inline bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (size_t i = 0; i < text.size(); ++i) {
        const bool is_dash_place = i == 8 || i == 13 || i == 18 || i == 23;
        const char c = text[i];
        const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (is_dash_place ? c != '-' : !is_hex) return false;
    }
    return true;
}

// A base URL of an option without the blanks and slashes at its end.
inline std::string without_slash(std::string url) {
    while (!url.empty() && (url.back() == '/' || url.back() == ' ')) url.pop_back();
    return url;
}

// A value that goes into a header: visible ASCII only, so that no line can be injected.
inline void require_header_value(std::string_view option, std::string_view value) {
    const bool is_clean = std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (value.empty() || !is_clean) {
        throw BadOption{std::string(option) +
                        ": empty, or has blanks, line ends or non-ASCII bytes; check the credential"};
    }
}

}  // namespace tributary::sdk
