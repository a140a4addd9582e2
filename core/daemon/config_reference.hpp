// The reference pages of the configuration, written from the schema tables, so that they are never behind the code.
#pragma once
#include <string>

#include "core/base/json.hpp"
#include "core/daemon/config_schema.hpp"

namespace tributary::config {

std::string reference_markdown();
std::string reference_man();                     // roff, tributary.toml(5)
json::object json_schema(const FileKind& kind);  // draft 7, for editors: first line "#:schema <file>"

}  // namespace tributary::config
