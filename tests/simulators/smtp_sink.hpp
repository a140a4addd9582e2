// A small SMTP server on loopback for tests: keeps mails in memory, and as .eml files when a folder is given. Runs on a
// thread of its own from start() to destruction; mails() may be called from any thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/file.hpp"
#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "tests/simulators/fault_plan.hpp"
#include "tests/simulators/smtp_session.hpp"

namespace tributary::simulators {

class SmtpSink {
public:
    // port 0: any free one. folder "": memory only. Faults with match "/smtp" are obeyed.
    static Result<std::unique_ptr<SmtpSink>> start(uint16_t port, std::string folder, FaultPlan& faults);
    ~SmtpSink();
    uint16_t port() const { return port_; }
    std::vector<ReceivedMail> mails() const;
    json::array mails_json() const;

private:
    SmtpSink(std::string folder, FaultPlan& faults) : folder_(std::move(folder)), faults_(faults) {}
    Result<void> listen_on(uint16_t port);
    void run();
    SmtpPolicy policy();
    int keep(ReceivedMail mail);

    std::string folder_;
    FaultPlan& faults_;
    FileDescriptor listener_, wake_read_, wake_write_;
    uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::vector<ReceivedMail> mails_;
    std::thread thread_;
};

}  // namespace tributary::simulators
