#include "core/net/server.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

#include "core/base/log.hpp"
#include "core/net/listener.hpp"

namespace tributary::net {
namespace {

class BeastServer final : public HttpServer {
public:
    explicit BeastServer(ServerOptions options)
        : core_(std::make_shared<ServerCore>(std::move(options))), work_(core_->io.get_executor()) {}
    ~BeastServer() override { stop(); }

    Result<void> open() {
        for (const Listener& settings : core_->options.listeners) {
            TRIBUTARY_TRY(std::shared_ptr<BoundListener> listener, BoundListener::open(core_, settings));
            listeners_.push_back(std::move(listener));
        }
        for (unsigned i = 0; i < std::max(1U, core_->options.io_threads); ++i)
            threads_.emplace_back([this] { core_->io.run(); });
        for (const auto& listener : listeners_) listener->start();
        return {};
    }

    std::vector<Endpoint> endpoints() const override {
        std::vector<Endpoint> out;
        for (const auto& listener : listeners_) out.push_back(listener->endpoint());
        return out;
    }

    Result<void> reload_tls() override {
        std::vector<std::shared_ptr<boost::asio::ssl::context>> contexts;  // all or none
        for (const auto& listener : listeners_) {
            contexts.emplace_back();
            if (!listener->tls_files()) continue;
            TRIBUTARY_TRY(contexts.back(), make_tls_context(*listener->tls_files()));
        }
        for (size_t i = 0; i < listeners_.size(); ++i) listeners_[i]->set_tls(std::move(contexts[i]));
        return {};
    }

    void drain(int64_t timeout_ms) override {
        for (const auto& listener : listeners_) listener->close();
        core_->drain_connections();
        if (core_->wait_until_empty(timeout_ms)) return;
        log_warning("net.drain_cut", {{"connections", core_->connections_open()}});
        core_->abort_connections();
    }

    uint64_t connections_open() const override { return core_->connections_open(); }

private:
    // Closes everything, waits for the handlers that run, lets the I/O threads see all operations end.
    void stop() {
        for (const auto& listener : listeners_) listener->close();
        core_->abort_connections();
        core_->handlers.stop();
        core_->disk.stop();
        work_.reset();
        for (std::thread& thread : threads_) thread.join();
        core_->seal();
    }

    std::shared_ptr<ServerCore> core_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::vector<std::shared_ptr<BoundListener>> listeners_;
    std::vector<std::thread> threads_;
};

Result<void> check_options(const ServerOptions& options) {
    if (options.listeners.empty()) return fail(ErrorCode::config, "the server has no listener; give it an address");
    if (options.connections_max == 0 || options.request_timeout_ms <= 0 || options.idle_timeout_ms <= 0 ||
        options.rate_min == 0)
        return fail(ErrorCode::config,
                    "connections_max, request_timeout_ms, idle_timeout_ms and rate_min must be positive");
    for (const Listener& listener : options.listeners)
        for (const Route& route : listener.routes) {
            struct stat info {};
            const std::string& directory = options.body_directory;
            if (route.body_to_file && (::stat(directory.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)))
                return fail(ErrorCode::config,
                            fmt::format("route {} {} writes bodies to files, but body_directory '{}' is no "
                                        "directory",
                                        route.method, route.pattern, directory));
        }
    return {};
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(ServerOptions options) {
    TRIBUTARY_CHECK(check_options(options));
    auto server = std::make_unique<BeastServer>(std::move(options));
    TRIBUTARY_CHECK(server->open());
    return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace tributary::net
