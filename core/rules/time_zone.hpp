// The names of the system's time zone table. Internal to rules; reads /usr/share/zoneinfo, once.
#pragma once
#include <string>
#include <vector>

namespace tributary::rules {

bool is_time_zone(const std::string& name);
std::vector<std::string> time_zone_names();  // for "did you mean"; empty when the system has no table

}  // namespace tributary::rules
