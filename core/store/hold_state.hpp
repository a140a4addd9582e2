// The state of a hold as the table spells it. Private to core/store.
#pragma once
#include <optional>
#include <string_view>

#include "core/ledger/book.hpp"

namespace tributary::store {

inline const char* name_of(ledger::Hold::State state) {
    switch (state) {
    case ledger::Hold::State::open: return "open";
    case ledger::Hold::State::posted: return "posted";
    case ledger::Hold::State::voided: return "voided";
    }
    return "";
}

inline std::optional<ledger::Hold::State> parse_hold_state(std::string_view text) {
    for (const auto state : {ledger::Hold::State::open, ledger::Hold::State::posted, ledger::Hold::State::voided})
        if (text == name_of(state)) return state;
    return std::nullopt;
}

}  // namespace tributary::store
