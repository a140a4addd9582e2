#include "core/rules/program.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/suggest.hpp"
#include "core/rules/condition_check.hpp"
#include "core/rules/program_incentive.hpp"
#include "core/rules/table_reader.hpp"
#include "core/rules/time_zone.hpp"

namespace tributary::rules {
namespace {

const std::vector<std::string> top_keys = {"program", "clusters", "incentive"};
const std::vector<std::string> program_keys = {"id", "title", "unit", "time_zone"};

class ProgramReader {
public:
    ProgramReader(const TomlNode& root, const SourceFile& file) : root_(root, "a program file", file), file_(file) {}

    Program read() {
        if (const TomlNode* node = table("program", Need::required)) read_program(*node);
        if (const TomlNode* node = table("clusters", Need::optional)) read_clusters(*node);
        read_incentives();
        root_.refuse_others(top_keys);
        return std::move(out_);
    }

private:
    const TomlNode* table(std::string_view key, Need need) {
        const TomlNode* node = root_.value(key, need);
        if (!node || node->kind == TomlKind::table) return node;
        file_.report(node->place, fmt::format("'{}' must be a table: write [{}] once", key, key));
        return nullptr;
    }

    void read_program(const TomlNode& node) {
        TableReader reader(node, "[program]", file_);
        out_.id = reader.id("id", Need::required).value_or("");
        out_.title = reader.title("title", Need::required).value_or("");
        out_.unit = read_unit_key(reader, file_, Need::required).value_or(Unit{});
        out_.time_zone = reader.text("time_zone", Need::required).value_or("");
        if (!out_.time_zone.empty() && !is_time_zone(out_.time_zone)) {
            const auto names = time_zone_names();
            std::string hint = did_you_mean(out_.time_zone, names);
            if (hint.empty()) hint = names.empty() ? ": this system has no time zone data (install tzdata)"
                                                   : ": write an IANA name such as \"Europe/Berlin\"";
            file_.report(reader.find("time_zone")->value.place,
                         fmt::format("unknown time zone '{}'{}", out_.time_zone, hint));
        }
        reader.refuse_others(program_keys);
    }

    void read_clusters(const TomlNode& node) {
        if (node.entries.size() > program_clusters_max)
            return file_.report(node.place, fmt::format("more than {} clusters", program_clusters_max));
        TableReader reader(node, "[clusters]", file_);
        for (const TomlEntry& entry : node.entries) {
            const std::string error = id_error(entry.key);
            if (!error.empty()) file_.report(entry.place, error);
            auto countries = reader.texts(entry.key, Need::required);
            for (const TomlNode& item : entry.value.items) check_country(item);
            out_.clusters.emplace(entry.key, std::move(countries));  // also when wrong: it is declared
        }
    }

    void check_country(const TomlNode& item) {
        if (item.kind != TomlKind::text || item.text.empty()) return;  // reported
        const std::string error = country_error(item.text);
        if (!error.empty()) file_.report(item.place, error);
    }

    void read_incentives() {
        const TomlNode* node = root_.value("incentive", Need::optional);
        if (!node) return file_.report({1, 1}, "a program needs at least one [[incentive]]");
        const bool are_tables = node->kind == TomlKind::array && !node->items.empty() &&
                                std::all_of(node->items.begin(), node->items.end(),
                                            [](const TomlNode& item) { return item.kind == TomlKind::table; });
        if (!are_tables) return file_.report(node->place, "write [[incentive]], in double brackets, once for each");
        if (node->items.size() > program_incentives_max)
            return file_.report(node->place, fmt::format("more than {} incentives: split the program",
                                                         program_incentives_max));
        const DeclaredLines declared = declare(*node);
        out_.incentives.reserve(node->items.size());  // readers keep pointers to earlier ones
        for (const TomlNode& item : node->items)
            out_.incentives.push_back(IncentiveReader(item, out_, declared, file_).read());
    }

    DeclaredLines declare(const TomlNode& incentives) {
        DeclaredLines out;
        for (const TomlNode& item : incentives.items) {
            const TomlEntry* code = TableReader(item, {}, file_).find("code");
            if (!code || code->value.kind != TomlKind::text) continue;
            const auto [earlier, is_new] = out.emplace(code->value.text, code->value.place.line);
            if (!is_new)
                file_.report(code->value.place, fmt::format("code '{}' is used already, on line {}", code->value.text,
                                                            earlier->second));
        }
        return out;
    }

    TableReader root_;
    const SourceFile& file_;
    Program out_;
};

}  // namespace

Result<Program> parse_program(const std::string& text, const std::string& file, SourceErrors& errors) {
    SourceErrors own;
    Program program;
    if (const auto root = parse_toml(text, file, own))
        program = ProgramReader(*root, SourceFile{text, file, own}).read();
    if (own.empty()) {
        program.source = text;
        return program;
    }
    std::stable_sort(own.begin(), own.end(), [](const SourceError& a, const SourceError& b) {
        return a.line != b.line ? a.line < b.line : a.column < b.column;
    });
    std::string message = to_text(own.front());
    if (own.size() > 1) message += fmt::format(" (and {} more)", own.size() - 1);
    errors.insert(errors.end(), own.begin(), own.end());
    return fail(ErrorCode::invalid, std::move(message));
}

}  // namespace tributary::rules
