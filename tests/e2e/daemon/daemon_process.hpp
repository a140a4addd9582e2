// The real tributaryd and tributaryctl in a directory of their own, on free ports. Verbs: write() a file of the
// configuration, start(), ctl(), signal(), wait_for_exit(). Ends what it started.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <sys/types.h>

#include "core/net/client.hpp"

namespace tributary::e2e {

struct Ran {
    int code = -1;
    std::string output;  // both streams
};
Ran run(const std::vector<std::string>& words);

class DaemonTest : public testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

    void write(const std::string& path, const std::string& text, unsigned mode = 0644);
    void write_main(const std::string& more_daemon = {}, const std::string& more_api = {});
    void write_feed(const std::string& name, bool is_live = false);
    std::string path(const std::string& name) const { return directory_ + "/" + name; }

    void start();  // and waits until it serves
    void start_process();
    void signal(int number) const;
    int wait_for_exit();  // the exit code
    Ran ctl(std::vector<std::string> words) const;
    std::string log() const;

    std::string origin(const char* listener) const;  // "http://127.0.0.1:34567"
    net::Response http(const char* listener, const std::string& method, const std::string& target,
                       const std::string& body = {}, const std::string& token = {}) const;
    int connect() const;                             // a TCP connection to the HTTP listener
    std::string notified(const std::string& begin);  // the next datagram to NOTIFY_SOCKET that begins so
    static bool eventually(const std::function<bool()>& holds);

    std::string directory_;
    std::map<std::string, std::string> environment_;
    pid_t pid_ = 0;
    int notify_ = -1;
};

}  // namespace tributary::e2e
