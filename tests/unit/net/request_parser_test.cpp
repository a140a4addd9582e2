// However the bytes are cut, the parser says the same.
#include <gtest/gtest.h>

#include "core/net/request_parser.hpp"

namespace tributary::net {
namespace {

struct Parsed {
    std::string summary;  // fault, or head and body
    size_t taken = 0;
};

// Feeds bytes as the connection does: pieces are appended to what was not taken yet.
Parsed parse(const std::string& bytes, const std::vector<size_t>& cuts) {
    RequestParser parser;
    std::string pending, body;
    Parsed out;
    size_t at = 0;
    for (size_t i = 0; i <= cuts.size() && !parser.is_done(); ++i) {
        const size_t end = i < cuts.size() ? cuts[i] : bytes.size();
        pending.append(bytes, at, end - at);
        at = end;
        for (size_t taken = 1; taken > 0 && !pending.empty() && !parser.is_done();) {
            const ParseFault fault = parser.feed(pending, &taken, body);
            if (fault) return {std::to_string(fault.status), 0};
            pending.erase(0, taken);
            out.taken += taken;
        }
    }
    if (!parser.is_header_done()) return {"unfinished", out.taken};
    const RequestHead& head = parser.head();
    out.summary = head.method + " " + head.target + (head.keeps_alive ? " keep" : " close") +
                  (parser.is_done() ? " done" : " open");
    for (const Header& header : head.headers) out.summary += " " + header.name + "=" + header.value;
    out.summary += " [" + body + "]";
    return out;
}

struct Sample {
    const char* name;
    std::string bytes, summary;
    size_t rest = 0;  // bytes after the message
};

const Sample samples[] = {
    {"get", "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a?b keep done host=x []"},
    {"pipelined", "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET", "GET / keep done host=x []", 3},
    {"close", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
     "GET / close done host=x connection=close []"},
    {"old", "GET / HTTP/1.0\r\n\r\n", "GET / close done []"},
    {"length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET",
     "POST / keep done host=x content-length=5 [hello]", 3},
    {"short", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel",
     "POST / keep open host=x content-length=5 [hel]"},
    {"chunked",
     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nA: "
     "b\r\n\r\nGET",
     "POST / keep done host=x transfer-encoding=chunked [hello]", 3},
    {"no_host", "GET / HTTP/1.1\r\n\r\n", "400"},
    {"bad_chunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nq\r\n", "400"},
    {"bad_chunk_end", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", "400"},
    {"bare_line_feed", "GET / HTTP/1.1\nHost: x\r\n\r\n", "505"},
};

class EverySplit : public ::testing::TestWithParam<Sample> {};

TEST_P(EverySplit, ParsesAlike) {
    const Sample& sample = GetParam();
    const auto check = [&](const std::vector<size_t>& cuts) {
        const Parsed parsed = parse(sample.bytes, cuts);
        EXPECT_EQ(parsed.summary, sample.summary);
        if (parsed.summary.size() > 3) {
            EXPECT_EQ(sample.bytes.size() - parsed.taken, sample.rest);
        }
    };
    check({});
    std::vector<size_t> each;
    for (size_t i = 1; i < sample.bytes.size(); ++i) each.push_back(i);
    check(each);
    for (size_t i = 1; i < sample.bytes.size(); ++i) {
        check({i});
        for (size_t k = i + 1; k < sample.bytes.size(); k += 3) check({i, k});
    }
}

INSTANTIATE_TEST_SUITE_P(Table, EverySplit, ::testing::ValuesIn(samples),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace tributary::net
