// A simulator with a clock that stands still, and a caller that speaks HTTP values to it. Tests only.
#pragma once
#include <string>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/encoding.hpp"
#include "core/base/random.hpp"
#include "tests/simulators/provider_sim.hpp"

namespace tributary::simulators {

struct World {
    ManualClock clock{1'770'000'000'000};
    SeededRandom random{7};
    FaultPlan faults;
    SimWorld view() { return {clock, random, faults}; }
};

inline net::Request request(std::string method, std::string path, std::string body,
                            std::vector<net::Header> headers) {
    net::Request out;
    out.method = std::move(method);
    out.path = out.target = std::move(path);
    out.body = std::move(body);
    out.headers = std::move(headers);
    return out;
}

// The answer's JSON object; empty when there was no answer or no object.
inline json::object object_of(const Reply& reply) {
    if (!reply.response) return {};
    auto parsed = parse_json(reply.response->body);
    return parsed && parsed->is_object() ? parsed->as_object() : json::object{};
}

inline int status_of(const Reply& reply) { return reply.response ? reply.response->status : 0; }

inline std::string header_of(const std::vector<net::Header>& headers, std::string_view name) {
    for (const net::Header& header : headers) {
        if (header.name == name) return header.value;
    }
    return {};
}

}  // namespace tributary::simulators
