#include "tests/e2e/daemon/daemon_process.hpp"

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tributary::e2e {
namespace {

constexpr auto patience = std::chrono::seconds(60);

std::string slurp(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
}

[[noreturn]] void become(const std::vector<std::string>& words, const std::map<std::string, std::string>& environment,
                         int output) {
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

int exit_code_of_status(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

}  // namespace

Ran run(const std::vector<std::string>& words) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) return {};
    const pid_t pid = ::fork();
    if (pid == 0) become(words, {}, pipe[1]);
    ::close(pipe[1]);
    Ran ran;
    char buffer[4096];
    for (ssize_t got; (got = ::read(pipe[0], buffer, sizeof buffer)) > 0;)
        ran.output.append(buffer, static_cast<size_t>(got));
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ran.code = exit_code_of_status(status);
    return ran;
}

bool DaemonTest::eventually(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
}

void DaemonTest::SetUp() {
    char name[] = "/tmp/tributary-e2e-XXXXXX";
    directory_ = ::mkdtemp(name);
    ::chmod(directory_.c_str(), 0755);
    notify_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path("notify").copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(notify_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const timeval wait{60, 0};
    ::setsockopt(notify_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    environment_["NOTIFY_SOCKET"] = path("notify");
    write("credentials/acme", "acme-token-0123456789\n", 0400);
    write_main();
    write("connectors.d/x12.toml", "[connector]\nname = \"x12\"\nlibrary = \"feed_x12.so\"\n");
    write_feed("acme");
}

void DaemonTest::TearDown() {
    if (pid_ != 0) {
        ::kill(pid_, SIGKILL);
        wait_for_exit();
    }
    ::close(notify_);
    if (HasFailure()) fmt::print("--- log ---\n{}\n", log());
    std::filesystem::remove_all(directory_);
}

void DaemonTest::write(const std::string& name, const std::string& text, unsigned mode) {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::filesystem::remove(path(name));
    std::ofstream(path(name)) << text;
    ::chmod(path(name).c_str(), mode);
}

void DaemonTest::write_main(const std::string& more_daemon, const std::string& more_api) {
    write("tributary.toml",
          fmt::format("[daemon]\ndata_directory = \"data\"\nconnector_directory = \"{}\"\ncredentials_directory = "
                      "\"credentials\"\ndrain_timeout_s = 60\n{}\n[api]\nsocket = \"socket\"\n{}\n[http]\nport = "
                      "0\n[metrics]\nport = 0\n",
                      CONNECTOR_DIRECTORY, more_daemon, more_api));
}

void DaemonTest::write_feed(const std::string& name, bool is_live) {
    write("feeds.d/" + name + ".toml", fmt::format("[feed]\nname = \"{}\"\nconnector = \"x12\"\nlive = {}\n{}", name,
                                                   is_live, name == "acme" ? "tokens = [\"cred:acme\"]\n" : ""));
}

void DaemonTest::start_process() {
    const int output = ::open(path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    pid_ = ::fork();
    if (pid_ == 0) become({BIN_DIRECTORY "/tributaryd", "--config", path("tributary.toml")}, environment_, output);
    ::close(output);
}

void DaemonTest::start() {
    start_process();
    ASSERT_TRUE(eventually([&] {
        return std::filesystem::exists(path("data/endpoints.json")) &&
               log().find("daemon.started") != std::string::npos;
    }));
}

void DaemonTest::signal(int number) const {
    ::kill(pid_, number);
}

int DaemonTest::wait_for_exit() {
    int status = 0;
    const bool has_ended = eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; });
    if (!has_ended) {
        ADD_FAILURE() << "the daemon does not end";
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, &status, 0);
    }
    pid_ = 0;
    return exit_code_of_status(status);
}

Ran DaemonTest::ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {BIN_DIRECTORY "/tributaryctl", "--socket", path("socket")});
    return run(words);
}

std::string DaemonTest::log() const {
    return slurp(path("log"));
}

std::string DaemonTest::origin(const char* listener) const {
    const auto endpoints = parse_json(slurp(path("data/endpoints.json")));
    if (!endpoints) return {};
    const json::value& endpoint = endpoints->at(listener);
    return fmt::format("http://{}:{}", endpoint.at("address").as_string().c_str(), endpoint.at("port").as_int64());
}

net::Response DaemonTest::http(const char* listener, const std::string& method, const std::string& target,
                               const std::string& body, const std::string& token) const {
    net::OutgoingRequest request;
    request.method = method;
    request.url = origin(listener) + target;
    request.body = body;
    if (!token.empty()) request.headers.push_back({"authorization", "Bearer " + token});
    net::Outcome outcome = net::exchange(std::move(request));
    return outcome.delivery == net::Delivery::answered ? outcome.response : net::Response::text(599, outcome.message);
}

int DaemonTest::connect() const {
    const std::string from = origin("http");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(std::stoi(from.substr(from.rfind(':') + 1))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
}

std::string DaemonTest::notified(const std::string& begin) {
    char text[1024];
    for (;;) {
        const ssize_t size = ::recv(notify_, text, sizeof text, 0);
        if (size <= 0) return "nothing came";
        const std::string message(text, static_cast<size_t>(size));
        if (message.starts_with(begin)) return message;
    }
}

}  // namespace tributary::e2e
