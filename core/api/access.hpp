// Who is calling, and what they may do. The Unix socket's peer is known by the kernel and administrates when root, the
// daemon's own user, or one that the configuration names; over TCP a bearer token tells. Tokens are kept and compared
// as SHA-256, all of them each time, in constant time. Immutable: a reload makes a new one. Any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/api/endpoint.hpp"
#include "core/base/digest.hpp"
#include "core/base/secret.hpp"

namespace tributary::api {

class Access {
public:
    void add_token(const Secret& token, const std::string& name, const std::string& role);
    void add_feed_token(const Secret& token, const std::string& feed);
    void add_user(uint32_t uid) { uids_.push_back(uid); }
    void add_group(uint32_t gid) { gids_.push_back(gid); }

    // Sets principal and role of the request, or answers why not. 401: who are you; 403: you may not.
    std::optional<net::Response> check(net::Request& head, Right right) const;

private:
    struct Known {
        Digest digest;
        std::string name, role;  // feed tokens: role "feed", name the feed's
    };
    bool is_administrator(const net::Peer& peer) const;
    const Known* known(std::string_view token) const;

    std::vector<Known> tokens_;
    std::vector<uint32_t> uids_, gids_;
};

bool has_right(std::string_view role, Right right);

}  // namespace tributary::api
