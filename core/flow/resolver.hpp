// Resolver: from what a sender wrote to what the directory knows, on the event's date. Keeps answers until the
// directory changes. Belongs to the writer's jobs of one Flow; not thread safe.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

#include "core/directory/directory.hpp"
#include "core/model/event.hpp"
#include "plugins/host/records.hpp"

namespace tributary::flow {

// Why an event waits, and for what: cause is stable, subject names what is missing, detail is for people.
struct Unresolved {
    std::string cause, subject, detail;
};

// What the header of a report gives each of its lines.
struct ReportFacts {
    int64_t row = 0;  // report.id
    int32_t date = 0, period_start = 0, period_end = 0;
    std::string currency;
    host::Party distributor;
    std::string distributor_code;  // the feed profile's, beats distributor
};

class Resolver {
public:
    void refresh(store::Tx& tx);  // once a job: forgets when the directory has changed
    void forget();
    std::variant<Event, Unresolved> resolve(store::Tx& tx, const ReportFacts& report, EventId id,
                                            const host::Event& raw);

private:
    std::optional<PartyId> alias(store::Tx& tx, const std::string& scheme, const std::string& value, PartyId scope);
    const std::optional<Party>& party(store::Tx& tx, PartyId id, int32_t date);
    const std::optional<Product>& product(store::Tx& tx, ProductId id, int32_t date);
    std::optional<Unresolved> set_distributor(store::Tx& tx, const ReportFacts& report, Event& event);
    std::optional<Unresolved> set_reseller(store::Tx& tx, const host::Event& raw, Event& event);
    std::optional<Unresolved> set_rep(store::Tx& tx, const host::Event& raw, Event& event);
    std::optional<Unresolved> set_product(store::Tx& tx, const host::Event& raw, Event& event);

    int64_t version_ = -1;
    std::unordered_map<std::string, int64_t> aliases_, products_by_id_;  // 0 = known to be unknown
    std::unordered_map<int64_t, std::unordered_map<int32_t, std::optional<Party>>> parties_;
    std::unordered_map<int64_t, std::unordered_map<int32_t, std::optional<Product>>> products_;
};

}  // namespace tributary::flow
