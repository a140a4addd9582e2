// Reads one [[incentive]] table. Internal to rules.
#pragma once
#include <map>
#include <string>

#include "core/rules/program.hpp"
#include "core/rules/table_reader.hpp"

namespace tributary::rules {

// What a table declares of itself, known before any is read in full, so that one mistake is not reported five times.
using DeclaredLines = std::map<std::string, size_t>;  // code -> line of its declaration

class IncentiveReader {
public:
    IncentiveReader(const TomlNode& table, const Program& program, const DeclaredLines& declared,
                    const SourceFile& file);
    // Always gives an incentive, as far as it could be read; mistakes are in the file's errors.
    Incentive read();

private:
    void read_kind();
    void read_per_unit();
    void read_share();
    void read_boost();
    void read_bases();
    void read_base(const std::string& code, Place place);
    void read_unit();
    void read_amount(std::string_view key, int64_t& out, Need need);
    void read_window();
    void read_condition();
    std::optional<Condition> read_when();
    void refuse_keys_of_other_kinds();

    TableReader reader_;
    const Program& program_;
    const DeclaredLines& declared_;
    const SourceFile& file_;
    Incentive out_;
    bool has_kind_ = false;
    std::vector<const Incentive*> bases_;
};

std::optional<Unit> read_unit_key(TableReader& reader, const SourceFile& file, Need need);

}  // namespace tributary::rules
