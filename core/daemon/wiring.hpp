// What each module is given, made of the loaded configuration. Pure.
#pragma once
#include <string>
#include <vector>

#include "core/api/api.hpp"
#include "core/daemon/loaded.hpp"
#include "core/flow/flow.hpp"
#include "core/intake/intake.hpp"
#include "core/net/server.hpp"
#include "core/notice/notice.hpp"
#include "core/payout/payout.hpp"

namespace tributary {

struct Paths {
    std::string store, spool, lock, endpoints;
};
Paths paths_of(const Config& config);

flow::Settings flow_settings(const Loaded& loaded, const std::vector<rules::AppliedProgram>& programs);
payout::PayoutOptions payout_options(const Loaded& loaded);
notice::NoticeOptions notice_options(const Loaded& loaded);
api::Settings api_settings(const Loaded& loaded, const std::vector<rules::AppliedProgram>& programs);
std::vector<intake::FolderOptions> folder_options(const Config& config);

// Listeners in the order socket, HTTP, metrics.
net::ServerOptions server_options(const Config& config, const api::Api& api, const std::string& upload_directory);

// What a reload cannot change, because it is bound or open: names of settings that differ.
std::vector<std::string> needs_restart(const Config& running, const Config& next);

}  // namespace tributary
