#include <gtest/gtest.h>

#include "core/net/http.hpp"
#include "core/net/response_head.hpp"
#include "core/net/route_table.hpp"
#include "core/net/target.hpp"
#include "core/net/trace.hpp"
#include "tests/unit/net/harness.hpp"

namespace tributary::net {
namespace {

TEST(Problem, CarriesTheFieldsOfRfc9457) {
    const Response response = Response::problem(404, "not_found", "There is no feed", "feed 'x' is unknown");
    const auto body = parse_json(response.body);
    ASSERT_TRUE(body);
    const json::object& object = body->as_object();
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.headers.front().value, "application/problem+json");
    EXPECT_EQ(text_or(object, "type"), "urn:tributary:problem:not_found");
    EXPECT_EQ(text_or(object, "title"), "There is no feed");
    EXPECT_EQ(text_or(object, "detail"), "feed 'x' is unknown");
    EXPECT_EQ(text_or(object, "code"), "not_found");
    EXPECT_EQ(int_or(object, "status"), 404);
}

TEST(Problem, TakesItsStatusFromTheErrorCode) {
    const std::pair<ErrorCode, int> table[] = {
        {ErrorCode::invalid, 400},  {ErrorCode::forbidden, 403},   {ErrorCode::not_found, 404},
        {ErrorCode::conflict, 409}, {ErrorCode::too_large, 413},   {ErrorCode::internal, 500},
        {ErrorCode::config, 500},   {ErrorCode::corrupt, 500},     {ErrorCode::io, 503},
        {ErrorCode::timeout, 504},  {ErrorCode::unavailable, 503},
    };
    for (const auto& [code, status] : table)
        EXPECT_EQ(Response::problem(fail(code, "why")).status, status) << name_of(code);
}

TEST(TargetOf, DecodesPathAndQuery) {
    const auto target = parse_target("/v1/feeds/a%2Fb/%C3%A9?x=1+2&y=%26&z");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->segments, (std::vector<std::string>{"v1", "feeds", "a/b", "\xC3\xA9"}));
    EXPECT_EQ(target->path, "/v1/feeds/a/b/\xC3\xA9");
    EXPECT_EQ(target->query, (std::map<std::string, std::string>{{"x", "1 2"}, {"y", "&"}, {"z", ""}}));
}

TEST(TargetOf, TakesTheAbsoluteForm) {
    const auto target = parse_target("http://host.example:80/a?b=c");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/a");
    EXPECT_EQ(target->query.at("b"), "c");
}

TEST(TargetOf, RefusesWhatIsAmbiguous) {
    for (const char* text : {"", "*", "a/b", "/%", "/%4", "/%zz", "/%00", "/a%0Ab", "/%ff", "/a/../b", "/a/%2e%2E/b",
                             "/.", "/?a=1&a=2", "/?a=%f", "/?a=%00", "/?%ff=1"})
        EXPECT_FALSE(parse_target(text)) << text;
}

TEST(TraceParent, IsTakenWhenWellFormedOnly) {
    const std::string id(32, 'a');
    ASSERT_TRUE(parse_traceparent("00-" + id + "-00f067aa0ba902b7-01"));
    EXPECT_EQ(parse_traceparent("00-" + id + "-00f067aa0ba902b7-01")->trace_id, id);
    EXPECT_EQ(parse_traceparent("00-" + id + "-00f067aa0ba902b7-01")->flags, "01");
    EXPECT_TRUE(parse_traceparent("01-" + id + "-00f067aa0ba902b7-01-more"));
    for (const std::string& text :
         {std::string(), "00-" + id + "-00f067aa0ba902b7-01-more", "ff-" + id + "-00f067aa0ba902b7-01",
          "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01", "00-" + id + "-0000000000000000-01",
          "00-" + std::string(32, 'A') + "-00f067aa0ba902b7-01", "00-" + id + "-01"})
        EXPECT_FALSE(parse_traceparent(text)) << text;
}

RouteTable table_of(const std::vector<std::pair<std::string, std::string>>& routes) {
    std::vector<Route> out;
    for (const auto& [method, pattern] : routes) out.push_back(route(method, pattern, echo()));
    auto table = RouteTable::make(std::move(out));
    EXPECT_TRUE(table) << table.error().message;
    return std::move(*table);
}

