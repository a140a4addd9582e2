// guarded(): a callback that does nothing once its owner has gone.
#pragma once
#include <memory>
#include <utility>

#include "core/base/callback_gate.hpp"

namespace tributary::payout {

template <class Function>
auto guarded(std::shared_ptr<CallbackGate> gate, Function function) {
    return [gate = std::move(gate), function = std::move(function)](auto&&... arguments) mutable {
        const CallbackGate::Pass pass(*gate);
        if (pass) function(std::forward<decltype(arguments)>(arguments)...);
    };
}

}  // namespace tributary::payout
