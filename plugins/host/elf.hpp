// Reads the dynamic symbols and needed libraries of a 64-bit little-endian ELF shared library, without loading it.
// Every offset in the file is checked as from a stranger. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace tributary::host {

struct ElfLibrary {
    std::vector<std::string> exported;  // defined, global or weak, default visibility
    std::vector<std::string> imported;  // undefined
    std::vector<std::string> needed;    // DT_NEEDED
};

Result<ElfLibrary> read_elf_library(std::string_view bytes);

}  // namespace tributary::host
