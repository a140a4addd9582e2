// Symbols of the library file: exactly one exported, none imported that does I/O, time, threads, processes or dice.
#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/file.hpp"
#include "plugins/host/elf.hpp"
#include "plugins/kit/runner.hpp"

namespace tributary::kit {
namespace {

constexpr auto banned_names = std::to_array<std::string_view>(
    {"open",          "open64",        "openat",      "openat64",     "creat",          "fopen",        "fopen64",
     "freopen",       "fdopen",        "tmpfile",     "mkstemp",      "opendir",        "read",         "pread",
     "write",         "pwrite",        "fread",       "fwrite",       "fgets",          "fputs",        "fputc",
     "puts",          "putchar",       "printf",      "fprintf",      "vprintf",        "vfprintf",     "__printf_chk",
     "__fprintf_chk", "perror",        "unlink",      "rename",       "mkdir",          "stat",         "access",
     "socket",        "connect",       "bind",        "listen",       "accept",         "send",         "sendto",
     "sendmsg",       "recv",          "recvfrom",    "recvmsg",      "select",         "poll",         "epoll_create1",
     "getaddrinfo",   "gethostbyname", "ioctl",       "syscall",      "time",           "gettimeofday", "clock",
     "clock_gettime", "localtime",     "localtime_r", "strftime_l",   "nanosleep",      "usleep",       "sleep",
     "fork",          "vfork",         "system",      "popen",        "execve",         "execv",        "execvp",
     "execl",         "execlp",        "posix_spawn", "posix_spawnp", "pthread_create", "thrd_create",  "signal",
     "sigaction",     "kill",          "raise",       "exit",         "_exit",          "quick_exit",   "atexit",
     "getenv",        "secure_getenv", "setenv",      "putenv",       "setlocale",      "rand",         "srand",
     "random",        "getrandom",     "getentropy",  "arc4random",   "RAND_bytes",     "dlopen",       "dlsym",
     "getpid",        "gethostname",   "longjmp",     "setjmp"});

// Of the C++ library: file streams, standard streams, threads, clocks, random_device.
constexpr auto banned_prefixes =
    std::to_array<std::string_view>({"_ZNSt13basic_filebuf", "_ZNSt14basic_ifstream", "_ZNSt14basic_ofstream",
                                     "_ZNSt13basic_fstream", "_ZSt4cout", "_ZSt4cerr", "_ZSt4clog", "_ZSt3cin",
                                     "_ZNSt6thread", "_ZNSt6chrono3_V2", "_ZNSt13random_device", "_ZNSt10filesystem"});

bool is_banned(std::string_view name) {
    return std::ranges::find(banned_names, name) != banned_names.end() ||
           std::ranges::any_of(banned_prefixes, [name](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

void check_library(Runner& runner) {
    const auto bytes = read_file(runner.subject().path, 256 << 20);
    const auto library = bytes ? host::read_elf_library(*bytes) : Result<host::ElfLibrary>(bytes.error());
    runner.check("it exports tributary_connector_v1 and nothing else", [&](Check& check) {
        if (!library) return check.complain("{}", library.error().message);
        for (const std::string& name : library->exported) {
            if (name != "tributary_connector_v1")
                check.complain("it exports {}: link with plugins/abi/exports.map", name);
        }
        if (std::ranges::count(library->exported, "tributary_connector_v1") != 1)
            check.complain("the symbol is missing");
    });
    runner.check("it imports nothing that does I/O, time, threads, processes or dice", [&](Check& check) {
        if (!library) return check.complain("{}", library.error().message);
        for (const std::string& name : library->imported) {
            if (is_banned(name)) check.complain("it imports {}", name);
        }
    });
}

}  // namespace tributary::kit
