#include "core/net/server_core.hpp"

#include <algorithm>
#include <chrono>

#include <boost/asio/post.hpp>

#include "core/net/connection.hpp"

namespace tributary::net {
namespace {

constexpr unsigned disk_threads = 4;

bool writes_bodies(const ServerOptions& options) {
    const auto to_file = [](const Route& route) { return route.body_to_file; };
    return std::any_of(options.listeners.begin(), options.listeners.end(), [&](const Listener& listener) {
        return std::any_of(listener.routes.begin(), listener.routes.end(), to_file);
    });
}

}  // namespace

ServerCore::ServerCore(ServerOptions server_options)
    : options(std::move(server_options)),
      handlers(std::max(1U, options.handler_threads)),
      disk(writes_bodies(options) ? disk_threads : 0) {}

void ServerCore::run_on(const boost::asio::any_io_executor& executor, std::function<void()> f) {
    const std::lock_guard lock(run_mutex_);
    if (!is_sealed_) boost::asio::post(executor, std::move(f));
}

void ServerCore::seal() {
    {
        const std::lock_guard lock(run_mutex_);
        is_sealed_ = true;
    }
    io.restart();
    io.poll();
}

void ServerCore::add(const std::shared_ptr<Connection>& connection) {
    const std::lock_guard lock(mutex_);
    connections_.emplace(connection.get(), connection);
    if (is_aborting_) connection->abort();
}

void ServerCore::remove(const Connection* connection) {
    const std::lock_guard lock(mutex_);
    connections_.erase(connection);
    if (connections_.empty()) emptied_.notify_all();
}

uint64_t ServerCore::connections_open() const {
    const std::lock_guard lock(mutex_);
    return connections_.size();
}

bool ServerCore::wait_until_empty(int64_t timeout_ms) {
    std::unique_lock lock(mutex_);
    return emptied_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return connections_.empty(); });
}

std::vector<std::shared_ptr<Connection>> ServerCore::snapshot() {
    std::vector<std::shared_ptr<Connection>> out;
    const std::lock_guard lock(mutex_);
    for (const auto& [key, weak] : connections_)
        if (std::shared_ptr<Connection> connection = weak.lock()) out.push_back(std::move(connection));
    return out;
}

void ServerCore::drain_connections() {
    is_draining = true;
    for (const std::shared_ptr<Connection>& connection : snapshot()) connection->drain();
}

void ServerCore::abort_connections() {
    {
        const std::lock_guard lock(mutex_);
        is_aborting_ = true;
    }
    for (const std::shared_ptr<Connection>& connection : snapshot()) connection->abort();
}

}  // namespace tributary::net
