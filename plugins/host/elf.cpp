#include "plugins/host/elf.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include <elf.h>
#include <fmt/format.h>

namespace tributary::host {
namespace {

constexpr uint64_t symbol_count_max = 1u << 20;

Error not_a_library(std::string_view why) {
    return fail(ErrorCode::invalid, fmt::format("not an x86-64 or arm64 ELF shared library: {}", why));
}

template <class T>
std::optional<T> at(std::string_view bytes, uint64_t offset) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return {};
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::string text_at(std::string_view table, uint64_t offset) {
    if (offset >= table.size()) return {};
    const std::string_view rest = table.substr(static_cast<size_t>(offset));
    return std::string(rest.substr(0, rest.find('\0')));
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    Result<ElfLibrary> read() {
        const auto header = at<Elf64_Ehdr>(bytes_, 0);
        if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return not_a_library("no ELF header");
        if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB) {
            return not_a_library("not 64-bit little-endian");
        }
        if (header->e_machine != EM_X86_64 && header->e_machine != EM_AARCH64) return not_a_library("other processor");
        if (header->e_type != ET_DYN) return not_a_library("not position independent");
        if (header->e_shentsize != sizeof(Elf64_Shdr)) return not_a_library("no section table");
        for (uint16_t i = 0; i < header->e_shnum; ++i) {
            const auto section = at<Elf64_Shdr>(bytes_, header->e_shoff + uint64_t{i} * sizeof(Elf64_Shdr));
            if (!section) return not_a_library("section table past the end of the file");
            sections_.push_back(*section);
        }
        for (const Elf64_Shdr& section : sections_) {
            if (section.sh_type == SHT_DYNSYM) read_symbols(section);
            if (section.sh_type == SHT_DYNAMIC) read_dynamic(section);
        }
        return std::move(library_);
    }

private:
    std::string_view strings_of(const Elf64_Shdr& section) const {
        if (section.sh_link >= sections_.size()) return {};
        const Elf64_Shdr& table = sections_[section.sh_link];
        if (table.sh_offset > bytes_.size()) return {};
        return bytes_.substr(static_cast<size_t>(table.sh_offset), static_cast<size_t>(table.sh_size));
    }

    void read_symbols(const Elf64_Shdr& section) {
        const std::string_view names = strings_of(section);
        const uint64_t count = std::min<uint64_t>(section.sh_size / sizeof(Elf64_Sym), symbol_count_max);
        for (uint64_t i = 1; i < count; ++i) {
            const auto symbol = at<Elf64_Sym>(bytes_, section.sh_offset + i * sizeof(Elf64_Sym));
            if (!symbol) return;
            const auto binding = ELF64_ST_BIND(symbol->st_info);
            if (binding == STB_LOCAL) continue;
            std::string name = text_at(names, symbol->st_name);
            if (symbol->st_shndx == SHN_UNDEF) {
                library_.imported.push_back(std::move(name));
            } else if (ELF64_ST_VISIBILITY(symbol->st_other) == STV_DEFAULT) {
                library_.exported.push_back(std::move(name));
            }
        }
    }

    void read_dynamic(const Elf64_Shdr& section) {
        const std::string_view names = strings_of(section);
        for (uint64_t i = 0; i < std::min<uint64_t>(section.sh_size / sizeof(Elf64_Dyn), 4096); ++i) {
            const auto entry = at<Elf64_Dyn>(bytes_, section.sh_offset + i * sizeof(Elf64_Dyn));
            if (!entry || entry->d_tag == DT_NULL) return;
            if (entry->d_tag == DT_NEEDED) library_.needed.push_back(text_at(names, entry->d_un.d_val));
        }
    }

    std::string_view bytes_;
    std::vector<Elf64_Shdr> sections_;
    ElfLibrary library_;
};

}  // namespace

Result<ElfLibrary> read_elf_library(std::string_view bytes) {
    return Reader(bytes).read();
}

}  // namespace tributary::host
