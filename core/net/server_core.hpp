// What all connections of one server share: options, the I/O context, the thread pools and the register of connections.
// Held by shared_ptr, so that a Respond that outlives the server still finds it (and does nothing).
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include "core/net/server.hpp"
#include "core/net/worker_pool.hpp"

namespace tributary::net {

class Connection;

class ServerCore {
public:
    explicit ServerCore(ServerOptions server_options);
    const ServerOptions options;
    boost::asio::io_context io;
    WorkerPool handlers;  // guards and handlers
    WorkerPool disk;      // body files: a slow disk must not hold the I/O thread
    std::atomic<bool> is_draining{false};

    // Runs f on the executor, unless the server is gone. [any thread]
    void run_on(const boost::asio::any_io_executor& executor, std::function<void()> f);
    void seal();  // no more run_on; runs what is posted already. Call with the I/O threads joined.

    void add(const std::shared_ptr<Connection>& connection);  // closes it when the server is stopping
    void remove(const Connection* connection);
    uint64_t connections_open() const;
    bool wait_until_empty(int64_t timeout_ms);
    void drain_connections();
    void abort_connections();  // and those that come later

private:
    std::vector<std::shared_ptr<Connection>> snapshot();
    std::mutex run_mutex_;
    bool is_sealed_ = false;
    mutable std::mutex mutex_;
    std::condition_variable emptied_;
    std::map<const Connection*, std::weak_ptr<Connection>> connections_;
    bool is_aborting_ = false;
};

}  // namespace tributary::net
