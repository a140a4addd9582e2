#include "core/net/connection.hpp"

#include <algorithm>

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/net/response_head.hpp"
#include "core/net/target.hpp"

namespace tributary::net {
namespace {

constexpr size_t buffer_size = 64 * 1024;
constexpr size_t idle_buffer_size = 2048;
constexpr int64_t handshake_ms_max = 10'000;
constexpr int64_t discard_ms = 2'000;
constexpr int64_t goodbye_ms = 250;  // TLS: our close_notify leaves at once, the peer's is not needed
constexpr uint64_t discard_size_max = 4 << 20;

}  // namespace

Connection::Connection(std::shared_ptr<ServerCore> core, std::shared_ptr<const RouteTable> routes,
                       std::unique_ptr<Transport> transport, Peer peer)
    : core_(std::move(core)),
      routes_(std::move(routes)),
      transport_(std::move(transport)),
      peer_(std::move(peer)),
      timer_(transport_->executor()) {}

Connection::~Connection() { core_->remove(this); }

void Connection::start(bool is_over_limit) {
    if (state_ == State::closed) return;
    arm(std::min(handshake_ms_max, core_->options.request_timeout_ms));
    transport_->handshake([self = shared_from_this(), is_over_limit](const boost::system::error_code& error, size_t) {
        self->disarm();
        if (error || self->is_timed_out_) return self->close();
        if (!is_over_limit) return self->next_request();
        self->trace_ = new_trace();
        self->refuse(503, "unavailable", "Too many connections",
                     "the server serves as many connections as it may; try again later");
    });
}

void Connection::next_request() {
    if (state_ == State::closed) return;
    if (core_->is_draining && end_ == begin_) return goodbye();
    state_ = State::idle;
    ++serial_;
    parser_.emplace();
    request_ = Request{};
    request_.peer = peer_;
    trace_ = new_trace();
    route_ = nullptr;
    guard_answer_.reset();
    body_size_ = 0;
    waited_ms_ = 0;
    closes_ = false;
    is_head_ = false;
    if (end_ > begin_) return read_head();
    buffer_.clear();  // an idle connection holds a small buffer only
    buffer_.shrink_to_fit();
    begin_ = end_ = 0;
    read(core_->options.idle_timeout_ms, &Connection::read_head);
}

void Connection::read(int64_t timeout_ms, Step then) {
    buffer_.resize(std::max(buffer_.size(), state_ == State::idle ? idle_buffer_size : buffer_size));
    if (begin_ > 0) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == buffer_.size())  // a chunk header or a trailer that never ends
        return refuse(400, "bad_request", "The request is not valid", "a line of the request is too long");
    arm(timeout_ms);
    started_ms_ = system_clock().monotonic_ms();
    transport_->read_some(boost::asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                          [self = shared_from_this(), then](const boost::system::error_code& error, size_t count) {
                              self->on_read(error, count, then);
                          });
}

void Connection::on_read(const boost::system::error_code& error, size_t count, Step then) {
    disarm();
    if (state_ == State::closed) return;
    const bool was_idle = state_ == State::idle;
    if (!was_idle) waited_ms_ += system_clock().monotonic_ms() - started_ms_;
    if (is_timed_out_) {
        is_timed_out_ = false;
        if (was_idle || state_ == State::goodbye) return was_idle ? goodbye() : close();
        return refuse(408, "timeout", "The request came too slowly",
                      "the request did not arrive in time; send it faster");
    }
    if (error) return was_idle && core_->is_draining ? goodbye() : close();
    end_ += count;
    (this->*then)();
}

int64_t Connection::budget_ms() const {
    const ServerOptions& options = core_->options;
    const uint64_t earned = body_size_ * 1000 / std::max<uint64_t>(1, options.rate_min);
    return options.request_timeout_ms + static_cast<int64_t>(earned) - waited_ms_;
}

void Connection::read_head() {
    state_ = State::head;
    while (!parser_->is_header_done() && end_ > begin_) {
        size_t taken = 0;
        const ParseFault fault = parser_->feed(buffered(), &taken, chunk_);
        begin_ += taken;
        if (fault) return refuse(fault.status, fault.code, "The request is not valid", fault.detail);
        if (taken == 0) break;
    }
    if (parser_->is_header_done()) return check_head();
    if (budget_ms() <= 0)
        return refuse(408, "timeout", "The request came too slowly",
                      "the request did not arrive in time; send it faster");
    read(budget_ms(), &Connection::read_head);
}

// Everything that can be told from the header alone, up to the guard.
void Connection::check_head() {
    RequestHead head = parser_->head();
    closes_ = !head.keeps_alive;
    request_.method = std::move(head.method);
    is_head_ = request_.method == "HEAD";
    request_.target = std::move(head.target);
    request_.headers = std::move(head.headers);
    if (std::optional<Trace> trace = parse_traceparent(request_.header("traceparent"))) trace_ = *std::move(trace);
    request_.trace_id = trace_.trace_id;
    Result<Target> target = parse_target(request_.target);
    if (!target) return refuse(400, "invalid", "The request is not valid", target.error().message);
    request_.path = std::move(target->path);
    request_.query = std::move(target->query);
    RouteMatch match = routes_->match(request_.method, target->segments);
    needs_body_ = parser_->needs_body();
    if (!match.route && match.allowed.empty())
        return deliver(Response::problem(404, "not_found", "There is no such resource", "no endpoint has this path"));
    if (!match.route) {
        Response response = Response::problem(405, "method_not_allowed", "The method is not allowed here",
                                              fmt::format("use one of: {}", fmt::join(match.allowed, ", ")));
        response.headers.push_back({"allow", fmt::format("{}", fmt::join(match.allowed, ", "))});
        return deliver(std::move(response));
    }
    route_ = match.route;
    request_.captures = std::move(match.captures);
    state_ = State::working;
    core_->handlers.post([self = shared_from_this()] { self->run_guard(); });
}

