#include "plugins/host/engine.hpp"
namespace tributary::host {
Result<std::shared_ptr<Engine>> make_isolated_engine(const ConnectorConfig&) {
    return fail(ErrorCode::unavailable, "tributary-worker is not installed: set isolation = \"none\" to load in process");
}
}  // namespace tributary::host
