// Sections of a file, free sections, and the values whose names belong to a connector.
#include <filesystem>

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/base/file.hpp"
#include "core/base/suggest.hpp"
#include "core/daemon/config_checks.hpp"
#include "core/daemon/config_section.hpp"

namespace tributary::config {
namespace {

constexpr size_t free_values_max = 10'000;

std::vector<std::string> sections_of(const FileKind& kind) {
    std::vector<std::string> names;
    for (const Section* section : kind.sections) names.emplace_back(section->name);
    return names;
}

class Flattener {
public:
    explicit Flattener(const SourceFile& file) : file_(file) {}

    void add_table(const std::string& prefix, const Value& table) {
        for (const auto& [name, value] : table.table) {
            const std::string full = prefix.empty() ? name : prefix + "." + name;
            if (value.kind == Value::Kind::table)
                add_table(full, value);
            else if (value.kind == Value::Kind::list)
                add(full, joined(full, value), value.place);
            else
                add(full, scalar(full, value), value.place);
        }
    }
    std::vector<std::pair<std::string, std::string>> take() { return std::move(out_); }

private:
    void add(const std::string& name, std::string text, Place place) {
        if (out_.size() == free_values_max) file_.complain(place, fmt::format("more than {} values", free_values_max));
        if (out_.size() < free_values_max) out_.emplace_back(name, std::move(text));
    }
    std::string scalar(const std::string& name, const Value& value) {
        switch (value.kind) {
            case Value::Kind::text:
                if (value.text.starts_with("cred:"))
                    file_.complain(value.place,
                                   fmt::format("'{}' is a credential; values here are passed on as they stand. "
                                               "Secrets belong into [secrets] of the connector",
                                               name));
                return value.text;
            case Value::Kind::integer:
                return fmt::to_string(value.integer);
            case Value::Kind::boolean:
                return value.boolean ? "true" : "false";
            case Value::Kind::fraction:
            case Value::Kind::instant:
            case Value::Kind::list:
            case Value::Kind::table:
                break;
        }
        file_.complain(value.place, fmt::format("'{}' is {}; write it in quotes", name, name_of(value.kind)));
        return {};
    }
    std::string joined(const std::string& name, const Value& list) {
        std::string out;
        for (const Value& item : list.items) {
            const std::string text = scalar(name, item);
            if (text.find(',') != std::string::npos)
                file_.complain(item.place,
                               fmt::format("an entry of '{}' contains a comma, which separates entries", name));
            if (&item != &list.items.front()) out += ',';
            out += text;
        }
        return out;
    }

    const SourceFile& file_;
    std::vector<std::pair<std::string, std::string>> out_;
};

}  // namespace

void check_sections(const SourceFile& file, const FileKind& kind) {
    for (const auto& [name, value] : file.root.table)
        if (find_section(kind, name) == nullptr)
            file.complain(value.key_place, fmt::format("there is no section [{}]{}", printable(name),
                                                       did_you_mean(name, sections_of(kind))));
}

Reader read_section(const SourceFile& file, const FileKind& kind, const char* name) {
    const auto found = file.root.table.find(name);
    return Reader(file, *find_section(kind, name), found == file.root.table.end() ? nullptr : &found->second);
}

std::vector<std::pair<std::string, std::string>> flatten(const SourceFile& file, const Value& table) {
    Flattener flattener(file);
    flattener.add_table("", table);
    return flattener.take();
}

std::optional<Credential> credential_of(const SourceFile& file, const Value& value, const std::string& what) {
    constexpr std::string_view prefix = "cred:";
    if (value.kind != Value::Kind::text || !value.text.starts_with(prefix)) {
        file.complain(value.place, fmt::format("'{}' is a secret and must not stand here; put it into a file of the "
                                               "credentials directory and write \"cred:<file name>\"",
                                               what));
        return std::nullopt;
    }
    const std::string name = value.text.substr(prefix.size());
    if (name.size() > 64 || !why_not_name(name).empty()) {
        file.complain(value.place,
                      fmt::format("'{}' names no credential: after cred: comes a file name of letters, digits, "
                                  "'-', '_' and '.'",
                                  what));
        return std::nullopt;
    }
    return Credential{name, file.path, value.place.line, value.place.column};
}

std::string absolute_path(const SourceFile& file, const std::string& path) {
    const std::filesystem::path from = std::filesystem::absolute(directory_of(file.path));
    return (from / path).lexically_normal().string();
}

}  // namespace tributary::config
