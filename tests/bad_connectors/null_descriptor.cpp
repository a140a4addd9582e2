// Gives no descriptor.
#include "base.hpp"

EXPORT_DESCRIPTOR(nullptr)
