#include "plugins/host/loader.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/assert.hpp"
#include "core/base/encoding.hpp"
#include "plugins/host/elf.hpp"

namespace tributary::host {
namespace {

constexpr const char* entry_symbol = "tributary_connector_v1";
constexpr off_t library_size_max = 256 << 20;

template <class... Arguments>
Refusal refuse(LoadRefusal reason, fmt::format_string<Arguments...> sentence, Arguments&&... arguments) {
    return {reason, fmt::format(sentence, std::forward<Arguments>(arguments)...)};
}

bool is_trusted_owner(const struct stat& file) {
    return file.st_uid == 0 || file.st_uid == geteuid();
}

LoadResult<void> check_permissions(const std::string& path, const struct stat& file) {
    struct stat folder {};
    const std::string parent = directory_of(path);
    if (stat(parent.c_str(), &folder) != 0) return refuse(LoadRefusal::missing_file, "{}: cannot be examined", parent);
    if (!is_trusted_owner(file)) {
        return refuse(LoadRefusal::wrong_owner,
                      "{}: belongs to user {}; it must belong to root or to the user that runs "
                      "tributaryd ({}): chown it",
                      path, file.st_uid, geteuid());
    }
    if (!is_trusted_owner(folder)) {
        return refuse(LoadRefusal::wrong_owner,
                      "{}: the folder belongs to user {}; it must belong to root or to the user "
                      "that runs tributaryd ({}): chown it",
                      parent, folder.st_uid, geteuid());
    }
    if ((file.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return refuse(LoadRefusal::writable_by_others, "{}: mode {:04o} lets others change it: chmod go-w", path,
                      file.st_mode & 07777u);
    }
    if ((folder.st_mode & S_IWOTH) != 0) {
        return refuse(LoadRefusal::writable_by_others, "{}: mode {:04o} lets others replace connectors: chmod o-w",
                      parent, folder.st_mode & 07777u);
    }
    return {};
}

template <class Table>
bool has_size(const Table& table) {
    return table.struct_size >= sizeof(Table);
}

struct TableFinding {
    bool is_short = false;
    const char* null_callback = nullptr;
};

TableFinding examine(const tributary_feed& t) {
    if (!has_size(t)) return {true};
    return {false, !t.open          ? "feed.open"
                   : !t.push        ? "feed.push"
                   : !t.finish      ? "feed.finish"
                   : !t.close       ? "feed.close"
                   : !t.acknowledge ? "feed.acknowledge"
                                    : nullptr};
}
TableFinding examine(const tributary_payout& t) {
    if (!has_size(t)) return {true};
    return {false, !t.build                                                                ? "payout.build"
                   : !t.interpret                                                          ? "payout.interpret"
                   : (t.capabilities & TRIBUTARY_PAYOUT_HAS_LOOKUP) && !t.lookup_build     ? "payout.lookup_build"
                   : (t.capabilities & TRIBUTARY_PAYOUT_HAS_LOOKUP) && !t.lookup_interpret ? "payout.lookup_interpret"
                   : (t.capabilities & TRIBUTARY_PAYOUT_HAS_WEBHOOK) && !t.webhook         ? "payout.webhook"
                                                                                           : nullptr};
}
TableFinding examine(const tributary_notice& t) {
    if (!has_size(t)) return {true};
    return {false, !t.build ? "notice.build" : !t.interpret ? "notice.interpret" : nullptr};
}
TableFinding examine(const tributary_source& t) {
    if (!has_size(t)) return {true};
    return {false, !t.build ? "source.build" : !t.interpret ? "source.interpret" : nullptr};
}

TableFinding examine_table(const tributary_connector& d) {
    switch (d.kind) {
        case TRIBUTARY_KIND_FEED:
            return examine(*d.feed);
        case TRIBUTARY_KIND_PAYOUT:
            return examine(*d.payout);
        case TRIBUTARY_KIND_NOTICE:
            return examine(*d.notice);
        default:
            return examine(*d.source);
    }
}

bool has_exactly_its_table(const tributary_connector& d) {
    return (d.feed != nullptr) == (d.kind == TRIBUTARY_KIND_FEED) &&
           (d.payout != nullptr) == (d.kind == TRIBUTARY_KIND_PAYOUT) &&
           (d.notice != nullptr) == (d.kind == TRIBUTARY_KIND_NOTICE) &&
           (d.source != nullptr) == (d.kind == TRIBUTARY_KIND_SOURCE);
}

LoadResult<void> check_versions(const tributary_connector& d) {
    if (d.struct_size < sizeof(tributary_connector)) {
        return refuse(LoadRefusal::short_struct,
                      "its descriptor has {} bytes where {} are needed: set struct_size = "
                      "sizeof(tributary_connector)",
                      d.struct_size, sizeof(tributary_connector));
    }
    if (d.abi_major != TRIBUTARY_ABI_MAJOR) {
        return refuse(LoadRefusal::wrong_major,
                      "it was built for ABI {}.{}, and this is {}.{}: install the connector that "
                      "goes with this version",
                      d.abi_major, d.abi_minor, TRIBUTARY_ABI_MAJOR, TRIBUTARY_ABI_MINOR);
    }
    if (d.abi_minor > TRIBUTARY_ABI_MINOR) {
        return refuse(LoadRefusal::newer_minor,
                      "it needs ABI {}.{}, and this is {}.{}: upgrade Tributary, or install an "
                      "older connector",
                      d.abi_major, d.abi_minor, TRIBUTARY_ABI_MAJOR, TRIBUTARY_ABI_MINOR);
    }
    return {};
}

LoadResult<void> check_tables(const tributary_connector& d) {
    if (d.kind < TRIBUTARY_KIND_FEED || d.kind > TRIBUTARY_KIND_SOURCE) {
        return refuse(LoadRefusal::bad_kind, "its kind is {}; 1 (feed) to 4 (source) exist", d.kind);
    }
    if (!has_exactly_its_table(d)) {
        return refuse(LoadRefusal::missing_table, "it must set the one table that its kind ({}) names, and no other",
                      name_of(static_cast<Kind>(d.kind)));
    }
    const TableFinding table = examine_table(d);
    if (table.is_short) {
        return refuse(LoadRefusal::short_table, "the struct_size of its {} table is too small",
                      name_of(static_cast<Kind>(d.kind)));
    }
    const char* missing = !d.create ? "create" : !d.destroy ? "destroy" : table.null_callback;
    if (missing != nullptr) return refuse(LoadRefusal::null_callback, "its {} is a null pointer", missing);
    return {};
}

}  // namespace

const char* name_of(LoadRefusal refusal) {
    switch (refusal) {
        case LoadRefusal::missing_file:
            return "missing_file";
        case LoadRefusal::not_regular_file:
            return "not_regular_file";
        case LoadRefusal::wrong_owner:
            return "wrong_owner";
        case LoadRefusal::writable_by_others:
            return "writable_by_others";
        case LoadRefusal::not_a_library:
            return "not_a_library";
        case LoadRefusal::missing_symbol:
            return "missing_symbol";
        case LoadRefusal::cannot_load:
            return "cannot_load";
        case LoadRefusal::null_descriptor:
            return "null_descriptor";
        case LoadRefusal::short_struct:
            return "short_struct";
        case LoadRefusal::wrong_major:
            return "wrong_major";
        case LoadRefusal::newer_minor:
            return "newer_minor";
        case LoadRefusal::bad_kind:
            return "bad_kind";
        case LoadRefusal::missing_table:
            return "missing_table";
        case LoadRefusal::short_table:
            return "short_table";
        case LoadRefusal::null_callback:
            return "null_callback";
        case LoadRefusal::bad_manifest:
            return "bad_manifest";
    }
    return "unknown";
}

void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
    assertion_failed(refusal.sentence.c_str(), __FILE__, __LINE__);
}

LoadResult<CheckedFile> check_file(const std::string& given) {
    char* resolved = realpath(given.c_str(), nullptr);
    if (resolved == nullptr) {
        return refuse(LoadRefusal::missing_file,
                      "{}: there is no such file: check the path and that its package is "
                      "installed",
                      printable(given, 512));
    }
    CheckedFile checked;
    checked.path = resolved;
    std::free(resolved);
    const FileDescriptor fd(open(checked.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat file {};
    if (!fd || fstat(fd.get(), &file) != 0) {
        return refuse(LoadRefusal::missing_file, "{}: cannot be opened: {}", checked.path, system_message(errno));
    }
    if (!S_ISREG(file.st_mode)) {
        return refuse(LoadRefusal::not_regular_file, "{}: is not a regular file", checked.path);
    }
    if (auto permissions = check_permissions(checked.path, file); !permissions) return permissions.error();
    if (file.st_size > library_size_max) {
        return refuse(LoadRefusal::not_a_library, "{}: is larger than {} MiB", checked.path, library_size_max >> 20);
    }
    checked.bytes.resize(static_cast<size_t>(file.st_size));
    size_t done = 0;
    while (done < checked.bytes.size()) {
        const ssize_t got = read(fd.get(), checked.bytes.data() + done, checked.bytes.size() - done);
        if (got <= 0) return refuse(LoadRefusal::not_a_library, "{}: cannot be read to its end", checked.path);
        done += static_cast<size_t>(got);
    }
    auto library = read_elf_library(checked.bytes);
    if (!library) return refuse(LoadRefusal::not_a_library, "{}: {}", checked.path, library.error().message);
    if (std::ranges::find(library->exported, entry_symbol) == library->exported.end()) {
        return refuse(LoadRefusal::missing_symbol,
                      "{}: does not export {}: it is not a Tributary connector, or one for "
                      "another major version",
                      checked.path, entry_symbol);
    }
    checked.needed = std::move(library->needed);
    return checked;
}

LoadResult<Loaded> check_descriptor(const tributary_connector* descriptor) {
    if (descriptor == nullptr)
        return refuse(LoadRefusal::null_descriptor, "{}() returned a null pointer", entry_symbol);
    if (auto versions = check_versions(*descriptor); !versions) return versions.error();
    if (auto tables = check_tables(*descriptor); !tables) return tables.error();
    auto manifest = read_manifest(*descriptor);
    if (!manifest) return Refusal{LoadRefusal::bad_manifest, manifest.error().message};
    return Loaded{descriptor, std::move(*manifest)};
}

LoadResult<Loaded> load(const std::string& path) {
    auto checked = check_file(path);
    if (!checked) return checked.error();
    void* library = dlopen(checked->path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* why = dlerror();
        return refuse(LoadRefusal::cannot_load, "{}: cannot be loaded: {}", checked->path,
                      printable(why == nullptr ? "no reason given" : why, 512));
    }
    using Entry = const tributary_connector* (*)();
    const auto entry = reinterpret_cast<Entry>(dlsym(library, entry_symbol));
    if (entry == nullptr) {
        return refuse(LoadRefusal::missing_symbol, "{}: does not export {}", checked->path, entry_symbol);
    }
    auto loaded = check_descriptor(entry());
    if (!loaded) return Refusal{loaded.error().reason, fmt::format("{}: {}", checked->path, loaded.error().sentence)};
    return loaded;
}

}  // namespace tributary::host
