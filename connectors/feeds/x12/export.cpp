// The one exported symbol of feed_x12.so; kept apart so that tests can link the rest.
#include "connectors/feeds/x12/connector.hpp"

TRIBUTARY_EXPORT_CONNECTOR(tributary::x12::descriptor)
