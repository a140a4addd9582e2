#include "core/api/access.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "core/base/encoding.hpp"
#include "core/base/log.hpp"

namespace tributary::api {
namespace {

struct User {
    std::string name;
    std::vector<gid_t> groups;
};

std::optional<User> user_of(uint32_t uid) {
    char room[4096];
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(uid, &entry, room, sizeof room, &found) != 0 || found == nullptr) return std::nullopt;
    User user{entry.pw_name, std::vector<gid_t>(256)};
    int count = static_cast<int>(user.groups.size());
    if (::getgrouplist(entry.pw_name, entry.pw_gid, user.groups.data(), &count) < 0) count = 0;
    user.groups.resize(static_cast<size_t>(count));
    return user;
}

std::string_view bearer_of(const net::Request& head) {
    const std::string_view header = head.header("authorization");
    constexpr std::string_view scheme = "bearer ";
    if (header.size() <= scheme.size() || lower_ascii(header.substr(0, scheme.size())) != scheme) return {};
    return trim(header.substr(scheme.size()));
}

net::Response unauthorized(std::string_view detail) {
    net::Response response = net::Response::problem(401, "unauthorized", "Who is calling?", detail);
    response.headers.push_back({"www-authenticate", "Bearer realm=\"tributary\""});
    return response;
}

net::Response forbidden(std::string_view detail) {
    return net::Response::problem(403, "forbidden", "You may not do this", detail);
}

const char* name_of(Right right) {
    switch (right) {
        case Right::anyone:
            return "anyone";
        case Right::feed:
            return "feed";
        case Right::desk:
            return "desk";
        case Right::look:
            return "look";
        case Right::operate:
            return "operate";
        case Right::money:
            return "money";
        case Right::redeem:
            return "redeem";
        case Right::admin:
            return "admin";
        case Right::local:
            return "local";
    }
    return "";
}

}  // namespace

bool has_right(std::string_view role, Right right) {
    using enum Right;
    const auto is_one_of = [&](std::initializer_list<Right> rights) {
        return std::find(rights.begin(), rights.end(), right) != rights.end();
    };
    if (right == anyone) return true;
    if (role == "admin") return right != local;
    if (role == "operator") return is_one_of({feed, desk, look, operate});
    if (role == "finance") return is_one_of({desk, look, money, redeem});
    if (role == "auditor") return is_one_of({desk, look});
    if (role == "rep_desk") return is_one_of({desk, redeem});
    return role == "feed" && right == feed;
}

void Access::add_token(const Secret& token, const std::string& name, const std::string& role) {
    tokens_.push_back({sha256(token.reveal()), name, role});
}

void Access::add_feed_token(const Secret& token, const std::string& feed) {
    tokens_.push_back({sha256(token.reveal()), feed, "feed"});
}

const Access::Known* Access::known(std::string_view token) const {
    const Digest digest = sha256(token);
    const Known* found = nullptr;
    for (const Known& candidate : tokens_)
        if (equal_in_constant_time(bytes_of(candidate.digest), bytes_of(digest))) found = &candidate;
    return found;
}

bool Access::is_administrator(const net::Peer& peer) const {
    if (peer.uid == 0 || peer.uid == ::geteuid()) return true;
    if (std::find(uids_.begin(), uids_.end(), peer.uid) != uids_.end()) return true;
    if (gids_.empty()) return false;
    const auto is_known = [&](gid_t gid) { return std::find(gids_.begin(), gids_.end(), gid) != gids_.end(); };
    if (is_known(peer.gid)) return true;
    const auto user = user_of(peer.uid);
    return user && std::any_of(user->groups.begin(), user->groups.end(), is_known);
}

std::optional<net::Response> Access::check(net::Request& head, Right right) const {
    if (right == Right::anyone) return std::nullopt;
    if (head.peer.is_unix) {
        if (!is_administrator(head.peer)) {
            log_warning("access.refused", {{"uid", head.peer.uid}, {"route", head.path}});
            return forbidden(fmt::format(
                "user id {} may not administrate; root can, or name the user or a group in [api]", head.peer.uid));
        }
        const auto user = user_of(head.peer.uid);
        head.principal = user ? "user:" + user->name : fmt::format("uid:{}", head.peer.uid);
        head.role = "admin";
        return std::nullopt;
    }
    const std::string_view token = bearer_of(head);
    if (token.empty()) return unauthorized("send Authorization: Bearer <token>");
    const Known* caller = known(token);
    if (caller == nullptr) {
        log_warning("access.unknown_token", {{"peer", head.peer.address}, {"route", head.path}});
        return unauthorized("the token is not known");
    }
    const bool is_other_feed = caller->role == "feed" && right == Right::feed && head.captures["feed"] != caller->name;
    if (!has_right(caller->role, right) || is_other_feed) {
        // A feed's token opens its own feed and nothing else.
        log_warning("access.refused", {{"peer", head.peer.address}, {"principal", caller->name}, {"route", head.path}});
        if (right == Right::local) return forbidden("this is for the Unix socket only");
        if (is_other_feed) return forbidden("the token is of another feed");
        return forbidden(fmt::format("the role '{}' lacks the right '{}'", caller->role, name_of(right)));
    }
    head.role = caller->role;
    head.principal = (caller->role == "feed" ? "feed:" : "token:") + caller->name;
    return std::nullopt;
}

}  // namespace tributary::api
