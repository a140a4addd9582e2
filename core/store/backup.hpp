// Online backup. Private to core/store.
#pragma once
#include <string>

#include "core/store/connection.hpp"

namespace tributary::store {

// Copies what the connection sees as one snapshot to a new file: beside it first, synced, then renamed. An existing
// file is refused. Writers are not held up.
Result<void> back_up(Connection& source, const std::string& path);

}  // namespace tributary::store
