// The canonical event as a feed gave it, as JSON: how an exception waits until the directory knows better.
#pragma once
#include "core/base/json.hpp"
#include "plugins/host/records.hpp"

namespace tributary::flow {

json::object to_json(const host::Event& event);
host::Event event_from_json(const json::object& object);  // of to_json's making: absent fields stay empty

}  // namespace tributary::flow
