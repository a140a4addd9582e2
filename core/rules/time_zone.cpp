#include "core/rules/time_zone.hpp"

#include <exception>

#include <date/tz.h>

namespace tributary::rules {

bool is_time_zone(const std::string& name) {
    try {
        return date::locate_zone(name) != nullptr;
    } catch (const std::exception&) {  // how the library says "unknown"
        return false;
    }
}

std::vector<std::string> time_zone_names() {
    std::vector<std::string> out;
    try {
        for (const date::time_zone& zone : date::get_tzdb().zones) out.push_back(zone.name());
    } catch (const std::exception&) {
        out.clear();
    }
    return out;
}

}  // namespace tributary::rules
