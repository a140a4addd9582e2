#include "core/daemon/config.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/base/file.hpp"
#include "core/daemon/config_files.hpp"

namespace tributary {
namespace {

using config::Draft;
using config::SourceFile;

constexpr uint64_t file_size_max = 1 << 20;
constexpr size_t files_max = 4096;  // of one directory

// *.toml of a directory, sorted by name; hidden files and what editors leave are not configuration.
std::vector<std::string> files_of(const std::string& directory, SourceErrors& errors) {
    std::vector<std::string> paths;
    std::error_code failed;
    if (!std::filesystem::exists(directory, failed)) return paths;
    for (std::filesystem::directory_iterator at(directory, failed), end; !failed && at != end; at.increment(failed)) {
        const std::string name = at->path().filename().string();
        if (name.ends_with(".toml") && !name.starts_with('.')) paths.push_back(directory + "/" + name);
    }
    if (failed) errors.push_back({directory, 0, 0, "cannot be listed: " + failed.message()});
    if (paths.size() > files_max) {
        errors.push_back({directory, 0, 0, fmt::format("has more than {} files", files_max)});
        paths.clear();
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::optional<std::string> text_of(const std::string& path, SourceErrors& errors) {
    Result<std::string> text = read_file(path, file_size_max);
    if (text) return std::move(*text);
    errors.push_back({path, 0, 0, text.error().message});
    return std::nullopt;
}

std::optional<SourceFile> open_source(const std::string& path, SourceErrors& errors) {
    const auto text = text_of(path, errors);
    SourceFile file{path, {}, &errors};
    if (!text || !config::parse_toml(*text, path, errors, file.root)) return std::nullopt;
    return file;
}

void read_program(const std::string& path, Draft& draft) {
    const auto text = text_of(path, *draft.errors);
    if (!text) return;
    const size_t errors_before = draft.errors->size();
    Result<rules::Program> program = rules::parse_program(*text, path, *draft.errors);
    if (program) {
        draft.config.programs.push_back(std::move(*program));
        draft.programs.push_back({path, {}});
    } else if (draft.errors->size() == errors_before) {
        draft.errors->push_back({path, 0, 0, program.error().message});
    }
}

void read_directories(const std::string& beside, Draft& draft, std::vector<std::string>& order) {
    const auto each = [&](const char* name, auto&& read) {
        for (const std::string& path : files_of(beside + "/" + name, *draft.errors)) {
            order.push_back(path);
            read(path);
        }
    };
    const auto each_toml = [&](const char* name, void (*read)(const SourceFile&, Draft&)) {
        each(name, [&](const std::string& path) {
            if (const auto file = open_source(path, *draft.errors)) read(*file, draft);
        });
    };
    each_toml("connectors.d", config::read_connector);
    each_toml("feeds.d", config::read_feed);
    each("programs.d", [&](const std::string& path) { read_program(path, draft); });
}

// In the order the files were read, then by place: the same mistakes always give the same list.
void sort_errors(SourceErrors& errors, const std::vector<std::string>& order) {
    std::map<std::string, size_t> rank;
    for (size_t i = 0; i < order.size(); ++i) rank.emplace(order[i], i);
    const auto key = [&](const SourceError& error) {
        const auto found = rank.find(error.file);
        return std::make_tuple(found == rank.end() ? order.size() : found->second, error.line, error.column);
    };
    std::stable_sort(errors.begin(), errors.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

}  // namespace

Config load_config(const std::string& path, SourceErrors& errors) {
    Draft draft;
    draft.errors = &errors;
    draft.config.file = path;
    std::vector<std::string> order{path};
    const auto main = open_source(path, errors);
    if (main) config::read_main(*main, draft);
    read_directories(directory_of(path), draft, order);
    config::check_references(draft);
    sort_errors(errors, order);
    return std::move(draft.config);
}

}  // namespace tributary
