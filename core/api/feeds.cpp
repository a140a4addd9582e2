// Interchanges come in: upload, and the trial run that changes nothing.
#include <fmt/format.h>
#include <unistd.h>

#include "core/api/context.hpp"
#include "core/api/page.hpp"
#include "core/base/encoding.hpp"
#include "core/base/log.hpp"

namespace tributary::api {
namespace {

constexpr uint64_t interchange_size_max = 4ull << 30;  // a feed's own limit may be lower
constexpr int64_t wait_s_max = 60, wait_s_default = 30;

// Deletes an uploaded file unless somebody took it over.
class Upload {
public:
    explicit Upload(std::optional<net::BodyFile> file) : file_(std::move(file)) {}
    ~Upload() {
        if (file_) ::unlink(file_->path.c_str());
    }
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;
    bool is_empty() const { return !file_ || file_->size == 0; }
    const net::BodyFile& file() const { return *file_; }
    net::BodyFile take() {
        net::BodyFile file = std::move(*file_);
        file_.reset();
        return file;
    }

private:
    std::optional<net::BodyFile> file_;
};

Result<const flow::FeedProfile*> profile_of(const Settings& settings, const net::Request& request,
                                            const Upload& upload) {
    const std::string& feed = request.captures.at("feed");
    const auto found = settings.feeds.find(feed);
    if (found == settings.feeds.end())
        return fail(ErrorCode::not_found, fmt::format("there is no feed '{}'", printable(feed)));
    if (upload.is_empty()) return fail(ErrorCode::invalid, "the body is empty; send the interchange as it is");
    if (upload.file().size > found->second.size_max)
        return fail(ErrorCode::too_large, fmt::format("{} bytes; feed '{}' takes {} at most", upload.file().size, feed,
                                                      found->second.size_max));
    return &found->second;
}

// Nothing: do not wait. ?wait alone waits for the default.
Result<std::optional<int64_t>> wait_of(const net::Request& request) {
    const auto found = request.query.find("wait");
    if (found == request.query.end()) return std::optional<int64_t>();
    if (found->second.empty()) return std::optional<int64_t>(wait_s_default * 1000);
    TRIBUTARY_TRY(const int64_t seconds, integer_of(found->second, "wait"));
    if (seconds > wait_s_max) return fail(ErrorCode::invalid, fmt::format("wait is at most {} seconds", wait_s_max));
    return std::optional<int64_t>(seconds * 1000);
}

net::Response accepted_response(const intake::Accepted& accepted) {
    const std::string location = fmt::format("/v1/interchanges/{}", accepted.seq.value);
    net::Response response = net::Response::json(
        202,
        json::object{{"interchange", accepted.seq.value}, {"is_repeat", accepted.is_repeat}, {"location", location}});
    response.headers.push_back({"location", location});
    response.headers.push_back({"tributary-interchange", fmt::to_string(accepted.seq.value)});
    return response;
}

net::Response answer_response(const flow::Outcome& outcome) {
    net::Response response;
    response.status = outcome.ack.empty() ? 204 : 200;
    response.body = outcome.ack;
    if (!outcome.ack.empty()) response.headers.push_back({"content-type", content_type_of(outcome.ack_format)});
    response.headers.push_back({"tributary-interchange", fmt::to_string(outcome.seq.value)});
    response.headers.push_back({"tributary-state", outcome.state});
    return response;
}

void wait_for_answer(const Shared& context, intake::Accepted accepted, int64_t wait_ms, net::Respond respond) {
    const auto answer = std::make_shared<OneAnswer>(std::move(respond));
    context->parts.flow.when_answered(accepted.seq, [answer](Result<flow::Outcome> outcome) {
        answer->give(outcome ? answer_response(*outcome) : net::Response::problem(outcome.error()));
    });
    context->deadlines.in(wait_ms, [answer, accepted] { answer->give(accepted_response(accepted)); });
}

void post_interchange(const Shared& context, net::Request request, net::Respond respond) {
    Upload upload(std::move(request.body_file));
    const auto settings = context->settings();
    const auto profile = profile_of(*settings, request, upload);
    const auto wait_ms = wait_of(request);
    if (!profile || !wait_ms) return respond(net::Response::problem(profile ? wait_ms.error() : profile.error()));
    intake::Arrival arrival;
    arrival.feed = (*profile)->name;
    arrival.transport = request.peer.is_unix ? "cli" : "https";
    arrival.transport_id = std::string(request.header("idempotency-key"));
    arrival.file_name = query_of(request, "file_name");
    if (arrival.transport_id.size() > 255 || arrival.file_name.size() > 255)
        return respond(
            net::Response::problem(fail(ErrorCode::invalid, "Idempotency-Key and file_name have at most 255 bytes")));
    arrival.body = upload.take();
    arrival.trace_id = request.trace_id;
    context->parts.intake.accept(std::move(arrival),
                                 [context, wait_ms = *wait_ms, respond](Result<intake::Accepted> accepted) {
                                     if (!accepted) return respond(net::Response::problem(accepted.error()));
                                     if (!wait_ms) return respond(accepted_response(*accepted));
                                     wait_for_answer(context, *accepted, *wait_ms, respond);
                                 });
}

void validate(const Shared& context, net::Request request, net::Respond respond) {
    const Upload upload(std::move(request.body_file));
    const auto settings = context->settings();
    const auto profile = profile_of(*settings, request, upload);
    if (!profile) return respond(net::Response::problem(profile.error()));
    const Result<json::object> report = context->parts.flow.validate((*profile)->name, upload.file().path);
    respond(report ? net::Response::json(200, *report) : net::Response::problem(report.error()));
}

net::Response list_feeds(Context& context, const net::Request&) {
    const auto settings = context.settings();
    json::array items;
    for (const auto& [name, profile] : settings->feeds)
        items.push_back({{"name", name},
                         {"connector", profile.connector},
                         {"is_live", profile.is_live},
                         {"distributor", profile.distributor},
                         {"size_max", profile.size_max}});
    return net::Response::json(200, json::object{{"items", std::move(items)}});
}

}  // namespace

void add_feeds(Endpoints& to, const Shared& context) {
    Endpoint list{"GET", "/v1/feeds", Right::look, "The feeds"};
    list.handler = answering(context, list_feeds);
    to.push_back(std::move(list));

    Endpoint post{"POST", "/v1/feeds/{feed}/interchanges", Right::feed,
                  "Send an interchange; 202 means that it is stored durably"};
    post.query = {{"wait", "Seconds to wait for the acknowledgement, at most 60; then 200 with its bytes", true},
                  {"file_name", "What the sender calls it"}};
    post.body = "application/octet-stream";
    post.status = 202;
    post.other_status = 200;  // with ?wait
    post.other_answer = "application/edi-x12";
    post.body_size_max = interchange_size_max;
    post.body_to_file = true;
    post.handler = [context](net::Request request, net::Respond respond) {
        post_interchange(context, std::move(request), std::move(respond));
    };
    to.push_back(std::move(post));

    Endpoint trial{"POST", "/v1/feeds/{feed}/validate", Right::feed,
                   "What would become of an interchange; changes nothing"};
    trial.body = "application/octet-stream";
    trial.body_size_max = interchange_size_max;
    trial.body_to_file = true;
    trial.handler = [context](net::Request request, net::Respond respond) {
        validate(context, std::move(request), std::move(respond));
    };
    to.push_back(std::move(trial));
}

}  // namespace tributary::api
