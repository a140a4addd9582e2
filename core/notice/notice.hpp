// Notices: mails (later SMS) to people, in their language. enqueue() writes a row inside the caller's transaction, so a
// notice exists exactly when its cause does; a thread sends what is due through the notice connector and core/net.
// No provider here has an idempotency key: an unknown outcome is not sent again unless the policy says so.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/json.hpp"
#include "core/base/strong_id.hpp"
#include "core/net/client.hpp"
#include "core/store/store.hpp"
#include "plugins/host/connector.hpp"

namespace tributary::notice {

// kind: "award_summary" | "payout_settled" | "payout_refused". subject: unique key of the cause, e.g.
// "award_summary/12/77": a second enqueue of the same subject does nothing. data: values for the template (amounts as
// text already).
void enqueue(store::Tx& tx, const std::string& kind, const std::string& subject, PartyId party,
             const std::string& connector, const json::object& data, int64_t now_ms, const std::string& trace_id);

struct Rendered {
    std::string subject, text, html, language;
};
// English and German; another language falls back to English. HTML is escaped. An unknown kind is an Error.
Result<Rendered> render(const std::string& kind, const std::string& language, const json::object& data);

struct NoticeOptions {
    std::map<std::string, std::shared_ptr<host::Connector>> connectors;
    int64_t retry_first_ms = 60'000;
    unsigned attempts_max = 8;
    bool resend_unknown = false;
    unsigned in_flight_max = 8;
};

class Notices {
public:
    static std::unique_ptr<Notices> create(store::Store& store, net::HttpClient& client, Clock& clock,
                                           NoticeOptions options);
    virtual ~Notices() = default;
    virtual void replace_options(NoticeOptions options) = 0;
    virtual Result<void> recover() = 0;   // what was being sent when the process died becomes unknown
    virtual void start() = 0;
    virtual void stop(int64_t timeout_ms) = 0;
    virtual void wake() = 0;              // something was enqueued
    virtual size_t in_flight() const = 0;
};

}  // namespace tributary::notice
