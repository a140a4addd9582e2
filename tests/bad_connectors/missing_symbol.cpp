// Exports its descriptor under another name.
#include "base.hpp"

extern "C" __attribute__((visibility("default"))) const tributary_connector* tributary_connector_v9(void) {
    return nullptr;
}
