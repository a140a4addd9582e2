// Sales and returns as things that happen once: the structure that catches the same sale in another interchange
// (clustered by distributor and period), the serial numbers, and the match of a return to what was sold.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/flow/resolver.hpp"
#include "core/model/event.hpp"
#include "core/store/tx.hpp"

namespace tributary::flow {

struct SaleKey {
    int64_t distributor = 0;
    int32_t period = 0;  // yyyymm of the event's date
    std::string invoice;
    int64_t product = 0;
    std::string discriminator;  // line id, else first serial, else "#n": the n-th like line of its interchange
};

// line_id as sent. Returns have keys of their own, so that a return, too, counts once.
SaleKey sale_key_of(store::Tx& tx, const Event& event, const std::string& line_id);

enum class Claim {
    fresh,
    duplicate,     // the same line came before
    differs,       // the key is taken by a line with another quantity
    serial_taken,  // one of its serial numbers is sold already
};
struct ClaimAnswer {
    Claim claim = Claim::fresh;
    EventId other;  // whose it is
    std::string serial;
};
// Takes the key and the serials for the event, or changes nothing.
ClaimAnswer claim(store::Tx& tx, const Event& event, const SaleKey& key);
// Gives them back: the event's report was replaced or cancelled.
void release(store::Tx& tx, EventId event);

// A piece of a sale that a return takes back. Quantities at the sale's scale.
struct Match {
    EventId sale;
    SaleKey key;
    int64_t sold = 0, returned_before = 0, taken = 0;
};
// By serial number, else by invoice and product, oldest first; all of the quantity or Unresolved.
std::variant<std::vector<Match>, Unresolved> match_return(store::Tx& tx, const Event& event);
void take_back(store::Tx& tx, const Event& return_event, const std::vector<Match>& matches);
// The return is undone: its units are with the sale again.
void give_back(store::Tx& tx, EventId return_event);

// Returns whose sale was reversed with its report and that this new sale carries again.
struct Orphan {
    EventId return_event;
    int64_t quantity = 0;
};
std::vector<Orphan> orphans_of(store::Tx& tx, const SaleKey& key);
void adopt(store::Tx& tx, const Orphan& orphan, EventId sale, const SaleKey& key);

std::string event_name(EventId id);                               // "12-345": interchange and line
std::vector<std::string> split_serials(std::string_view joined);  // by U+001F
std::string join_serials(const std::vector<std::string>& serials);

}  // namespace tributary::flow
