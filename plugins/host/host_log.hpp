// What connectors say through host->log, on its way to the daemon's log: capped in length and rate, with the values of
// secret options taken out. Any thread.
#pragma once
#include <mutex>
#include <string>
#include <string_view>

#include "plugins/host/manifest.hpp"

namespace tributary::host {

class HostLog {
public:
    explicit HostLog(std::string connector_name) : name_(std::move(connector_name)) {}
    void hide(ResolvedOptions options);  // before the connector can know them
    void write(int32_t level, std::string_view text);
    std::string last_error() const;  // the newest line of level error, for the message of a failed create()

    tributary_host abi();  // context points here: the HostLog must outlive every instance

private:
    bool may_write();

    const std::string name_;
    mutable std::mutex mutex_;
    ResolvedOptions options_;
    std::string last_error_;
    int64_t window_start_ms_ = 0;
    uint32_t window_count_ = 0;
};

}  // namespace tributary::host
