// The second half of a request's life: body to memory or to a file, then the handler.
#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/net/connection.hpp"

namespace tributary::net {
namespace {

// What a handler answers through. Dropping it unanswered answers 500; a second answer is a bug that is logged.
class Answer {
public:
    Answer(std::shared_ptr<Connection> connection, uint64_t serial, std::string trace_id)
        : connection_(std::move(connection)), serial_(serial), trace_id_(std::move(trace_id)) {}
    ~Answer() {
        if (is_given_) return;
        log_error("net.handler_did_not_answer", {{"trace_id", trace_id_}});
        give(Response::problem(500, "internal", "Internal error", "the request was not answered"));
    }
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;
    void give(Response response) {
        if (is_given_.exchange(true)) return log_error("net.handler_answered_twice", {{"trace_id", trace_id_}});
        const std::shared_ptr<Connection> connection = std::move(connection_);
        connection->answer(serial_, std::move(response));
    }

private:
    std::shared_ptr<Connection> connection_;
    const uint64_t serial_;
    const std::string trace_id_;
    std::atomic<bool> is_given_{false};
};

}  // namespace

void Connection::begin_body() {
    state_ = State::body;
    if (guard_answer_) return deliver(*std::move(guard_answer_));
    const std::optional<uint64_t> length = parser_->head().content_length;
    if (length && *length > route_->body_size_max)
        return refuse(
            413, "too_large", "The body is too large",
            fmt::format("this endpoint takes at most {} bytes, {} were announced", route_->body_size_max, *length));
    if (!route_->body_to_file) {
        request_.body.reserve(std::min<uint64_t>(length.value_or(0), 1 << 20));
        return send_continue();
    }
    body_writer_ = std::make_shared<BodyWriter>(core_->options.body_directory);
    on_disk([writer = body_writer_] { return writer->open(); }, &Connection::send_continue);
}

void Connection::send_continue() {
    if (!parser_->head().expects_continue || !parser_->head().is_http11 || parser_->is_done() || end_ > begin_)
        return read_body();
    head_out_ = "HTTP/1.1 100 Continue\r\n\r\n";
    arm(core_->options.request_timeout_ms);
    transport_->write({boost::asio::buffer(head_out_), boost::asio::const_buffer()},
                      [self = shared_from_this()](const boost::system::error_code& error, size_t) {
                          self->disarm();
                          if (error || self->is_timed_out_) return self->close();
                          if (self->state_ != State::closed) self->read_body();
                      });
}

void Connection::read_body() {
    chunk_.clear();
    while (!parser_->is_done() && end_ > begin_) {
        size_t taken = 0;
        const ParseFault fault = parser_->feed(buffered(), &taken, chunk_);
        begin_ += taken;
        if (fault) return refuse(fault.status, fault.code, "The request is not valid", fault.detail);
        if (taken == 0) break;
    }
    body_size_ += chunk_.size();
    if (body_size_ > route_->body_size_max)
        return refuse(413, "too_large", "The body is too large",
                      fmt::format("this endpoint takes at most {} bytes", route_->body_size_max));
    if (!body_writer_)
        request_.body += chunk_;
    else if (!chunk_.empty())
        return on_disk([writer = body_writer_, chunk = std::move(chunk_)] { return writer->write(chunk); },
                       &Connection::after_chunk);
    after_chunk();
}

void Connection::after_chunk() {
    if (parser_->is_done()) {
        if (!body_writer_) return hand_over();
        return on_disk([writer = body_writer_] { return writer->finish(); }, &Connection::hand_over);
    }
    if (budget_ms() <= 0)
        return refuse(408, "timeout", "The request came too slowly",
                      fmt::format("a body must come at {} bytes a second or more", core_->options.rate_min));
    read(budget_ms(), &Connection::read_body);
}

void Connection::on_disk(std::function<Result<void>()> work, Step then) {
    core_->disk.post([self = shared_from_this(), work = std::move(work), then] {
        const Result<void> done = work();
        // The peer gets no path of ours to see; the operator finds it in the log.
        if (!done) log_error("net.body_not_stored", {{"error", done.error().message}});
        self->core_->run_on(self->transport_->executor(), [self, is_done = done.has_value(), then] {
            if (self->state_ == State::closed) return;
            if (is_done) return (self.get()->*then)();
            self->refuse(503, "io", "The body could not be stored", "storage refused the body; send it again later");
        });
    });
}

// From here on the file is the handler's; if the server stops before the handler is called, the task takes it away.
void Connection::hand_over() {
    state_ = State::working;
    if (body_writer_) request_.body_file = body_writer_->file();
    core_->handlers.post([self = shared_from_this(), writer = std::move(body_writer_)] {
        if (writer) writer->release();
        self->call_handler();
    });
}

// [pool thread] Once the request is moved out nothing of the connection is touched: the answer may start the next one.
void Connection::call_handler() {
    const Route& route = *route_;
    const std::string trace_id = trace_.trace_id;
    const auto answer = std::make_shared<Answer>(shared_from_this(), serial_, trace_id);
    Request request = std::move(request_);
    try {
        route.handler(std::move(request), [answer](Response response) { answer->give(std::move(response)); });
    } catch (const std::exception& exception) {
        log_error("net.handler_threw",
                  {{"route", route.pattern}, {"trace_id", trace_id}, {"what", exception.what()}});
        answer->give(Response::problem(500, "internal", "Internal error", "the request could not be handled"));
    }
}

}  // namespace tributary::net
