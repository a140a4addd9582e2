// StrongId<Tag>: an int64 that cannot be mistaken for another kind of id. 0 means "none".
#pragma once
#include <compare>
#include <cstdint>
#include <functional>

namespace tributary {

template <class Tag>
struct StrongId {
    int64_t value = 0;
    explicit operator bool() const { return value != 0; }
    auto operator<=>(const StrongId&) const = default;
};

using InterchangeSeq = StrongId<struct InterchangeSeqTag>;  // arrival sequence, given once by intake
using EventId = StrongId<struct EventIdTag>;                // interchange sequence << 24 | line ordinal
using AwardId = StrongId<struct AwardIdTag>;
using AccountId = StrongId<struct AccountIdTag>;
using TransferId = StrongId<struct TransferIdTag>;
using PartyId = StrongId<struct PartyIdTag>;                // organisations and persons alike
using ProductId = StrongId<struct ProductIdTag>;
using IncentiveId = StrongId<struct IncentiveIdTag>;
using PayoutId = StrongId<struct PayoutIdTag>;

inline constexpr int event_ordinal_bits = 24;
inline constexpr int64_t event_ordinal_max = (int64_t{1} << event_ordinal_bits) - 1;

inline EventId event_id_of(InterchangeSeq seq, int64_t ordinal) {
    return EventId{(seq.value << event_ordinal_bits) | ordinal};
}
inline InterchangeSeq interchange_of(EventId id) { return InterchangeSeq{id.value >> event_ordinal_bits}; }
inline int64_t ordinal_of(EventId id) { return id.value & event_ordinal_max; }

}  // namespace tributary

template <class Tag>
struct std::hash<tributary::StrongId<Tag>> {
    size_t operator()(const tributary::StrongId<Tag>& id) const { return std::hash<int64_t>{}(id.value); }
};