// [pool thread]
void Connection::run_guard() {
    try {
        guard_answer_ = route_->guard(request_);
    } catch (const std::exception& exception) {
        log_error("net.guard_threw",
                  {{"route", route_->pattern}, {"trace_id", trace_.trace_id}, {"what", exception.what()}});
        guard_answer_ = Response::problem(500, "internal", "Internal error", "the request could not be checked");
    }
    if (guard_answer_ || needs_body_ || route_->body_to_file) return post(&Connection::begin_body);
    call_handler();
}

void Connection::refuse(int status, std::string_view code, std::string_view title, std::string_view detail) {
    closes_ = true;
    deliver(Response::problem(status, code, title, detail));
}

void Connection::answer(uint64_t serial, Response response) {
    core_->run_on(transport_->executor(),
                  [self = shared_from_this(), serial, response = std::move(response)]() mutable {
                      if (self->serial_ == serial && self->state_ == State::working)
                          self->deliver(std::move(response));
                  });
}

void Connection::deliver(Response response) {
    if (state_ == State::closed) return;
    if (response.status == 0) return close();
    state_ = State::answering;
    body_writer_.reset();
    if (!is_sendable(response)) {
        log_error("net.bad_response", {{"trace_id", trace_.trace_id}, {"status", response.status}});
        response = Response::problem(500, "internal", "Internal error", "the answer could not be sent");
    }
    // What is left of an unread body would be taken for the next request.
    closes_ = closes_ || (parser_ && !parser_->is_done()) || core_->is_draining;
    ResponseFrame frame;
    frame.server_name = core_->options.server_name;
    frame.traceparent = traceparent_of(trace_);
    frame.closes = closes_;
    frame.now_ms = system_clock().now_ms();
    head_out_ = response_head(response, frame);
    const bool sends_body = !is_head_ && has_body(response.status);
    body_out_ = sends_body ? std::move(response.body) : std::string();
    log_debug("net.request", {{"route", route_ ? route_->pattern : std::string("-")},
                              {"status", response.status},
                              {"trace_id", trace_.trace_id}});
    const uint64_t size = head_out_.size() + body_out_.size();
    const uint64_t earned = size * 1000 / std::max<uint64_t>(1, core_->options.rate_min);
    arm(core_->options.request_timeout_ms + static_cast<int64_t>(earned));
    transport_->write(
        {boost::asio::buffer(head_out_), boost::asio::buffer(body_out_)},
        [self = shared_from_this()](const boost::system::error_code& error, size_t) { self->on_written(error); });
}

void Connection::on_written(const boost::system::error_code& error) {
    disarm();
    if (error || is_timed_out_) return close();
    head_out_.clear();
    body_out_ = std::string();
    if (!closes_) return next_request();
    finish();
}

// Closing with unread bytes would reset the connection and could take the answer with it, so the peer gets a moment.
void Connection::finish() {
    if (state_ == State::closed) return;
    state_ = State::goodbye;
    const bool is_read_whole = parser_ && parser_->is_done() && begin_ == end_;
    if (is_read_whole) return goodbye();
    waited_ms_ = 0;
    if (peer_.is_tls) return discard();
    transport_->say_goodbye(
        [self = shared_from_this()](const boost::system::error_code&, size_t) { self->discard(); });
}

void Connection::discard() {
    if (state_ == State::closed) return;
    discarded_ += end_ - begin_;
    begin_ = end_ = 0;
    if (discarded_ > discard_size_max || waited_ms_ >= discard_ms) return close();
    read(discard_ms - waited_ms_, &Connection::discard);
}

void Connection::goodbye() {
    if (state_ == State::closed) return;
    state_ = State::goodbye;
    if (!peer_.is_tls) return close();
    arm(goodbye_ms);
    transport_->say_goodbye([self = shared_from_this()](const boost::system::error_code&, size_t) { self->close(); });
}

void Connection::close() {
    if (state_ == State::closed) return;
    disarm();
    state_ = State::closed;
    body_writer_.reset();
    transport_->close();
}

void Connection::drain() {
    core_->run_on(transport_->executor(), [self = shared_from_this()] {
        if (self->state_ == State::idle) self->transport_->cancel();
    });
}

void Connection::abort() {
    core_->run_on(transport_->executor(), [self = shared_from_this()] { self->close(); });
}

void Connection::post(Step step) {
    core_->run_on(transport_->executor(), [self = shared_from_this(), step] {
        if (self->state_ != State::closed) (self.get()->*step)();
    });
}

void Connection::arm(int64_t timeout_ms) {
    const uint64_t serial = ++timer_serial_;
    timer_.expires_after(std::chrono::milliseconds(timeout_ms));
    timer_.async_wait([weak = weak_from_this(), serial](const boost::system::error_code& error) {
        const std::shared_ptr<Connection> self = weak.lock();
        if (error || !self || self->timer_serial_ != serial) return;
        self->is_timed_out_ = true;
        self->transport_->cancel();
    });
}

void Connection::disarm() {
    ++timer_serial_;
    timer_.cancel();
}

}  // namespace tributary::net
