// Loads a connector's shared library and checks everything that can be checked before it is asked to do anything.
// The refusals are the specification: they are tried in this order and the first that fits is the answer. Nothing of
// the library runs before cannot_load; a library is never unloaded. Any thread.
#pragma once
#include <string>

#include "core/base/file.hpp"
#include "plugins/host/manifest.hpp"

namespace tributary::host {

enum class LoadRefusal {
    missing_file,
    not_regular_file,
    wrong_owner,         // neither root nor the daemon's user
    writable_by_others,  // file by group or others, or its folder by others
    not_a_library,
    missing_symbol,
    cannot_load,  // the dynamic linker refused: a library it needs is missing
    null_descriptor,
    short_struct,
    wrong_major,
    newer_minor,
    bad_kind,
    missing_table,  // of its kind, or a table of another kind is set too
    short_table,
    null_callback,
    bad_manifest
};
const char* name_of(LoadRefusal refusal);

struct Refusal {
    LoadRefusal reason = LoadRefusal::missing_file;
    std::string sentence;  // what is wrong with which file, and what to do
};

template <class T>
using LoadResult = boost::system::result<T, Refusal>;

[[noreturn]] void throw_exception_from_error(const Refusal& refusal, const boost::source_location& where);

struct Loaded {
    const tributary_connector* descriptor = nullptr;  // lives as long as the process
    Manifest manifest;
};

// The file checked but not loaded: its bytes are what the checks saw.
struct CheckedFile {
    std::string path;  // canonical
    std::string bytes;
    std::vector<std::string> needed;  // libraries it asks for
};

LoadResult<CheckedFile> check_file(const std::string& path);
LoadResult<Loaded> check_descriptor(const tributary_connector* descriptor);
LoadResult<Loaded> load(const std::string& path);  // check_file, dlopen, check_descriptor

inline Error error_of(const Refusal& refusal) {
    return fail(ErrorCode::config, refusal.sentence);
}

}  // namespace tributary::host
