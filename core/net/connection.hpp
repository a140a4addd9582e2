// One connection of the server: a state machine on its strand. Keeps itself alive through its pending operation;
// while a handler works, the Respond it holds keeps it alive.
//
//   handshake ──► idle ──► head ──► guard (pool) ──► body ──► handler (pool) ──► answer ──► idle | goodbye ──► closed
//   start()       next_request()    check_head()     read_body()  hand_over()    deliver()        finish()
//
// 1. At most one operation is pending, and request_ belongs to the pool thread while guard or handler runs.
// 2. A request is answered once: deliver() is reached once a request, or the connection is closed.
// 3. A body file goes away with body_writer_ unless a handler got it.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "core/net/body_writer.hpp"
#include "core/net/request_parser.hpp"
#include "core/net/route_table.hpp"
#include "core/net/server_core.hpp"
#include "core/net/trace.hpp"
#include "core/net/transport.hpp"

namespace tributary::net {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(std::shared_ptr<ServerCore> core, std::shared_ptr<const RouteTable> routes,
               std::unique_ptr<Transport> transport, Peer peer);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void start(bool is_over_limit);                   // [strand]
    void drain();                                     // [any thread] close when idle, else after the answer
    void abort();                                     // [any thread] close now
    void answer(uint64_t serial, Response response);  // [any thread] from the Respond of request number serial

private:
    enum class State { handshake, idle, head, body, working, answering, goodbye, closed };
    using Step = void (Connection::*)();

    // connection.cpp
    void next_request();
    void read(int64_t timeout_ms, Step then);
    void on_read(const boost::system::error_code& error, size_t count, Step then);
    void read_head();
    void check_head();
    void run_guard();
    void deliver(Response response);
    void on_written(const boost::system::error_code& error);
    void finish();
    void discard();
    void goodbye();
    void close();
    void refuse(int status, std::string_view code, std::string_view title, std::string_view detail);
    void post(Step step);  // [any thread] onto the strand
    void arm(int64_t timeout_ms);
    void disarm();
    int64_t budget_ms() const;  // how long the peer may still let us wait for this request

    // connection_body.cpp
    void begin_body();
    void send_continue();
    void read_body();
    void after_chunk();
    void hand_over();
    void on_disk(std::function<Result<void>()> work, Step then);  // then runs on the strand when work went well
    void call_handler();
    std::string_view buffered() const { return std::string_view(buffer_).substr(begin_, end_ - begin_); }

    const std::shared_ptr<ServerCore> core_;
    const std::shared_ptr<const RouteTable> routes_;
    const std::unique_ptr<Transport> transport_;
    const Peer peer_;
    boost::asio::steady_timer timer_;
    uint64_t timer_serial_ = 0;
    State state_ = State::handshake;
    bool is_timed_out_ = false;

    std::string buffer_;  // received, [begin_, end_) not yet consumed
    size_t begin_ = 0, end_ = 0;
    uint64_t discarded_ = 0;

    // of the present request
    uint64_t serial_ = 0;
    int64_t started_ms_ = 0, waited_ms_ = 0;
    std::optional<RequestParser> parser_;
    Request request_;
    Trace trace_;
    const Route* route_ = nullptr;
    bool needs_body_ = false, is_head_ = false;
    std::optional<Response> guard_answer_;
    uint64_t body_size_ = 0;
    std::string chunk_;
    std::shared_ptr<BodyWriter> body_writer_;  // shared with the disk task that runs

    std::string head_out_, body_out_;
    bool closes_ = false;
};

}  // namespace tributary::net