TEST(RouteTableMatch, PrefersTheMoreSpecificPattern) {
    const RouteTable table = table_of({{"GET", "/portal/{path...}"},
                                       {"GET", "/v1/feeds/{feed}"},
                                       {"GET", "/v1/feeds/all"},
                                       {"GET", "/portal/app.js"},
                                       {"HEAD", "/v1/feeds/all"},
                                       {"PUT", "/v1/feeds/{feed}"}});
    struct Case {
        std::vector<std::string> segments;
        const char* method;
        const char* pattern;  // null: no route
        std::map<std::string, std::string> captures;
    };
    const Case cases[] = {
        {{"v1", "feeds", "all"}, "GET", "/v1/feeds/all", {}},
        {{"v1", "feeds", "acme"}, "GET", "/v1/feeds/{feed}", {{"feed", "acme"}}},
        {{"v1", "feeds", "all"}, "PUT", "/v1/feeds/{feed}", {{"feed", "all"}}},
        {{"portal", "app.js"}, "GET", "/portal/app.js", {}},
        {{"portal", "a", "b.css"}, "HEAD", "/portal/{path...}", {{"path", "a/b.css"}}},
        {{"portal", ""}, "GET", "/portal/{path...}", {{"path", ""}}},
        {{"portal"}, "GET", nullptr, {}},
        {{"portal", "a/../../etc"}, "GET", nullptr, {}},
        {{"v1", "feeds", ""}, "GET", nullptr, {}},
        {{"v1", "feeds", "acme", "more"}, "GET", nullptr, {}},
    };
    for (const Case& c : cases) {
        const RouteMatch match = table.match(c.method, c.segments);
        ASSERT_EQ(match.route != nullptr, c.pattern != nullptr) << c.segments.back();
        if (!c.pattern) continue;
        EXPECT_EQ(match.route->pattern, c.pattern);
        EXPECT_EQ(match.captures, c.captures) << c.pattern;
    }
}

TEST(RouteTableMatch, NamesTheMethodsThatAreAllowed) {
    const RouteTable table = table_of({{"GET", "/a/{x}"}, {"DELETE", "/a/b"}});
    EXPECT_EQ(table.match("POST", {"a", "b"}).allowed, (std::vector<std::string>{"DELETE", "GET", "HEAD"}));
    EXPECT_TRUE(table.match("POST", {"b"}).allowed.empty());
}

TEST(RouteTableMake, RefusesRoutesThatCannotBeMeant) {
    const auto refuses = [](std::vector<Route> routes) { return !RouteTable::make(std::move(routes)); };
    EXPECT_TRUE(refuses({route("GET", "a", echo())}));
    EXPECT_TRUE(refuses({route("get", "/a", echo())}));
    EXPECT_TRUE(refuses({route("GET", "/a", nullptr)}));
    EXPECT_TRUE(refuses({route("GET", "/a", echo(), nullptr)}));
    EXPECT_TRUE(refuses({route("GET", "/{a}/x{b}", echo())}));
    EXPECT_TRUE(refuses({route("GET", "/{a}/{a}", echo())}));
    EXPECT_TRUE(refuses({route("GET", "/{a...}/b", echo())}));
    EXPECT_TRUE(refuses({route("GET", "/{}", echo())}));
    EXPECT_TRUE(refuses({route("GET", "/{a}", echo()), route("GET", "/{b}", echo())}));
}

TEST(ResponseHead, KeepsFramingToItself) {
    Response response = Response::text(200, "four");
    response.headers.push_back({"Content-Length", "99"});
    response.headers.push_back({"Transfer-Encoding", "chunked"});
    response.headers.push_back({"x-own", "yes"});
    const std::string head = response_head(response, {"tributary", "", true, 0});
    EXPECT_EQ(head.find("99"), std::string::npos);
    EXPECT_EQ(head.find("chunked"), std::string::npos);
    EXPECT_NE(head.find("\r\ncontent-length: 4\r\n"), std::string::npos);
    EXPECT_NE(head.find("\r\nx-own: yes\r\n"), std::string::npos);
    EXPECT_NE(head.find("\r\nconnection: close\r\n"), std::string::npos);
}

TEST(ResponseHead, RefusesAHeaderThatBreaksTheLine) {
    Response response = Response::text(200, "");
    response.headers.push_back({"location", "/a\r\nset-cookie: x=1"});
    EXPECT_FALSE(is_sendable(response));
}

TEST(HttpDate, IsTheFixedForm) {
    EXPECT_EQ(http_date(784111777000), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace tributary::net
